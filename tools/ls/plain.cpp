// The lines of h5ls 1.10: a name in 24 columns, what it is, and where it was met before.
#include <fmt/format.h>

#include <map>

#include "common/escaping.hpp"
#include "fiver/dataset.hpp"
#include "fiver/values/error.hpp"
#include "ls/listing.hpp"

namespace fiver::tools {
namespace {

std::string extent_text(const Dataspace& space) {
  if (space.kind == Dataspace::Kind::null) return "{NULL}";
  if (space.kind == Dataspace::Kind::scalar) return "{SCALAR}";
  std::string text = "{";
  for (std::size_t i = 0; i < space.dims.size(); ++i) {
    if (i > 0) text += ", ";
    text += std::to_string(space.dims[i]);
    if (!space.max_dims || (*space.max_dims)[i] == space.dims[i]) continue;
    text += (*space.max_dims)[i] == unlimited ? "/Inf" : "/" + std::to_string((*space.max_dims)[i]);
  }
  return text + "}";
}

class PlainListing {
 public:
  PlainListing(Console& console, const Listed& listed, PlainStyle style)
      : console_(console), listed_(listed), style_(style), prefix_(style.show_file ? listed.target.file + "/" : "") {}

  int run() {
    const std::string& named = listed_.target.object;
    const std::string shown = style_.recursive ? prefix_ + named : named.substr(named.rfind('/') + 1);
    if (listed_.link) {
      line(shown, link_text(*listed_.link));
      return status_;
    }
    const Object& object = *listed_.object;
    if (object.kind() != ObjectKind::group) {
      object_line(shown, object, "/" + named);
      return status_;
    }
    base_ = named.empty() ? "" : "/" + named;
    while (base_.ends_with('/')) base_.pop_back();
    const bool whole_file = !listed_.target.names_object;
    if (whole_file && style_.recursive) line(prefix_ + "/", "Group");
    if (object.info().hard_links > 1) seen_.emplace(object.address(), base_.empty() ? "/" : base_);
    walk(object);
    return status_;
  }

 private:
  struct Level {
    std::string path;  ///< below the start: "" or "/a/b"
    std::vector<Link> links;
    std::size_t next = 0;
  };

  void walk(const Object& start) {
    std::vector<Level> levels;
    levels.push_back({"", links_of(start, base_), 0});
    while (!levels.empty()) {
      Level& level = levels.back();
      if (level.next == level.links.size()) {
        levels.pop_back();
        continue;
      }
      const Link link = std::move(level.links[level.next++]);
      const std::string path = level.path + "/" + link.name;
      const std::string shown = style_.recursive ? prefix_ + path : link.name;
      if (!std::holds_alternative<HardLink>(link.target)) {
        line(shown, link_text(link));
        continue;
      }
      try {
        const Object object = listed_.file.object_at(std::get<HardLink>(link.target).target, base_ + path);
        const bool first_time = object_line(shown, object, base_ + path);
        if (first_time && style_.recursive && object.kind() == ObjectKind::group) {
          levels.push_back({path, links_of(object, base_ + path), 0});
        }
      } catch (const Error& error) {
        line(shown, "*ERROR*");
        trouble(error);
      }
    }
  }

  std::vector<Link> links_of(const Object& group, const std::string& path) {
    try {
      return group.as_group().links(Order::name);
    } catch (Error& error) {
      trouble(error.in_object(path));
      return {};
    }
  }

  /// False when the object was listed before.
  bool object_line(const std::string& shown, const Object& object, const std::string& path) {
    const char* kind = object.kind() == ObjectKind::group     ? "Group"
                       : object.kind() == ObjectKind::dataset ? "Dataset"
                                                              : "Type";
    if (const auto before = seen_.find(object.address()); before != seen_.end()) {
      line(shown, fmt::format("{}, same as {}", kind, escape_as_h5ls(before->second)));
      return false;
    }
    remember(object, path);
    if (object.kind() != ObjectKind::dataset) {
      line(shown, kind);
      return true;
    }
    try {
      line(shown, "Dataset " + extent_text(object.as_dataset().space()));
    } catch (const Error& error) {
      line(shown, "Dataset *ERROR*");
      trouble(error);
    }
    return true;
  }

  /// Only what several names lead to can be met again; of groups all are kept, lest wrong counts make the listing endless.
  void remember(const Object& object, const std::string& path) {
    if (object.kind() == ObjectKind::group || object.info().hard_links > 1) seen_.emplace(object.address(), path);
  }

  std::string link_text(const Link& link) const {
    if (const auto* soft = std::get_if<SoftLink>(&link.target)) return "Soft Link {" + console_.name(soft->path) + "}";
    if (const auto* external = std::get_if<ExternalLink>(&link.target)) {
      const std::string path = (external->path.starts_with('/') ? "" : "/") + external->path;
      return "External Link {" + console_.name(external->file) + "/" + console_.name(path) + "}";
    }
    return "UD Link {cannot follow UD links}";
  }

  void line(const std::string& name, std::string_view what) {
    console_.print("{:<24} {}\n", escape_as_h5ls(name), what);
  }

  void trouble(const Error& error) {
    status_ = 1;
    console_.complain(error);
  }

  Console& console_;
  const Listed& listed_;
  PlainStyle style_;
  std::string prefix_, base_;
  std::map<Address, std::string> seen_;
  int status_ = 0;
};

}  // namespace

int list_plain(Console& console, const Listed& listed, PlainStyle style) {
  return PlainListing(console, listed, style).run();
}

}  // namespace fiver::tools
