// What a file should hold, and what somebody found in it: objects with their attributes, links and elements, as plain values.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "fiver/file.hpp"
#include "fiver/values/dataspace.hpp"

namespace fiver::tests {

/// A number of the model's own for each object; 0 is the root group.
using ModelId = std::uint64_t;

struct ModelLink {
  enum class Kind : std::uint8_t { hard, soft, external };
  Kind kind = Kind::hard;
  std::uint64_t target = 0;  ///< hard: a ModelId; in what was found, an address
  std::string text;          ///< soft: the path; external: file, byte 0, path
  friend bool operator==(const ModelLink&, const ModelLink&) = default;
};

/// An object as it should be (hard links lead to ModelIds), or as it was found (to addresses).
struct Content {
  bool is_group = true;
  std::uint64_t references = 1;
  std::map<std::string, std::string>
      attributes;  ///< elements one after the other; of text each with a byte 0 behind it
  std::map<std::string, ModelLink> links;
  Shape dims;
  std::string data;               ///< as attributes
  std::size_t element_bytes = 4;  ///< 0: text
};

struct ModelObject {
  Content content;
  /// Each element may be old or new whatever the others are: elements that are overwritten in place, or stand in other datasets.
  bool element_wise = false;
};

/// All objects that the root leads to.
using Model = std::map<ModelId, ModelObject>;

struct Found {
  std::uint64_t root = 0;
  std::map<std::uint64_t, Content> objects;  ///< by address
};

enum class Demand : std::uint8_t {
  each_object,    ///< every object as it was before or after, groups perhaps with links of both
  whole_commits,  ///< all objects as they were before, or all as they were after
};

/// What is wrong with `found` in a file that had `before` at its last commit and was on its way to `after`; empty: nothing.
std::string find_fault(const Found& found, const Model& before, const Model& after, Demand demand);

/// Reads all of a file through Fiver. Throws Error.
Found look_at(const File& file);

// Through a process: what was found as bytes.
void put_found(const Found& found, std::string& bytes);
Found take_found(const char* bytes, std::size_t size);

}  // namespace fiver::tests
