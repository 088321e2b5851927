// What a file holds, as plain values: the model that files written by random programs are held against.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <variant>
#include <vector>

#include "fiver/fiver.hpp"

namespace fiver::property {

using Random = std::mt19937_64;

inline std::uint64_t below(Random& random, std::uint64_t end) {
  return random() % end;
}
inline bool one_in(Random& random, std::uint64_t n) {
  return below(random, n) == 0;
}

/// One element: its stored bytes; of a type of variable length the text, or the sequence's stored bytes.
using Values = std::vector<std::string>;

/// A datatype of the tests, and how its values are made.
struct ElementType {
  Datatype stored;
  std::uint32_t sequence_base = 0;  ///< of a sequence: bytes of one of its elements; 1 for text; 0: fixed size
  bool is_variable() const { return sequence_base != 0; }
  std::string make(Random& random) const;
};
/// `widths`: bytes of a variable-length element in the file, 16 in all files of these tests.
const std::vector<ElementType>& element_types();

/// Values as the memory of a write; `memory` is the type that they have there.
struct MemoryForm {
  Datatype memory;
  std::vector<std::byte> bytes;
};
MemoryForm memory_form(const ElementType& type, const Values& values);
/// The same numbers as int64, where the type is an integer of at most 8 bytes.
std::optional<MemoryForm> as_int64(const ElementType& type, const Values& values);
/// What a read gave, as Values.
Values values_of(const ElementType& type, const Elements& elements);

struct ModelAttribute {
  std::string name;
  std::size_t type = 0;  ///< in element_types()
  Dataspace space;
  Values values;
};

struct Node;
using NodePtr = std::shared_ptr<Node>;

struct ModelLink {
  std::string name;
  std::variant<NodePtr, SoftLink, ExternalLink> target;
};

struct Node {
  ObjectKind kind = ObjectKind::group;
  bool track_order = false;
  std::uint64_t links_to = 0;
  std::vector<ModelAttribute> attributes;  ///< in the order of creation
  std::vector<ModelLink> links;            ///< likewise
  std::size_t type = 0;                    ///< of a dataset or committed type
  // Of a dataset.
  Dataspace space;
  NewDataset settings;
  std::string fill;
  Values values;

  ModelAttribute* find_attribute(const std::string& name);
  ModelLink* find_link(const std::string& name);
};

/// Holds everything in `file` against the model, a link, an attribute and an element at a time; an empty string, or the first difference.
/// Random selections are read, too.
std::string difference(const File& file, const NodePtr& root, Random& random);

}  // namespace fiver::property
