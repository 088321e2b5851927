#include "object/link_resolution.hpp"

#include <fmt/format.h>

#include "object/referral.hpp"

namespace fiver::object {
namespace {

class Resolver {
 public:
  explicit Resolver(unsigned most_hops) : most_hops_(most_hops) {}

  Resolution path(std::shared_ptr<const Handle> at, std::string_view path) {
    if (path.starts_with('/')) at = root_of(at->file());
    while (!path.empty()) {
      const auto slash = path.find('/');
      const auto name = path.substr(0, slash);
      path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
      if (name.empty() || name == ".") continue;
      if (at->snapshot()->kind() != ObjectKind::group)
        return {nullptr, fmt::format("\"{}\" is not a group, so it has no \"{}\"", at->path(), name)};
      const auto found = at->guarded([&] { return at->snapshot()->links()->find(name); });
      if (!found) return {nullptr, fmt::format("group \"{}\" has no \"{}\"", at->path(), name)};
      auto next = link(at, *found);
      if (!next.object) return next;
      at = std::move(next.object);
    }
    return {std::move(at), {}};
  }

  Resolution link(const std::shared_ptr<const Handle>& group, const Link& link) {
    if (const auto* hard = std::get_if<HardLink>(&link.target))
      return {std::make_shared<const Handle>(group->file(), group->file()->state().object(hard->target),
                                             join_path(group->path(), link.name)),
              {}};
    const auto name = join_path(group->path(), link.name);
    if (++hops_ > most_hops_)
      throw Error(ErrorKind::limit, fmt::format("more than {} links in one path", most_hops_)).in_object(name);
    if (const auto* soft = std::get_if<SoftLink>(&link.target)) {
      auto target = path(group, soft->path);
      if (!target.object)
        target.missing = fmt::format("soft link \"{}\" to \"{}\": {}", name, soft->path, target.missing);
      return target;
    }
    if (const auto* external = std::get_if<ExternalLink>(&link.target)) {
      const auto file = open_referred(*group->file(), ReferralKind::external_link, external->file);
      if (!file.file)
        return {nullptr, fmt::format("external link \"{}\" to file \"{}\": {}", name, external->file, file.reason)};
      auto target = path(root_of(file.file), external->path);
      if (!target.object)
        target.missing = fmt::format("external link \"{}\" to \"{}\" of \"{}\": {}", name, external->path,
                                     external->file, target.missing);
      return target;
    }
    const auto& user = std::get<UserLink>(link.target);
    return {nullptr, fmt::format("link \"{}\" is of class {}, which only its maker can follow", name, user.link_class)};
  }

 private:
  unsigned most_hops_, hops_ = 0;
};

}  // namespace

std::shared_ptr<const Handle> root_of(const std::shared_ptr<const FileHandle>& file) {
  return std::make_shared<const Handle>(file, file->state().object(file->state().root()), "/");
}

Resolution resolve_path(const std::shared_ptr<const Handle>& start, std::string_view path) {
  return Resolver(start->file()->options().limits.link_hops).path(start, path);
}

Resolution resolve_link(const std::shared_ptr<const Handle>& group, const Link& link) {
  return Resolver(group->file()->options().limits.link_hops).link(group, link);
}

}  // namespace fiver::object
