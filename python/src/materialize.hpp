// Elements that hold text, sequences or references, as Python objects in a NumPy array.
#pragma once

#include <memory>
#include <optional>

#include "fiver/array.hpp"
#include "module.hpp"
#include "numpy_calls.hpp"

namespace fiver::python {

/// Where elements go: what they are converted to, the dtype of the array, and what becomes of the parts that are objects there.
struct Target {
  Datatype memory;
  nb::object dtype;
  bool has_objects = false;           ///< some part of dtype is a Python object
  std::optional<std::string> errors;  ///< text becomes str, decoded as UTF-8 with this error handler; absent: bytes
  std::string encoding;               ///< empty: UTF-8
  nb::object make_reference;          ///< called with (kind, bytes) for each reference
  NumpyCalls numpy;
  std::size_t item_size = 0;  ///< of dtype
  char kind = ' ';            ///< dtype.kind; ' ' where items are arrays themselves
  /// An array of the dtype that is not initialized.
  nb::object new_array(std::span<const std::uint64_t> shape) const { return numpy.new_array(shape, dtype); }
};

/// Writes `elements` into the array at `to`, whose items are `target.dtype`. The GIL is held.
void materialize(const Elements& elements, const Target& target, std::byte* to);

}  // namespace fiver::python
