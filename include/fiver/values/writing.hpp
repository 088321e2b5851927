// How a file is written: what its commits survive, for which readers its structures are, and who may look on meanwhile.
#pragma once

#include <cstdint>

namespace fiver {

/// What a commit (flush, close) survives. docs/durability.md has the table.
enum class Durability : std::uint8_t {
  none,   ///< nothing is promised before close
  order,  ///< a killed process: writes are ordered, the disk is not waited for
  full,   ///< a power cut: the disk is waited for
};

/// The style of the structures of a new file and of the objects in it. A file that exists keeps its own.
enum class Compatibility : std::uint8_t {
  native,    ///< superblock 3, checksummed headers and indexes; read by HDF5 1.10 and later
  earliest,  ///< superblock 0, as h5py writes by default; read by every HDF5
};

/// Who may have the file open while it is written.
enum class WriterMode : std::uint8_t {
  exclusive,  ///< nobody: freed space is used again
  live,       ///< any reader at any time, the stock library's included: committed space is never used again
  swmr,  ///< as live, and marked so that readers of the stock library follow with their own flag (SWMR); others can't open it meanwhile
};

/// What locks on files mean. libhdf5's variable HDF5_USE_FILE_LOCKING, read at open, overrides it.
enum class Locking : std::uint8_t {
  best_effort,  ///< taken where the file system has them; a file that another holds is Error{conflict}
  required,     ///< a file system without locks is Error{unsupported}
  off,
};

}  // namespace fiver
