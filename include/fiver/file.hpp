// An open HDF5 file. Copies share it; it closes when the last handle into it goes.
#pragma once

#include <cstdint>
#include <memory>
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
  /// The object it leads to, in another file where it says so; nothing for a null one. Throws not_found, corrupt.
  std::optional<Object> dereference(const Reference& reference) const;

  /// What the file says now: drops cached metadata. Handles made before keep what they saw.
  void refresh();

  const object::FileHandle& handle() const { return *handle_; }
  explicit File(std::shared_ptr<const object::FileHandle> handle) : handle_(std::move(handle)) {}

 private:
  std::shared_ptr<const object::FileHandle> handle_;
};

}  // namespace fiver
