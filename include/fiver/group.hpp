// A group: names that lead to objects (format specification IV.A.2.c, g, q; III.A, III.B).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "fiver/object.hpp"
#include "fiver/values/link.hpp"

namespace fiver {

class Group : public Object {
 public:
  std::uint64_t link_count() const;
  std::vector<Link> links(Order order = Order::name) const;
  /// The link of exactly this name, not a path.
  std::optional<Link> find_link(const std::string& name) const;

  /// The object at a path: from this group, or from the root when it starts with '/'. Doubled slashes and "." are passed over; soft and
  /// external links are followed. Throws not_found naming the part of the path that is missing, limit after too many links.
  Object object(const std::string& path) const;
  /// As object(), nothing where some part of the path, or the target of a link, does not exist.
  std::optional<Object> find(const std::string& path) const;
  Group group(const std::string& path) const { return object(path).as_group(); }
  Dataset dataset(const std::string& path) const;
  /// The object that a link of this group leads to.
  std::optional<Object> follow(const Link& link) const;

  using Object::Object;
};

/// Calls `visit(path, object)` for `group` and every object below it that hard links lead to, each once, a group before its members, members
/// by the order of their names' bytes. Faults below go to `on_error(path, error)`, if given, and the walk goes on; else they are thrown.
/// Stops when visit returns false.
void walk(const Group& group, const std::function<bool(const std::string& path, const Object& object)>& visit,
          const std::function<void(const std::string& path, const class Error& error)>& on_error = {});

}  // namespace fiver
