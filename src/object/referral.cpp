#include "object/referral.hpp"

#include <algorithm>
#include <filesystem>

#include "format/driver_info.hpp"
#include "io/family_storage.hpp"
#include "io/posix_storage.hpp"
#include "io/split_storage.hpp"
#include "object/runtime_state.hpp"

namespace fiver::object {
namespace {

namespace fs = std::filesystem;

std::string below(const std::string& folder, const std::string& name) {
  return folder.empty() ? name : folder + "/" + name;
}

std::string with_origin(const std::string& prefix, const std::string& folder) {
  constexpr std::string_view origin = "${ORIGIN}";
  return prefix.compare(0, origin.size(), origin) == 0 ? folder + prefix.substr(origin.size()) : prefix;
}

const std::vector<std::string>& prefixes_of(const Options& options, ReferralKind kind) {
  switch (kind) {
    case ReferralKind::external_link:
      return options.link_prefixes;
    case ReferralKind::virtual_source:
      return options.virtual_prefixes;
    case ReferralKind::external_storage:
      break;
  }
  return options.external_storage_prefixes;
}

/// A family's or a split file's first member tells that there are more.
std::shared_ptr<Storage> with_members(const std::string& path, std::shared_ptr<Storage> storage, const Options& options,
                                      const std::shared_ptr<io::DescriptorBudget>& descriptors) {
  const auto found = meta::find_superblock(*storage);
  if (!found || (!found->superblock.driver_info && !found->superblock.extension)) return storage;
  meta::FileView view(storage, found->position, found->superblock.widths,
                      {options.limits, false, std::size_t{1} << 20, {}});
  const auto parameters = meta::read_parameters(view, *found);
  if (!parameters.driver) return storage;
  if (const auto multi = format::decode_multi_driver(*parameters.driver)) {
    std::vector<io::SplitMember> members;
    for (const auto& member : multi->members) members.push_back({member.name, member.start});
    return io::open_split(path, io::OpenMode::read, descriptors, std::move(members));
  }
  if (format::decode_family_driver(*parameters.driver) && storage->size() < found->superblock.end_of_file)
    throw Error(
        ErrorKind::unsupported,
        "it is the first of a family of files: open the family by the pattern of its names, such as \"name%05d.h5\"");
  return storage;
}

}  // namespace

std::vector<std::string> candidates(const FileHandle& from, ReferralKind kind, const std::string& name) {
  const auto& file = from.state();
  std::vector<std::string> paths;
  std::string rest = name;
  if (fs::path(name).is_absolute()) {
    paths.push_back(name);
    if (kind == ReferralKind::external_storage) return paths;
    rest = fs::path(name).filename().string();
  }
  for (const auto& prefix : prefixes_of(from.options(), kind))
    paths.push_back(below(with_origin(prefix, file.folder()), rest));
  if (!file.folder().empty() && kind != ReferralKind::external_storage) paths.push_back(below(file.folder(), rest));
  paths.push_back(rest);
  if (!file.actual_folder().empty() && file.actual_folder() != file.folder())
    paths.push_back(below(file.actual_folder(), rest));
  if (!file.folder().empty() && kind == ReferralKind::external_storage) paths.push_back(below(file.folder(), rest));
  return paths;
}

bool may_follow(const FileHandle& from, const Referral& referral) {
  if (from.options().may_follow) return from.options().may_follow(referral);
  if (referral.kind != ReferralKind::external_storage || from.options().external_storage_anywhere) return true;
  // Raw external storage would show any file's bytes: only what lies beside and below the file itself.
  std::error_code none;
  const auto target = fs::weakly_canonical(fs::path(std::string(referral.candidate)), none);
  for (const auto& folder : {from.state().folder(), from.state().actual_folder()}) {
    if (folder.empty()) continue;
    const auto home = fs::weakly_canonical(folder, none);
    const auto [end, rest] = std::mismatch(home.begin(), home.end(), target.begin(), target.end());
    if (end == home.end()) return true;
  }
  return false;
}

ReferredFile open_referred(const FileHandle& from, ReferralKind kind, const std::string& name) {
  ReferredFile result{nullptr, "no such file"};
  for (const auto& path : candidates(from, kind, name)) {
    std::error_code none;
    if (!fs::exists(path, none)) continue;
    if (!may_follow(from, {kind, name, path, from.state().name()})) {
      result.reason = "not allowed";
      continue;
    }
    try {
      // What a file open for writing leads to is open for writing too, where that can be.
      if (from.state().writer() != nullptr) {
        try {
          return {edit_path(path, from.options()), {}};
        } catch (const Error& error) {
          if (error.kind() == ErrorKind::limit) throw;
        }
      }
      return {open_path(path, from.options()), {}};
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::limit) throw;
      result.reason = error.what();
    }
  }
  return result;
}

std::shared_ptr<const FileHandle> open_storage(std::shared_ptr<Storage> storage, const Options& options) {
  const auto name = storage->name();
  try {
    auto state = options.runtime->state().open(options.runtime, std::move(storage), options.limits,
                                               options.follow_writer, options.locking);
    return std::make_shared<const FileHandle>(std::move(state), options);
  } catch (Error& error) {
    error.in_file(name);
    throw;
  }
}

std::shared_ptr<const FileHandle> edit_storage(std::shared_ptr<Storage> storage, const Options& options,
                                               const std::function<void(Storage&)>& make) {
  const auto name = storage->name();
  try {
    auto state = options.runtime->state().open_for_writing(options.runtime, std::move(storage), options, make);
    return std::make_shared<const FileHandle>(std::move(state), options);
  } catch (Error& error) {
    error.in_file(name);
    throw;
  }
}

std::shared_ptr<const FileHandle> edit_path(const std::string& path, const Options& options) {
  return edit_storage(io::open_file(path, io::OpenMode::read_write), options, {});
}

std::shared_ptr<const FileHandle> open_path(const std::string& path, const Options& options) {
  const auto& descriptors = options.runtime->state().descriptors;
  std::error_code none;
  if (io::is_family_pattern(path) && !fs::exists(path, none))
    return open_storage(io::open_family(path, io::OpenMode::read, 0, descriptors), options);
  try {
    std::shared_ptr<Storage> storage = io::open_file(path, io::OpenMode::read, descriptors);
    return open_storage(with_members(path, std::move(storage), options, descriptors), options);
  } catch (Error& error) {
    error.in_file(path);
    throw;
  }
}

}  // namespace fiver::object
