// Opening a file: the superblock wherever it starts, and what its extension adds (format specification II.A, II.B).
#pragma once

#include <memory>
#include <optional>

#include "format/driver_info.hpp"
#include "format/extension_messages.hpp"
#include "format/superblock.hpp"
#include "meta/file_view.hpp"
#include "meta/shared_messages.hpp"

namespace fiver::meta {

struct FoundSuperblock {
  format::Superblock superblock;
  std::uint64_t position = 0;  ///< of the signature: addresses count from here, whatever the superblock says
};

/// Looks at 0, 512, 1024, ... Nothing when no signature stands at any of these. Throws corrupt, unsupported.
std::optional<FoundSuperblock> find_superblock(const Storage& storage);

/// What stands in the superblock extension, or beside older superblocks.
struct FileParameters {
  unsigned leaf_k = 4, internal_k = 16, chunk_k = 32;
  std::optional<format::DriverInfo> driver;
  std::optional<format::FileSpaceInfo> file_space;
  std::optional<format::SharedMessageTableMessage> shared_messages;
  bool has_cache_image = false;
};

/// Reads them; a cache image is laid over `file`.
FileParameters read_parameters(FileView& file, const FoundSuperblock& found);

/// Throws corrupt when the storage ends before the superblock's end of file.
void check_not_truncated(const Storage& storage, const FoundSuperblock& found);

}  // namespace fiver::meta
