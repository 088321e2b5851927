#include "digest/walk.hpp"

#include <algorithm>

#include "common/json_writer.hpp"
#include "common/utf8.hpp"
#include "fiver/values/error.hpp"

namespace fiver::tools {
namespace {

/// A group whose links are being followed. The walk has a stack of its own: a file may nest deeper than the program's.
struct Level {
  Met* group;
  std::vector<Link> links;
  std::size_t next = 0;
};

class Walk {
 public:
  explicit Walk(const File& file) : file_(file) {}

  WalkedFile run() {
    enter("/", file_.root());
    while (!levels_.empty()) {
      Level& level = levels_.back();
      if (level.next == level.links.size()) {
        levels_.pop_back();
        continue;
      }
      const Link link = std::move(level.links[level.next++]);
      Met& group = *level.group;
      group.links[code_points(link.name)] = link_json(link, group.path);
    }
    return std::move(result_);
  }

 private:
  void enter(const std::string& path, const Object& object) {
    const ObjectKind kind = object.kind();
    result_.first.emplace(object.address().value, path);
    Met& met = result_.objects[code_points(path)];
    met.path = path;
    met.address = object.address();
    met.kind = kind;
    if (kind != ObjectKind::group) return;
    std::vector<Link> links;
    try {
      links = object.as_group().links(Order::name);
    } catch (const Error&) {
      met.links_failed = true;
      ++result_.errors;
    }
    std::sort(links.begin(), links.end(), [](const Link& a, const Link& b) { return a.name < b.name; });
    levels_.push_back({&met, std::move(links)});
  }

  std::string link_json(const Link& link, const std::string& parent) {
    JsonWriter json;
    json.begin_object();
    if (const auto* soft = std::get_if<SoftLink>(&link.target)) {
      json.key("soft").string(soft->path);
    } else if (const auto* external = std::get_if<ExternalLink>(&link.target)) {
      json.key("ext").begin_array().string(external->file).string(external->path).end_array();
    } else if (const auto* user = std::get_if<UserLink>(&link.target)) {
      json.key("ud").number(user->link_class);
    } else if (const auto path =
                   hard_target(std::get<HardLink>(link.target), (parent == "/" ? "" : parent) + "/" + link.name)) {
      json.key("hard").string(*path);
    } else {
      ++result_.errors;
      json.key("error").string("open");
    }
    json.end_object();
    return json.take();
  }

  /// The path by which the target was met first, which may be `path` now; nothing when it can't be opened.
  std::optional<std::string> hard_target(const HardLink& link, const std::string& path) {
    if (const auto seen = result_.first.find(link.target.value); seen != result_.first.end()) return seen->second;
    try {
      enter(path, file_.object_at(link.target, path));
      return path;
    } catch (const Error&) {
      return {};
    }
  }

  const File& file_;
  WalkedFile result_;
  std::vector<Level> levels_;
};

}  // namespace

WalkedFile walk_file(const File& file) {
  return Walk(file).run();
}

}  // namespace fiver::tools
