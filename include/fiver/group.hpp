// A group: names that lead to objects (format specification IV.A.2.c, g, q; III.A, III.B).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "fiver/object.hpp"
#include "fiver/values/dataspace.hpp"
#include "fiver/values/fill_value.hpp"
#include "fiver/values/filter_spec.hpp"
#include "fiver/values/layout.hpp"
#include "fiver/values/link.hpp"
#include "fiver/values/virtual_mapping.hpp"

namespace fiver {

struct NewGroup {
  bool track_order = false;  ///< keep the order of creation of links and attributes
};

struct NewDataset {
  /// Elements of a chunk. Absent: one contiguous block, or chunks of a suitable shape where filters or room to grow need them.
  std::optional<Shape> chunk{};
  FilterPipeline filters{};
  /// One element of the stored type, parts of variable length as VariableParts: `defined` by_user. Default: zeros.
  FillValue fill{};
  bool compact = false;                     ///< in the object header; at most 64,000 bytes
  std::vector<ExternalFile> external{};     ///< the elements stand in these files
  std::vector<VirtualMapping> mappings{};   ///< a virtual dataset
  bool is_virtual = false;                  ///< true: virtual even without mappings
  std::optional<Address> committed_type{};  ///< of this file, of which `type` is the value
  bool track_order = false;                 ///< keep the order of creation of attributes
  bool filter_partial_chunks = true;        ///< false: chunks that cross the extent are stored unfiltered
};

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

  // Writing. Paths as in object(); groups on the way are made. Throw invalid_argument for names that are taken or can't be, and on files open
  // for reading only.
  Group create_group(const std::string& path, const NewGroup& settings = {}) const;
  /// The group at the path, made where there is none. Throws invalid_argument when something else is there.
  Group require_group(const std::string& path, const NewGroup& settings = {}) const;
  /// `type`: as stored. Storage for the elements is taken when they are written.
  Dataset create_dataset(const std::string& path, const Datatype& type, const Dataspace& space,
                         const NewDataset& settings = {}) const;
  /// A dimension of `unlimited` starts at 0 and may grow without end.
  template <class T>
  Dataset create_dataset(const std::string& path, const Shape& dims, const NewDataset& settings = {}) const;
  /// Gives a datatype a name, under which datasets and attributes may share it.
  CommittedDatatype commit_datatype(const std::string& path, const Datatype& type) const;
  /// Another name for an object of this file.
  void create_hard_link(const std::string& path, const Object& object) const;
  void create_soft_link(const std::string& path, const std::string& target) const;
  void create_external_link(const std::string& path, const std::string& file, const std::string& target) const;
  /// Takes the link away; an object that no link leads to any more goes with it, and its space is used again. Throws not_found.
  void remove(const std::string& path) const;
  /// Renames or moves a link. Throws not_found; invalid_argument when `to` is taken.
  void move(const std::string& from, const std::string& to) const;
  /// Copies an object, with all below it and all attributes, into this file, from this or another one. References inside the copied objects
  /// lead to the copies. Soft and external links are copied as links.
  Object copy(const Object& object, const std::string& path) const;

  using Object::Object;
};

/// The dataspace of dims where `unlimited` ones start at 0.
Dataspace growing_space(const Shape& dims);

/// Calls `visit(path, object)` for `group` and every object below it that hard links lead to, each once, a group before its members, members
/// by the order of their names' bytes. Faults below go to `on_error(path, error)`, if given, and the walk goes on; else they are thrown.
/// Stops when visit returns false.
void walk(const Group& group, const std::function<bool(const std::string& path, const Object& object)>& visit,
          const std::function<void(const std::string& path, const class Error& error)>& on_error = {});

}  // namespace fiver
