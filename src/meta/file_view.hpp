// One HDF5 file's address space as the layers above meet it: structures are fetched whole by address, checked against the end of the
// file, decoded, and read again when a writer may have torn them.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string_view>
#include <thread>

#include "base/field_widths.hpp"
#include "base/heap_access.hpp"
#include "fiver/spi/storage.hpp"
#include "fiver/values/address.hpp"
#include "fiver/values/error.hpp"
#include "fiver/values/limits.hpp"
#include "meta/page_cache.hpp"

namespace fiver::meta {

class FileView {
 public:
  struct Settings {
    Limits limits{};
    bool follow_writer = false;          ///< a SWMR writer is at work: try for longer
    std::size_t cache_bytes = 64 << 20;  ///< pages of metadata kept
    /// Undoes a pipeline (its message, encoded) on a heap block of `size` bytes; the codecs are a layer of their own.
    std::function<Bytes(ByteView pipeline, std::uint32_t mask, ByteView stored, std::uint64_t size)> undo_filters;
  };

  /// `base`: the byte of the storage that addresses count from.
  FileView(std::shared_ptr<Storage> storage, std::uint64_t base, FieldWidths widths, const Settings& settings);

  FieldWidths widths() const { return widths_; }
  const Limits& limits() const { return settings_.limits; }
  Storage& storage() const { return *storage_; }
  const std::shared_ptr<Storage>& shared_storage() const { return storage_; }
  std::uint64_t base() const { return base_; }
  const Settings& settings() const { return settings_; }
  bool follows_writer() const { return settings_.follow_writer; }
  /// Bytes from address 0 to the end of the storage.
  std::uint64_t end() const;
  /// True when the whole range lies in the file.
  bool holds(Address address, std::uint64_t size) const;
  /// The byte of the storage at an address; throws corrupt when it does not exist there.
  std::uint64_t position(Address address, std::uint64_t size, std::string_view what) const;

  /// `size` bytes of metadata. Throws corrupt naming `what` when the file ends before them, limit when there are too many.
  SharedBytes read(Address address, std::uint64_t size, std::string_view what) const;
  /// As many of them as the file has.
  SharedBytes read_up_to(Address address, std::uint64_t size) const;

  /// Reads `size` bytes and returns decode(SharedBytes). When that throws corrupt, the bytes are read once more from the
  /// storage itself, and while a writer is followed many times with pauses; errors leave with the address.
  template <class Decode>
  auto decode_at(Address address, std::uint64_t size, std::string_view what, Decode&& decode) const {
    return retried(address, [&](bool past_cache) { return decode(fetch(address, size, what, past_cache)); });
  }
  /// The same for structures that tell their own size: `decode(bool past_cache)` does its own reads with fetch().
  template <class Attempt>
  auto retried(Address address, Attempt&& attempt) const {
    for (unsigned tries = 0;; ++tries) {
      try {
        return attempt(tries > 0);
      } catch (Error& error) {
        if (error.kind() != ErrorKind::corrupt || tries >= (settings_.follow_writer ? patient_tries : tries_without)) {
          error.at(address);
          throw;
        }
      }
      if (tries > 0) std::this_thread::sleep_for(std::chrono::microseconds(10) * (1U << std::min(tries, 10U)));
    }
  }
  SharedBytes fetch(Address address, std::uint64_t size, std::string_view what, bool past_cache) const;
  /// At least `least` bytes, and those after them that cost nothing: for structures whose start tells their size.
  SharedBytes fetch_some(Address address, std::uint64_t least, std::string_view what, bool past_cache) const;

  /// Bytes that stand for those in the file at an address: a metadata cache image (format notes, section 12).
  void overlay(Address address, SharedBytes bytes);
  /// These bytes were just written: pages that hold some of them are dropped, also those being read now.
  void forget(Address address, std::uint64_t size) { pages_.drop(base_ + address.value, size); }
  /// Forgets pages and the size: what is read next is what the file says now.
  void refresh();

 private:
  SharedBytes fetch(Address address, std::uint64_t size, std::string_view what, bool past_cache, bool with_rest) const;

  static constexpr unsigned patient_tries = 100;
  /// A writer of ours may be at work without a mark: its in-place writes take microseconds.
  static constexpr unsigned tries_without = 3;

  std::shared_ptr<Storage> storage_;
  std::uint64_t base_;
  FieldWidths widths_;
  Settings settings_;
  mutable std::atomic<std::uint64_t> size_;
  mutable PageCache pages_;
  std::map<std::uint64_t, SharedBytes> overlay_;
};

}  // namespace fiver::meta
