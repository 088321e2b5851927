// How a file is opened: who it may lead to, what may be missing, how far it is trusted.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fiver/values/error.hpp"
#include "fiver/values/limits.hpp"
#include "fiver/values/writing.hpp"

namespace fiver {

class Runtime;

/// What a read does where a virtual dataset's source file or dataset is missing. Either way the read's report lists them.
enum class MissingSources {
  fill,    ///< the fill value stands there, as libhdf5 does
  report,  ///< as fill; the tools and the Python module print the list
  error,   ///< Error{not_found} with the first one's name
};

/// Why another file is wanted.
enum class ReferralKind { external_link, virtual_source, external_storage };

/// A file that a file leads to, and where it was asked for.
struct Referral {
  ReferralKind kind = ReferralKind::external_link;
  std::string_view name;       ///< as stored
  std::string_view candidate;  ///< the path about to be tried
  std::string_view from;       ///< the file that holds the name
};

struct Options {
  std::shared_ptr<Runtime> runtime;  ///< empty: Runtime::shared()
  Limits limits{};
  MissingSources missing = MissingSources::fill;

  /// Decides about each candidate path before it is opened: false means "not allowed", as if it were not there. Empty: links and
  /// virtual sources are followed anywhere; external raw storage, which would show any file's bytes, only beside and below the
  /// file (see external_storage_anywhere).
  std::function<bool(const Referral&)> may_follow;
  bool external_storage_anywhere = false;

  /// Folders to search first, each as the C library's variables and properties of the same purpose; "${ORIGIN}" at the start
  /// stands for the folder of the file. The environment's HDF5_EXT_PREFIX, HDF5_VDS_PREFIX and HDF5_EXTFILE_PREFIX are used
  /// where these are empty, read once at open.
  std::vector<std::string> link_prefixes, virtual_prefixes, external_storage_prefixes;

  /// How many absent files in a row end a printf-named virtual dataset ("gap" of the specification).
  std::uint64_t printf_gap = 0;
  /// True: an unlimited virtual dataset ends at its first missing element; false: at the last available one.
  bool first_missing = false;

  /// The file is being written by a SWMR writer: checksums that fail are read again for a while, sizes are not trusted.
  bool follow_writer = false;

  Locking locking = Locking::best_effort;

  // Writing.
  WriterMode mode = WriterMode::exclusive;
  Durability flush_durability = Durability::order;
  Durability close_durability = Durability::full;
  /// Told of a commit that failed when the last handle into a file went without close().
  std::function<void(const Error&)> on_error;
};

/// What a new file is like.
struct NewFile {
  Compatibility compatibility = Compatibility::native;
  std::uint64_t user_block = 0;  ///< bytes kept free before the superblock: 0, or a power of two from 512 on
  bool track_order = false;      ///< the root group keeps the order of creation of its links and attributes
  /// True: a file that is there is Error{conflict}. False: it is replaced.
  bool keep_existing = false;
};

}  // namespace fiver
