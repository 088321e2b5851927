// Writing elements and attributes: methods of fiver._fiver.Dataset and Object.
#include <algorithm>
#include <optional>
#include <string_view>

#include "errors.hpp"
#include "gather.hpp"
#include "io_log.hpp"
#include "materialize.hpp"
#include "objects.hpp"
#include "selections.hpp"
#include "slicing.hpp"
#include "spaces.hpp"
#include "types.hpp"
#include "watch.hpp"

namespace fiver::python {

namespace {

/// The packed array's items as elements of target.memory: its own bytes, or what is gathered from its objects.
class Items {
 public:
  Items(nb::handle array, const Target& target) : view_(array) {
    if (target.has_objects) gathered_ = gather(view_, target.dtype, target.memory);
  }
  std::span<const std::byte> bytes() const {
    return gathered_ ? std::span<const std::byte>(gathered_->bytes) : view_.bytes();
  }

 private:
  ArrayView view_;
  std::optional<Gathered> gathered_;
};

void write(const DatasetSlot& slot, const Target& target, const Chosen& chosen, nb::handle array, nb::object progress,
           unsigned threads) {
  const auto dataset = slot.dataset();
  const Items items(array, target);
  if (items.bytes().empty()) return;
  auto* log = log_of(slot, dataset);
  const Stopwatch stopwatch(log != nullptr);
  Watch watch(std::move(progress), threads);
  run_watched(watch, [&](const ReadOptions& options) {
    dataset.write_converted(target.memory, items.bytes(), chosen.value, options);
  });
  if (log != nullptr) log->write(chosen.value, items.bytes().size(), stopwatch.took());
}

/// dataset[index] = array for the indices of slicing.hpp and packed arrays of numbers that have the target's dtype and the shape that the index
/// selects. False for all others, which fiver/writing.py takes.
bool write_sliced(const DatasetSlot& slot, const Target& target, nb::handle index, nb::handle array) {
  if (slot.session()->mode() == "r" || std::string_view("biufc").find(target.kind) == std::string_view::npos)
    return false;
  const nb::object dtype = array.attr("dtype");
  if (!dtype.is(target.dtype) && !dtype.equal(target.dtype)) return false;
  const auto space = slot.dataset().space();
  Sliced sliced;
  if (space.kind == Dataspace::Kind::null || !sliced.take(space.dims, index, target.numpy)) return false;
  const ArrayView view(array);
  if (!view.is_packed() || view.size() == 0 || !std::ranges::equal(view.shape(), sliced.shape())) return false;
  write(slot, target, Chosen{sliced.selection(space.dims)}, array, nb::none(), 0);
  return true;
}

void write_chunk(const DatasetSlot& slot, nb::handle offset, nb::handle data, std::uint32_t filter_mask) {
  const auto dataset = slot.dataset();
  const auto at = shape_of(offset);
  Py_buffer buffer;
  if (PyObject_GetBuffer(data.ptr(), &buffer, PyBUF_C_CONTIGUOUS) != 0) throw nb::python_error();
  const std::unique_ptr<Py_buffer, void (*)(Py_buffer*)> release(&buffer, PyBuffer_Release);
  const std::span bytes(static_cast<const std::byte*>(buffer.buf), static_cast<std::size_t>(buffer.len));
  without_gil([&] { dataset.write_chunk(at, bytes, filter_mask); });
  if (auto* log = log_of(slot, dataset)) log->write_direct(bytes.size());
}

void write_attribute(const Slot& slot, nb::handle name, const Type& stored, nb::handle shape, const Target& target,
                     nb::handle array, std::optional<std::uint64_t> committed_type) {
  const auto object = slot.object();
  const auto bytes = bytes_of(name);
  const auto space = shape.is_none() ? Dataspace::null() : space_of(shape, nb::none());
  std::optional<Items> items;
  if (!array.is_none()) items.emplace(array, target);
  const auto elements = items ? items->bytes() : std::span<const std::byte>();
  const auto committed = committed_type ? std::optional(Address{*committed_type}) : std::nullopt;
  without_gil([&] { object.write_attribute(bytes, stored.value, space, target.memory, elements, committed); });
}

}  // namespace

void bind_writing(nb::module_& module) {
  auto dataset = nb::borrow<nb::class_<DatasetSlot>>(module.attr("Dataset"));
  dataset
      .def("write", &write, nb::arg("target"), nb::arg("selection"), nb::arg("array"), nb::arg("progress") = nb::none(),
           nb::arg("threads") = 0)
      .def("write_sliced", &write_sliced, nb::arg("target"), nb::arg("index"), nb::arg("array"))
      .def("write_chunk", &write_chunk, nb::arg("offset"), nb::arg("data"), nb::arg("filter_mask") = 0)
      .def("resize", [](const DatasetSlot& slot, nb::handle shape) {
        const auto d = slot.dataset();
        const auto dims = shape_of(shape);
        without_gil([&] { d.resize(dims); });
      });
  auto object = nb::borrow<nb::class_<Slot>>(module.attr("Object"));
  object
      .def("write_attribute", &write_attribute, nb::arg("name"), nb::arg("stored"), nb::arg("shape").none(),
           nb::arg("target"), nb::arg("array").none(), nb::arg("committed_type") = nb::none())
      .def("remove_attribute",
           [](const Slot& slot, nb::handle name) {
             const auto o = slot.object();
             const auto bytes = bytes_of(name);
             without_gil([&] { o.remove_attribute(bytes); });
           })
      .def("rename_attribute", [](const Slot& slot, nb::handle from, nb::handle to) {
        const auto o = slot.object();
        const auto old_name = bytes_of(from), new_name = bytes_of(to);
        without_gil([&] { o.rename_attribute(old_name, new_name); });
      });
}

}  // namespace fiver::python
