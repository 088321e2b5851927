// Any object of a file: a group, a dataset or a committed datatype. Handles are values: cheap to copy, usable from any thread, and
// they keep their file open.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
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

  // Writing. Throw invalid_argument on files open for reading only.
  /// Sets an attribute, in place of one of that name. `stored` is its type in the file, `from` elements of the type `memory` (parts of
  /// variable length are VariableParts). Throws invalid_argument when the types don't convert or the bytes don't fit the space.
  void write_attribute(const std::string& name, const Datatype& stored, const Dataspace& space, const Datatype& memory,
                       std::span<const std::byte> from, std::optional<Address> committed_type = {}) const;
  /// A scalar (T: number, bool, std::string, const char*) or a vector of those. Text is stored as UTF-8 of variable length.
  template <class T>
  void set_attribute(const std::string& name, const T& value) const;
  /// Throws not_found.
  void remove_attribute(const std::string& name) const;
  /// Throws not_found; invalid_argument when the new name is taken.
  void rename_attribute(const std::string& from, const std::string& to) const;

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

namespace detail {
void set_text_attribute(const Object& object, const std::string& name, const Dataspace& space,
                        std::span<const std::string> values);
}

template <class T>
void Object::set_attribute(const std::string& name, const T& value) const {
  if constexpr (std::is_convertible_v<const T&, std::string>) {
    const std::string text = value;
    detail::set_text_attribute(*this, name, Dataspace::scalar(), std::span(&text, 1));
  } else if constexpr (std::is_arithmetic_v<T>) {
    const auto type = native_type<T>();
    write_attribute(name, type, Dataspace::scalar(), type, std::as_bytes(std::span(&value, 1)));
  } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
    detail::set_text_attribute(*this, name, Dataspace::simple({value.size()}), value);
  } else {
    const auto type = native_type<typename T::value_type>();
    write_attribute(name, type, Dataspace::simple({value.size()}), type, std::as_bytes(std::span(value)));
  }
}

/// A datatype with a name, which datasets and attributes may share.
class CommittedDatatype : public Object {
 public:
  Datatype type() const;
  using Object::Object;
};

}  // namespace fiver
