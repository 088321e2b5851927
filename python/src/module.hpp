// What the binding files share: nanobind, the names of each file's part of the module, and how work is done without the GIL.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <string_view>
#include <utility>

namespace fiver::python {

namespace nb = nanobind;

void bind_errors(nb::module_& module);
void bind_types(nb::module_& module);
void bind_selections(nb::module_& module);
void bind_objects(nb::module_& module);
void bind_files(nb::module_& module);
void bind_groups(nb::module_& module);
void bind_attributes(nb::module_& module);
void bind_datasets(nb::module_& module);
void bind_chunks(nb::module_& module);
void bind_frames(nb::module_& module);
void bind_writing(nb::module_& module);
void bind_creating(nb::module_& module);
void bind_io_log(nb::module_& module);

/// Runs `work` with the GIL released; exceptions travel through.
template <class F>
decltype(auto) without_gil(F&& work) {
  nb::gil_scoped_release released;
  return std::forward<F>(work)();
}

/// Names in files are bytes: those that are not UTF-8 become lone surrogates and come back as they were.
nb::object text(std::string_view bytes);
/// The bytes of a str (surrogates as above) or of a bytes object; throws TypeError for anything else.
std::string bytes_of(nb::handle text);

/// A tuple of ints.
template <class Range>
nb::object int_tuple(const Range& values) {
  auto tuple = nb::steal<nb::object>(PyTuple_New(static_cast<Py_ssize_t>(values.size())));
  Py_ssize_t i = 0;
  for (const auto value : values) PyTuple_SET_ITEM(tuple.ptr(), i++, PyLong_FromUnsignedLongLong(value));
  return tuple;
}

}  // namespace fiver::python
