#include "pipeline/raw_bytes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

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
  void write(std::uint64_t offset, ByteView from) const override {
    file_.storage().write_at(file_.base() + address_.value + offset, from);
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
    each_part(offset, into, [](const RawPart& part, std::optional<std::uint64_t> from, MutableBytes here) {
      const auto got = from ? part.storage->read_at(*from, here) : 0;
      std::fill(here.begin() + static_cast<std::ptrdiff_t>(got), here.end(), std::byte{0});
    });
  }
  void write(std::uint64_t offset, ByteView bytes) const override {
    each_part(offset, bytes, [](const RawPart& part, std::optional<std::uint64_t> to, ByteView here) {
      if (!to) throw Error(ErrorKind::invalid_argument, "external storage beyond all offsets");
      part.storage->write_at(*to, here);
    });
  }

 private:
  /// `work(part, offset in its file, the bytes of it)`.
  template <class Span, class Work>
  void each_part(std::uint64_t offset, Span bytes, Work&& work) const {
    for (const auto& part : parts_) {
      if (bytes.empty()) return;
      if (offset >= part.size) {
        offset -= part.size;
        continue;
      }
      const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), part.size - offset));
      work(part, checked_add(part.offset, offset), bytes.first(count));
      bytes = bytes.subspan(count);
      offset = 0;
    }
    if (!bytes.empty())
      throw Error(ErrorKind::corrupt, fmt::format("external storage is {} bytes too short", bytes.size()));
  }

  std::vector<RawPart> parts_;
};

}  // namespace

void RawBytes::write(std::uint64_t, ByteView) const {
  throw Error(ErrorKind::invalid_argument, "these data can't be written in place");
}

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
