#include "object/external_storage.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "io/posix_storage.hpp"
#include "object/referral.hpp"
#include "object/runtime_state.hpp"

namespace fiver::object {
namespace {

std::shared_ptr<Storage> open_member(const FileHandle& from, const std::string& name) {
  std::string reason = "no such file";
  for (const auto& path : candidates(from, ReferralKind::external_storage, name)) {
    std::error_code none;
    const bool writes = from.state().writer() != nullptr;
    if (!std::filesystem::exists(path, none) && !writes) continue;
    if (!may_follow(from, {ReferralKind::external_storage, name, path, from.state().name()})) {
      reason = "not beside or below the file that names it, and so not allowed";
      continue;
    }
    return io::open_file(path, writes ? io::OpenMode::create : io::OpenMode::read, from.runtime().descriptors);
  }
  throw Error(ErrorKind::not_found, fmt::format("external storage \"{}\": {}", name, reason));
}

}  // namespace

std::shared_ptr<const pipeline::StoredElements> open_external_storage(const Handle& dataset) {
  const auto facts = dataset.dataset();
  std::vector<pipeline::RawPart> parts;
  std::uint64_t left = data_bytes(facts->space, facts->type);
  for (const auto& file : facts->external_files) {
    if (left == 0) break;
    const auto size = file.size == unlimited ? left : std::min(file.size, left);
    parts.push_back({open_member(*dataset.file(), file.name), file.offset, size});
    left -= size;
  }
  return std::make_shared<const pipeline::StoredElements>(dataset.file()->state().view(), facts->space.dims,
                                                          facts->type.size(), pipeline::raw_parts(std::move(parts)));
}

}  // namespace fiver::object
