// The names of an old-style group or of external files, by their offset in a local heap (format specification III.D).
#pragma once

#include <string>

#include "format/local_heap.hpp"
#include "meta/file_view.hpp"

namespace fiver::meta {

class LocalHeapReader {
 public:
  LocalHeapReader(const FileView& file, Address heap);

  /// The text at `offset`. One lookup reads a small part of a large heap; after load() none reads anything.
  std::string text(std::uint64_t offset) const;
  /// The order of the text at `offset` and `name`: negative, 0 or positive.
  int compare(std::uint64_t offset, std::string_view name) const;
  /// Fetches all names: for listing.
  void load();
  /// False where load() would fail: single names may still be there.
  bool can_load() const {
    return header_.data_size.value <= file_.limits().metadata_block &&
           file_.holds(header_.data, header_.data_size.value);
  }
  bool is_loaded() const { return all_.keeper != nullptr; }
  std::uint64_t data_size() const { return header_.data_size.value; }

 private:
  struct Text {
    SharedBytes bytes;
    std::string_view text;
  };
  Text find(std::uint64_t offset) const;

  const FileView& file_;
  Address heap_;
  format::LocalHeapHeader header_;
  SharedBytes all_;
};

}  // namespace fiver::meta
