// h5 ls --json: an array with an entry an object or link.
#include <algorithm>
#include <set>

#include "common/facts.hpp"
#include "common/json_writer.hpp"
#include "fiver/fiver.hpp"
#include "ls/listing.hpp"

namespace fiver::tools {
namespace {

class JsonListing {
 public:
  JsonListing(Console& console, JsonWriter& json) : console_(console), json_(json) {}

  int run(const Listed& listed, bool recursive) {
    target_ = &listed.target;
    seen_.clear();
    const std::string path = (listed.parent == "/" ? "" : listed.parent) + "/" + listed.last;
    if (listed.link) {
      entry(path, [&] { link_members(*listed.link); });
      return status_;
    }
    const Object& object = *listed.object;
    if (object.kind() != ObjectKind::group || recursive) entry(path, [&] { object_members(object); });
    if (object.kind() == ObjectKind::group) walk(listed.file, object, path == "/" ? "" : path, recursive);
    return status_;
  }

 private:
  struct Level {
    std::string path;
    std::vector<Link> links;
    std::size_t next = 0;
  };

  void walk(const File& file, const Object& start, const std::string& base, bool recursive) {
    std::vector<Level> levels;
    const auto enter = [&](const std::string& path, const Object& group) {
      seen_.insert(group.address());
      levels.push_back({path, group.as_group().links(), 0});
    };
    enter(base, start);
    while (!levels.empty()) {
      Level& level = levels.back();
      if (level.next == level.links.size()) {
        levels.pop_back();
        continue;
      }
      const Link link = std::move(level.links[level.next++]);
      const std::string path = level.path + "/" + link.name;
      const auto* hard = std::get_if<HardLink>(&link.target);
      if (hard == nullptr) {
        entry(path, [&] { link_members(link); });
        continue;
      }
      entry(path, [&] {
        const Object object = file.object_at(hard->target, path);
        object_members(object);
        if (recursive && object.kind() == ObjectKind::group && !seen_.contains(object.address())) enter(path, object);
      });
    }
  }

  /// An entry whose members may fail to be read: "error" ends it then.
  template <class Members>
  void entry(const std::string& path, const Members& members) {
    json_.begin_object().key("file").string(target_->file).key("path").string(path);
    try {
      members();
    } catch (const Error& error) {
      status_ = 1;
      json_.key("error").string(error.reason());
      console_.complain(error);
    }
    json_.end_object();
  }

  void link_members(const Link& link) {
    if (const auto* soft = std::get_if<SoftLink>(&link.target)) {
      json_.key("kind").string("soft link").key("target").string(soft->path);
    } else if (const auto* external = std::get_if<ExternalLink>(&link.target)) {
      json_.key("kind")
          .string("external link")
          .key("target_file")
          .string(external->file)
          .key("target")
          .string(external->path);
    } else {
      json_.key("kind").string("user link").key("class").number(std::get<UserLink>(link.target).link_class);
    }
  }

  void object_members(const Object& object) {
    json_.key("kind").string(to_string(object.kind())).key("address").number(object.address().value);
    if (object.kind() == ObjectKind::datatype) {
      const std::string type = to_string(object.as_datatype().type());  // throws before its key is written
      json_.key("type").string(type);
    }
    if (object.kind() != ObjectKind::dataset) return;
    const Dataset dataset = object.as_dataset();
    const std::uint64_t stored = dataset.stored_size();
    json_.key("type").string(to_string(dataset.type())).key("shape");
    dataset.space().kind == Dataspace::Kind::null ? json_.null() : json_.numbers(dataset.shape());
    json_.key("layout").string(layout_name(dataset));
    if (const auto chunk = dataset.chunk_shape()) json_.key("chunk").numbers(*chunk);
    if (!dataset.filters().empty()) json_.key("filters").string(filters_text(dataset.filters()));
    json_.key("stored_bytes").number(stored);
    if (const auto logical = logical_size(dataset)) json_.key("logical_bytes").number(*logical);
  }

  Console& console_;
  JsonWriter& json_;
  const Target* target_ = nullptr;
  std::set<Address> seen_;
  int status_ = 0;
};

}  // namespace

int list_json(Console& console, const std::vector<Listed>& listed, bool recursive) {
  JsonWriter json([&](std::string_view text) { console.write(text); });
  json.begin_array();
  JsonListing listing(console, json);
  int status = 0;
  for (const Listed& one : listed) status = std::max(status, listing.run(one, recursive));
  json.end_array();
  json.end_line();
  return status;
}

}  // namespace fiver::tools
