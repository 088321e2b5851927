// A global heap collection (format specification III.E, grammar in global_heap.hpp) put together where it will be written from: for many objects
// whose sizes are known before.
#pragma once

#include <algorithm>

#include "base/bytes.hpp"
#include "base/field_widths.hpp"
#include "format/global_heap.hpp"

namespace fiver::format {

class GlobalHeapFiller {
 public:
  /// All bytes of an object in a collection, or of the collection's header.
  static std::uint64_t object_bytes(std::uint64_t size, FieldWidths widths) {
    return global_heap_object_header_size(widths) + (size + 7) / 8 * 8;
  }

  /// `collection` has what its header and its objects take, and at least least_global_heap_size bytes.
  GlobalHeapFiller(MutableBytes collection, FieldWidths widths)
      : bytes_(collection),
        header_size_(global_heap_object_header_size(widths)),
        length_width_(widths.length),
        used_(global_heap_header_size(widths)) {
    std::fill_n(bytes_.begin(), used_, std::byte{0});
    const auto signature = bytes_of("GCOL\1");
    std::copy(signature.begin(), signature.end(), bytes_.begin());
    put_length(0, bytes_.size());
  }

  /// Returns its index. The caller has counted: it fits.
  std::uint16_t add(ByteView data) {
    const auto start = used_ + header_size_;
    put_header(++index_, data.size());
    used_ = start + (data.size() + 7) / 8 * 8;
    store_little(std::uint64_t{0}, bytes_.subspan(used_ - 8, 8));  // the padding: what is before it is overwritten
    std::copy(data.begin(), data.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(start));
    return index_;
  }

  /// What is left over becomes object 0.
  void finish() {
    const auto left = bytes_.size() - used_;
    std::fill(bytes_.begin() + static_cast<std::ptrdiff_t>(used_), bytes_.end(), std::byte{0});
    if (left >= header_size_) put_header(0, left);
  }

 private:
  void put_header(std::uint16_t index, std::uint64_t size) {
    store_little(std::uint64_t{index}, bytes_.subspan(used_, 8));
    put_length(used_, size);
  }

  /// Behind the first 8 bytes of a header.
  void put_length(std::size_t header, std::uint64_t length) {
    const auto to = bytes_.subspan(header + 8, header_size_ - 8);
    if (length_width_ == 8) return store_little(length, to.first(8));
    std::fill(to.begin(), to.end(), std::byte{0});
    for (unsigned i = 0; i < length_width_; ++i) to[i] = static_cast<std::byte>(length >> (8 * i));
  }

  MutableBytes bytes_;
  std::size_t header_size_;
  unsigned length_width_;
  std::size_t used_;
  std::uint16_t index_ = 0;
};

}  // namespace fiver::format
