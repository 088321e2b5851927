// Datatypes as the binding passes them about.
#pragma once

#include <span>

#include "fiver/values/datatype.hpp"
#include "module.hpp"

namespace fiver::python {

/// A datatype as Python holds it: immutable, hashable, compared by value.
struct Type {
  Datatype value;
};

/// Elements in memory have no VAX or bit-level oddities: an integer of `size` bytes (at most 8) as Python's int.
nb::object integer_object(std::span<const std::byte> bytes, bool is_signed, ByteOrder order);
std::vector<std::byte> integer_bytes(nb::handle number, std::uint32_t size, bool is_signed, ByteOrder order);

}  // namespace fiver::python
