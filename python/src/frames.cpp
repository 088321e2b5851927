// Frames along the first dimension, in order, read ahead: an iterator of arrays.
#include "fiver/frames.hpp"

#include <cstring>

#include "arrays.hpp"
#include "errors.hpp"
#include "materialize.hpp"
#include "objects.hpp"

namespace fiver::python {

namespace {

struct FrameIterator {
  FrameReader reader;
  nb::object dtype;
};

FrameIterator frames(const DatasetSlot& slot, const Target& target, std::uint64_t first,
                     std::optional<std::uint64_t> count) {
  const auto dataset = slot.dataset();
  if (target.has_objects) throw nb::type_error("frames of text, sequences or references are read by index");
  return {without_gil([&] { return FrameReader(dataset, target.memory, first, count.value_or(unlimited)); }),
          target.dtype};
}

nb::object next(FrameIterator& frames) {
  std::span<const std::byte> bytes;
  try {
    bytes = without_gil([&] { return frames.reader.next(); });
  } catch (const Error& error) {
    raise_while_reading(error);
  }
  if (bytes.empty()) throw nb::stop_iteration();
  auto array = empty_array(frames.reader.frame_shape(), frames.dtype);
  const auto into = ArrayView(array).bytes();
  if (into.size() != bytes.size()) throw nb::value_error("the frame has another size than its dtype and shape");
  without_gil([&] { std::memcpy(into.data(), bytes.data(), bytes.size()); });
  if (PyErr_CheckSignals() != 0) throw nb::python_error();
  return array;
}

}  // namespace

void bind_frames(nb::module_& module) {
  nb::class_<FrameIterator>(module, "FrameIterator", "Frames in order, read ahead and decoded on all cores.")
      .def("__iter__", [](nb::handle self) { return self; })
      .def("__next__", &next)
      .def_prop_ro(
          "index", [](const FrameIterator& f) { return f.reader.index(); }, "The index of the frame given last.");
  auto dataset = nb::borrow<nb::class_<DatasetSlot>>(module.attr("Dataset"));
  dataset.def("frames", &frames, nb::arg("target"), nb::arg("first") = 0, nb::arg("count") = nb::none());
}

}  // namespace fiver::python
