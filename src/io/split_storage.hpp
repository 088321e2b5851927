// One address space over several files, each from a start address to the next one's: libhdf5's multi driver
// (up to six files by kind of content) and its split driver, which is the multi driver with two: metadata at
// 0, raw data at half of the address space. Format specification, II.B "Driver information", NCSAmult.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "io/posix_storage.hpp"

namespace fiver::io {

/// Where the raw data of a split file starts: half of the largest address.
inline constexpr std::uint64_t split_raw_start = 0x7FFFFFFFFFFFFFFF;

/// What the driver information "NCSAmult" says of one file.
struct MultiMember {
  std::string name_pattern;  ///< "%s-r.h5", where %s is the name given at opening without its end
  std::uint64_t start = 0;
  std::uint64_t end = 0;  ///< the end of the allocated addresses, counted from `start`
  friend bool operator==(const MultiMember&, const MultiMember&) = default;
};

/// The data of a driver information block or message whose driver is "NCSAmult": its files by start address.
/// Throws Error{corrupt}.
std::vector<MultiMember> decode_multi_members(ByteView data);

class SplitStorage final : public Storage {
 public:
  struct Part {
    std::uint64_t start = 0;
    std::shared_ptr<Storage> storage;
  };

  /// `parts` in any order; one starts at 0.
  explicit SplitStorage(std::vector<Part> parts, std::string name = {});

  /// The first part's.
  std::string name() const override { return name_; }
  StorageIdentity identity() const override { return parts_.front().storage->identity(); }
  /// The end of the last part that has bytes.
  std::uint64_t size() const override;
  /// Between the end of one part and the start of the next there are zeros.
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) const override;
  void prefetch(std::uint64_t offset, std::uint64_t length) const override;
  void write_at(std::uint64_t offset, std::span<const std::byte> bytes) override;
  /// Does nothing: a size says nothing about how the parts share it. The system reports a full disk at the
  /// write.
  void reserve(std::uint64_t size) override;
  /// Cuts or lengthens the part that `size` lies in, and empties those behind it.
  void resize(std::uint64_t size) override;
  void sync() override;
  bool try_lock(LockMode mode) override;
  void unlock() override;

 private:
  std::vector<Part> parts_;  // by start
  std::string name_;
};

/// The two files NAME-m.h5 and NAME-r.h5, or the files of `members` when the metadata file names others.
/// `path` is the metadata file's path or NAME.
std::shared_ptr<SplitStorage> open_split(const std::string& path, OpenMode mode,
                                         std::shared_ptr<DescriptorBudget> budget = nullptr);

}  // namespace fiver::io
