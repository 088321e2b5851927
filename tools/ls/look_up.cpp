#include "fiver/values/error.hpp"
#include "ls/listing.hpp"

namespace fiver::tools {

Listed look_up(const Target& target) {
  Listed listed{target, open_file(target), "/", "", {}, {}};
  std::string path = "/" + target.object;
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  if (path == "/") {
    listed.object = listed.file.root();
    return listed;
  }
  const auto slash = path.rfind('/');
  listed.parent = slash == 0 ? "/" : path.substr(0, slash);
  listed.last = path.substr(slash + 1);
  if (listed.last != ".") {
    const Object parent = listed.file.object(listed.parent);
    if (parent.kind() == ObjectKind::group) {
      auto link = parent.as_group().find_link(listed.last);
      if (link && !std::holds_alternative<HardLink>(link->target)) {
        listed.link = std::move(link);
        return listed;
      }
    }
  }
  listed.object = listed.file.object(path);
  return listed;
}

}  // namespace fiver::tools
