// What is called of NumPy itself where a call of Python's would cost more than the work: making an array, a scalar of its bytes. The functions
// stand in a table that NumPy gives to extensions (its C API; places in it never change their meaning), so no header of it is needed.
#pragma once

#include <cstddef>
#include <span>

#include "module.hpp"

namespace fiver::python {

class NumpyCalls {
 public:
  /// Of the NumPy that is imported in this interpreter.
  static NumpyCalls load();

  /// As numpy.empty; items that are objects are null.
  nb::object new_array(std::span<const std::uint64_t> shape, nb::handle dtype) const;
  /// The memory of an array that new_array() made.
  static std::byte* data(nb::handle array);
  /// What array[()] gives for an item of this dtype at `data`. `array`: what keeps the item; none where its bytes are copied.
  nb::object scalar(const std::byte* data, nb::handle dtype, nb::handle array = {}) const;
  /// numpy.int64 and its like.
  bool is_integer(PyObject* value) const;

 private:
  explicit NumpyCalls(void** table) : table_(table) {}
  void** table_;
};

}  // namespace fiver::python
