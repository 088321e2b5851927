// A BlockWriter over bytes in memory, for tests of the writers of structures: what was written can be opened as a FileView, what was
// freed is listed, and writing to space that was not handed out, or twice, throws.
#pragma once

#include <map>
#include <memory>
#include <stdexcept>

#include "io/memory_storage.hpp"
#include "meta/block_writer.hpp"
#include "meta/file_view.hpp"

namespace fiver::meta {

class MemoryBlocks final : public BlockWriter {
 public:
  /// Addresses start above `first`, so that none is 0.
  explicit MemoryBlocks(FieldWidths widths = {}, std::uint64_t first = 512) : widths_(widths), end_(first) {}

  FieldWidths widths() const override { return widths_; }
  Address allocate(std::uint64_t size) override {
    const Address address{(end_ + 7) / 8 * 8};
    end_ = address.value + size;
    handed_out_[address.value] = size;
    return address;
  }
  Address allocate_record(std::uint64_t size) override {
    const auto start = (end_ + 7) / 8 * 8;
    if (size <= 512 && start / 512 != (start + size - 1) / 512) end_ = (start + 511) / 512 * 512;
    return allocate(size);
  }
  void write(Address address, Bytes bytes) override {
    const auto room = handed_out_.find(address.value);
    if (room == handed_out_.end() || room->second != bytes.size() ||
        !written_.emplace(address.value, std::move(bytes)).second)
      throw std::logic_error("bytes for space that was not handed out, or was written before");
  }
  void rewrite(Address address, Bytes before, Bytes now) override {
    const auto there = written_.find(address.value);
    if (there == written_.end() || there->second != before || before.size() != now.size())
      throw std::logic_error("a rewrite of what is not there");
    there->second = std::move(now);
    ++rewrites_;
  }
  void free(Address address, std::uint64_t size) override {
    if (!freed_.emplace(address.value, size).second) throw std::logic_error("space freed twice");
  }

  const std::map<std::uint64_t, Bytes>& written() const { return written_; }
  const std::map<std::uint64_t, std::uint64_t>& freed() const { return freed_; }
  std::uint64_t end() const { return end_; }
  std::uint64_t rewrites() const { return rewrites_; }

  /// All that was written so far, as a file of its own (a copy; without a superblock).
  std::unique_ptr<FileView> view() const {
    Bytes image(static_cast<std::size_t>(end_));
    for (const auto& [address, bytes] : written_)
      std::copy(bytes.begin(), bytes.end(), image.begin() + static_cast<std::ptrdiff_t>(address));
    return std::make_unique<FileView>(std::make_shared<io::MemoryStorage>(image), 0, widths_, FileView::Settings{});
  }

 private:
  FieldWidths widths_;
  std::uint64_t end_;
  std::uint64_t rewrites_ = 0;
  std::map<std::uint64_t, std::uint64_t> handed_out_, freed_;
  std::map<std::uint64_t, Bytes> written_;
};

}  // namespace fiver::meta
