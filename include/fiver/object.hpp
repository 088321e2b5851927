// Any object of a file: a group, a dataset or a committed datatype. Handles are values: cheap to copy, usable from any thread, and
// they keep their file open.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fiver/attribute.hpp"
#include "fiver/values/address.hpp"
#include "fiver/values/datatype.hpp"

namespace fiver {

class File;
class Group;
class Dataset;
class CommittedDatatype;
namespace object {
class Handle;
}

enum class ObjectKind { group, dataset, datatype };
std::string_view to_string(ObjectKind kind);

/// By creation order only where the file keeps it; else the order of the names' bytes.
enum class Order { name, creation, stored };

struct ObjectInfo {
  unsigned header_version = 0;                                    ///< 1 or 2
  std::uint64_t hard_links = 0;                                   ///< the reference count
  std::uint64_t header_bytes = 0;                                 ///< all header blocks together
  std::optional<std::int64_t> modified, accessed, changed, born;  ///< seconds since 1970
  std::string comment;
};

class Object {
 public:
  ObjectKind kind() const;
  /// The path by which it was opened, from the root of its own file.
  const std::string& path() const;
  /// Where its header is: with the file, its identity.
  Address address() const;
  File file() const;
  ObjectInfo info() const;

  std::vector<Attribute> attributes(Order order = Order::name) const;
  std::vector<std::string> attribute_names(Order order = Order::name) const;
  std::optional<Attribute> find_attribute(const std::string& name) const;
  /// Throws not_found.
  Attribute attribute(const std::string& name) const;

  // Throw invalid_argument when it is something else.
  Group as_group() const;
  Dataset as_dataset() const;
  CommittedDatatype as_datatype() const;

  /// Looks at the file again: a writer may have changed the object since. Handles made before keep what they saw.
  void refresh();

  const object::Handle& handle() const { return *handle_; }
  const std::shared_ptr<const object::Handle>& shared_handle() const { return handle_; }
  explicit Object(std::shared_ptr<const object::Handle> handle) : handle_(std::move(handle)) {}

 protected:
  std::shared_ptr<const object::Handle> handle_;
};

/// A datatype with a name, which datasets and attributes may share.
class CommittedDatatype : public Object {
 public:
  Datatype type() const;
  using Object::Object;
};

}  // namespace fiver
