// The three forms of `h5 ls`.
#pragma once

#include <string>
#include <vector>

#include "common/console.hpp"
#include "common/target.hpp"

namespace fiver::tools {

/// What an argument leads to: an object, or a link that is shown instead of followed (soft, external, user-defined).
struct Listed {
  Target target;
  File file;
  std::string parent;        ///< path of the group that holds it
  std::string last;          ///< the last name of the path, "" for the root
  std::optional<Link> link;  ///< set where the last name is such a link
  std::optional<Object> object;
};

/// Throws not_found.
Listed look_up(const Target& target);

struct PlainStyle {
  bool recursive = false;
  bool show_file = false;  ///< recursive listings of several arguments put the file before each name
};

/// Line for line as h5ls of HDF5 1.10. Returns 1 when something could not be read, after a message.
int list_plain(Console& console, const Listed& listed, PlainStyle style);

struct TreeStyle {
  unsigned depth = 0;  ///< levels below the start; 0: all
  bool attributes = false;
};
/// For people: shapes, types, sizes, filters, link targets.
int list_tree(Console& console, const Listed& listed, TreeStyle style);

/// One JSON array with an entry an object or link.
int list_json(Console& console, const std::vector<Listed>& listed, bool recursive);

}  // namespace fiver::tools
