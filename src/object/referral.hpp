// Files that a file leads to: where they are searched for, and who may say no (format notes, sections 11, 14 and 15).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "object/handle.hpp"

namespace fiver::object {

/// The paths at which a name may stand, in the order of trying: as it is when absolute; else below each prefix, beside the file that
/// names it, from the working folder, and beside what that file's own name leads to. An absolute name that is not there goes on with
/// its last part only.
std::vector<std::string> candidates(const FileHandle& from, ReferralKind kind, const std::string& name);

/// True when the caller's options let this path be opened.
bool may_follow(const FileHandle& from, const Referral& referral);

struct ReferredFile {
  std::shared_ptr<const FileHandle> file;  ///< null: not found
  std::string reason;                      ///< then: "no such file", "not allowed", or what is wrong with it
};
/// The first candidate that is an HDF5 file, opened with the options of `from`.
ReferredFile open_referred(const FileHandle& from, ReferralKind kind, const std::string& name);

/// Opens a file by path as File::open does.
std::shared_ptr<const FileHandle> open_path(const std::string& path, const Options& options);
std::shared_ptr<const FileHandle> open_storage(std::shared_ptr<Storage> storage, const Options& options);

/// For reading and writing. `make`: puts a new file into the storage first.
std::shared_ptr<const FileHandle> edit_storage(std::shared_ptr<Storage> storage, const Options& options,
                                               const std::function<void(Storage&)>& make);
std::shared_ptr<const FileHandle> edit_path(const std::string& path, const Options& options);

}  // namespace fiver::object
