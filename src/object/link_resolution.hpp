// From a path to an object: through groups, and through soft and external links (format notes, section 11).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "object/handle.hpp"

namespace fiver::object {

struct Resolution {
  std::shared_ptr<const Handle> object;  ///< null: something on the way does not exist
  std::string missing;                   ///< then: what, for people
};

/// `path` from `start`, or from the root of its file when it starts with '/'. Throws limit after too many links, and what reading
/// groups throws.
Resolution resolve_path(const std::shared_ptr<const Handle>& start, std::string_view path);
/// The object that one link of `group` leads to.
Resolution resolve_link(const std::shared_ptr<const Handle>& group, const Link& link);
std::shared_ptr<const Handle> root_of(const std::shared_ptr<const FileHandle>& file);

}  // namespace fiver::object
