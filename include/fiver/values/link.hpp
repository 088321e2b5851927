// A link: a name in a group and what it leads to (format specification IV.A.2.g).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "fiver/values/address.hpp"
#include "fiver/values/datatype.hpp"

namespace fiver {

struct HardLink {
  Address target;  ///< the object header
  friend bool operator==(const HardLink&, const HardLink&) = default;
};
struct SoftLink {
  std::string path;  ///< relative to the group that holds the link, or from the root
  friend bool operator==(const SoftLink&, const SoftLink&) = default;
};
struct ExternalLink {
  std::string file, path;  ///< path: from the root of that file
  friend bool operator==(const ExternalLink&, const ExternalLink&) = default;
};
/// Classes 65 to 255, whose meaning only their makers know: listed, never followed.
struct UserLink {
  std::uint8_t link_class = 65;
  std::vector<std::byte> data;
  friend bool operator==(const UserLink&, const UserLink&) = default;
};

struct Link {
  std::string name;  ///< bytes; any but '/' and NUL
  CharacterSet charset = CharacterSet::ascii;
  std::optional<std::int64_t> creation_order;
  std::variant<HardLink, SoftLink, ExternalLink, UserLink> target;
  friend bool operator==(const Link&, const Link&) = default;
};

}  // namespace fiver
