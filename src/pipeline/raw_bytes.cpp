#include "pipeline/raw_bytes.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/checked.hpp"

namespace fiver::pipeline {
namespace {

class Block final : public RawBytes {
 public:
  Block(const meta::FileView& file, Address address) : file_(file), address_(address) {}
  void read(std::uint64_t offset, MutableBytes into) const override {
    const auto address = checked_add(address_.value, offset);
    if (!address) throw Error(ErrorKind::corrupt, "data beyond all addresses").at(address_);
    read_exactly(file_, Address{*address}, into, "data");
  }

 private:
  const meta::FileView& file_;
  Address address_;
};

class Memory final : public RawBytes {
 public:
  explicit Memory(SharedBytes bytes) : bytes_(std::move(bytes)) {}
  void read(std::uint64_t offset, MutableBytes into) const override {
    if (!lies_within(offset, into.size(), bytes_.bytes.size()))
      throw Error(ErrorKind::corrupt, fmt::format("compact data: {} bytes stored, byte {} wanted", bytes_.bytes.size(),
                                                  offset + into.size()));
    std::copy_n(bytes_.bytes.begin() + static_cast<std::ptrdiff_t>(offset), into.size(), into.begin());
  }

 private:
  SharedBytes bytes_;
};

class Parts final : public RawBytes {
 public:
  explicit Parts(std::vector<RawPart> parts) : parts_(std::move(parts)) {}
  void read(std::uint64_t offset, MutableBytes into) const override {
    for (const auto& part : parts_) {
      if (into.empty()) return;
      if (offset >= part.size) {
        offset -= part.size;
        continue;
      }
      const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), part.size - offset));
      const auto here = into.first(count);
      const auto from = checked_add(part.offset, offset);
      const auto got = from ? part.storage->read_at(*from, here) : 0;
      std::fill(here.begin() + static_cast<std::ptrdiff_t>(got), here.end(), std::byte{0});
      into = into.subspan(count);
      offset = 0;
    }
    if (!into.empty())
      throw Error(ErrorKind::corrupt, fmt::format("external storage is {} bytes too short", into.size()));
  }

 private:
  std::vector<RawPart> parts_;
};

}  // namespace

void read_exactly(const meta::FileView& file, Address address, MutableBytes into, std::string_view what) {
  const auto position = file.position(address, into.size(), what);
  const auto got = file.storage().read_at(position, into);
  if (got < into.size())
    throw Error(ErrorKind::corrupt, fmt::format("{}: the file ended {} bytes early", what, into.size() - got))
        .at(address);
}

std::unique_ptr<RawBytes> raw_block(const meta::FileView& file, Address address) {
  return std::make_unique<Block>(file, address);
}
std::unique_ptr<RawBytes> raw_memory(SharedBytes bytes) {
  return std::make_unique<Memory>(std::move(bytes));
}
std::unique_ptr<RawBytes> raw_parts(std::vector<RawPart> parts) {
  return std::make_unique<Parts>(std::move(parts));
}

}  // namespace fiver::pipeline
