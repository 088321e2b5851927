// One address space over several files, each from a start address to the next one's: libhdf5's multi driver (up to six files by kind of
// content) and its split driver, which is the multi driver with two: metadata at 0, raw data at half of the address space. Where each
// file starts and what it is called stands in the driver information "NCSAmult" of the file at 0.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "io/posix_storage.hpp"

namespace fiver::io {

/// Where the raw data of a split file starts: half of the largest address.
inline constexpr std::uint64_t split_raw_start = 0x7FFFFFFFFFFFFFFF;

class SplitStorage final : public Storage {
 public:
  struct Part {
    std::uint64_t start = 0;
    std::shared_ptr<Storage> storage;  ///< null: missing; what would lie there is Error{not_found}
    std::string name = {};             ///< for messages when it is missing
  };

  /// `parts` in any order; one starts at 0 and is not missing, else Error{invalid_argument}.
  explicit SplitStorage(std::vector<Part> parts);

  /// The first part's.
  std::string name() const override { return parts_.front().storage->name(); }
  StorageIdentity identity() const override { return parts_.front().storage->identity(); }
  std::uint64_t change_stamp() const override;
  /// The end of the last part that has bytes.
  std::uint64_t size() const override;
  /// Bytes of all parts together, without the gaps between their addresses.
  std::uint64_t stored_bytes() const;
  /// Between the end of one part and the start of the next there are zeros.
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) const override;
  void prefetch(std::uint64_t offset, std::uint64_t length) const override;
  void write_at(std::uint64_t offset, std::span<const std::byte> bytes) override;
  /// Reserves in the part that `size` lies in: how much of the address space the others use, a size does not say.
  void reserve(std::uint64_t size) override;
  /// Cuts or lengthens the part that `size` lies in, and empties those behind it.
  void resize(std::uint64_t size) override;
  void sync() override;
  bool try_lock(LockMode mode) override;
  void unlock() override;

 private:
  /// The part that byte `offset` lies in.
  std::size_t part_at(std::uint64_t offset) const;
  Storage& storage_of(std::size_t part) const;
  template <class Piece>
  void for_each_piece(std::uint64_t offset, std::uint64_t length, Piece&& piece) const;

  std::vector<Part> parts_;  // by start
};

/// What the driver information says of one file.
struct SplitMember {
  std::string pattern;  ///< "%s-r.h5", where %s is the name that was given without its end
  std::uint64_t start = 0;
};

/// The two files NAME-m.h5 and NAME-r.h5, or those of `members`. `path` is NAME or the path of the file that starts at 0. Files other than that
/// may be missing. A pattern that leads out of the folder is Error{unsupported}: it comes from the file.
std::shared_ptr<SplitStorage> open_split(const std::string& path, OpenMode mode,
                                         std::shared_ptr<DescriptorBudget> budget = nullptr,
                                         std::vector<SplitMember> members = {});

}  // namespace fiver::io
