// An attribute: a name and a small array on an object (format specification IV.A.2.m).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fiver/array.hpp"
#include "fiver/values/address.hpp"
#include "fiver/values/dataspace.hpp"
#include "fiver/values/datatype.hpp"

namespace fiver {

namespace object {
class AttributeHandle;
}

class Attribute {
 public:
  const std::string& name() const;
  CharacterSet charset() const;
  const Datatype& type() const;
  const Dataspace& space() const;
  std::optional<std::uint32_t> creation_order() const;
  /// The header of the committed datatype it shares, if it does.
  std::optional<Address> committed_type() const;

  /// The whole value; no elements for a null dataspace. Throws corrupt, unsupported, limit.
  Elements read_elements() const;
  /// Converted to T's native type, one value an element. Throws invalid_argument when the types don't convert.
  template <class T>
  std::vector<T> read() const;
  /// The first element as text: strings of both kinds without padding, numbers as decimal text.
  std::string read_string() const;
  std::vector<std::string> read_strings() const;

  const object::AttributeHandle& handle() const { return *handle_; }
  explicit Attribute(std::shared_ptr<const object::AttributeHandle> handle) : handle_(std::move(handle)) {}

 private:
  void read_converted(const Datatype& memory, std::span<std::byte> into) const;
  std::shared_ptr<const object::AttributeHandle> handle_;
};

template <class T>
std::vector<T> Attribute::read() const {
  std::vector<T> values(static_cast<std::size_t>(space().element_count()));
  read_converted(native_type<T>(), std::as_writable_bytes(std::span(values)));
  return values;
}

}  // namespace fiver
