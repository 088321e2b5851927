// An open HDF5 file. Copies share it; it closes when the last handle into it goes, and commits then what close() would.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fiver/dataset.hpp"
#include "fiver/group.hpp"
#include "fiver/options.hpp"
#include "fiver/spi/storage.hpp"
#include "fiver/values/reference.hpp"

namespace fiver {

namespace object {
class FileHandle;
}

struct FileInfo {
  std::string name;
  unsigned superblock_version = 0;
  std::uint64_t user_block = 0;   ///< bytes before the superblock
  std::uint64_t size = 0;         ///< bytes of storage
  std::uint64_t end_of_file = 0;  ///< as the superblock says, from the start of storage
  unsigned offset_size = 8, length_size = 8;
  bool open_for_writing = false;  ///< consistency flag: a writer has it open, or died
  bool swmr_writing = false;
  std::optional<std::string> file_space_strategy;  ///< "fsm", "page", "aggregate", "none"; absent: not stored
  std::uint64_t page_size = 0;                     ///< paged files
  bool has_cache_image = false, has_shared_messages = false;
};

class File {
 public:
  /// Opens for reading. Throws not_found, io, corrupt (not HDF5; what is wrong), unsupported, limit.
  static File open(const std::string& path, const Options& options = {});
  static File open(std::shared_ptr<Storage> storage, const Options& options = {});
  /// Opens for reading and writing, in place and in the file's own style. Throws as open(); conflict when another process has it, or this
  /// one has it open for reading only.
  static File edit(const std::string& path, const Options& options = {});
  static File edit(std::shared_ptr<Storage> storage, const Options& options = {});
  /// A new file, open for reading and writing. Throws conflict when it is open, or there and to be kept; io.
  static File create(const std::string& path, const NewFile& settings = {}, const Options& options = {});
  static File create(std::shared_ptr<Storage> storage, const NewFile& settings = {}, const Options& options = {});
  /// True when the file exists and has an HDF5 signature where one may stand.
  static bool is_hdf5(const std::string& path);

  const std::string& name() const;
  FileInfo info() const;
  const Options& options() const;

  Group root() const;
  Object object(const std::string& path) const { return root().object(path); }
  std::optional<Object> find(const std::string& path) const { return root().find(path); }
  Group group(const std::string& path) const { return root().group(path); }
  Dataset dataset(const std::string& path) const { return root().dataset(path); }
  /// The object whose header is at this address. Its path is "?" unless given.
  Object object_at(Address address, const std::string& path = "?") const;

  /// A reference element in its stored form. Throws corrupt, unsupported.
  Reference decode_reference(std::span<const std::byte> element, const Datatype& type) const;
  /// The element that stores a reference in this file, open for writing: as long as the type. Regions, attributes and objects of other files
  /// take room in the file. Throws invalid_argument for what the type can't say.
  std::vector<std::byte> encode_reference(const Reference& reference, const Datatype& type) const;
  /// The object it leads to, in another file where it says so; nothing for a null one. Throws not_found, corrupt.
  std::optional<Object> dereference(const Reference& reference) const;

  /// What the file says now: drops cached metadata. Handles made before keep what they saw.
  void refresh();

  // Writing. All throw invalid_argument on a file open for reading only, io, conflict in a child process.
  bool is_writable() const;
  /// Commits all changes of calls that returned before: afterwards the file has them, whatever becomes of this process (Durability::order)
  /// or of the machine (full). A failure leaves the last commit as it was; after a failed sync, nothing more is written.
  void flush(std::optional<Durability> durability = {}) const;
  /// Commits, cuts the file to its contents and ends its use: every later call on handles into it throws. Waits for calls under way. A file
  /// open for reading only is closed when its last handle goes.
  void close() const;

  const object::FileHandle& handle() const { return *handle_; }
  explicit File(std::shared_ptr<const object::FileHandle> handle) : handle_(std::move(handle)) {}

 private:
  std::shared_ptr<const object::FileHandle> handle_;
};

}  // namespace fiver
