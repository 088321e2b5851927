// fiver._fiver.Dataset and fiver._fiver.Target: what a dataset is, and reading it. One call a read, with the GIL released around the engine's work.
#include <algorithm>
#include <array>
#include <cstddef>
#include <sstream>

#include "arrays.hpp"
#include "errors.hpp"
#include "fiver/values/error.hpp"
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

/// Fills the packed array `array`, which has as many elements as the selection.
void fill(const Dataset& dataset, const Target& target, const Selection& selection, const ArrayView& array,
          Watch& watch, DatasetLog* log) {
  const Stopwatch stopwatch(log != nullptr);
  if (log != nullptr) watch.count_in(&log->decoding());
  Plan report;
  if (!target.has_objects) {
    run_watched(watch, [&](const ReadOptions& options) {
      report = dataset.read_converted(target.memory, array.bytes(), selection, options);
    });
  } else {
    std::optional<Elements> elements;
    run_watched(watch, [&](const ReadOptions& options) {
      elements = dataset.read_elements_as(target.memory, selection, options);
    });
    if (elements->count > 0) materialize(*elements, target, array.bytes().data());
    report = std::move(elements->report);
  }
  if (log != nullptr) log->read(report, selection, array.bytes().size(), stopwatch.took());
}

bool is_empty(const Shape& shape) {
  return std::any_of(shape.begin(), shape.end(), [](std::uint64_t size) { return size == 0; });
}

nb::object read(const DatasetSlot& slot, const Target& target, const Chosen& chosen, nb::handle shape,
                nb::object progress, unsigned threads) {
  const auto dataset = slot.dataset();
  const auto result_shape = shape_of(shape);
  auto array = target.new_array(result_shape);
  if (is_empty(result_shape)) return array;
  Watch watch(std::move(progress), threads);
  fill(dataset, target, chosen.value, ArrayView(array), watch, log_of(slot, dataset));
  return array;
}

/// What quick reads go through; null where the dataset or the target isn't made for them.
std::shared_ptr<const QuickReader> quick_reader(DatasetSlot& slot, const Target& target, nb::handle target_object) {
  auto kept = slot.quick(target_object);
  auto& reader = kept.reader;
  if (kept.known && (!reader || reader->is_settled())) return reader;
  if (reader && without_gil([&] { return reader->is_current(); })) return reader;
  reader.reset();
  const auto dataset = slot.dataset();
  if (!target.has_objects && target.item_size == target.memory.size()) {
    try {
      reader = without_gil([&] { return QuickReader::make(dataset, target.memory); });
    } catch (const Error&) {  // the ordinary read says what is wrong
    }
  }
  slot.keep(dataset, reader, nb::borrow(target_object));
  return reader;
}

/// A few elements with a look and no plan. Nothing where that doesn't do.
nb::object read_quickly(DatasetSlot& slot, const Target& target, nb::handle target_object, nb::handle index) {
  if (slot.session()->log()) return {};  // an ordinary read says what it did
  const auto reader = quick_reader(slot, target, target_object);
  if (!reader || reader->space().kind != Dataspace::Kind::simple) return {};
  Sliced sliced;
  if (!sliced.take(reader->space().dims, index, target.numpy) || !sliced.is_box()) return {};
  const auto count = sliced.elements();
  if (count == 0 || count > QuickReader::most_bytes || count * target.item_size > QuickReader::most_bytes) return {};
  const auto size = static_cast<std::size_t>(count) * target.item_size;
  const auto read = [&](std::byte* to) {
    return without_gil([&] { return reader->read(sliced.start(), sliced.count(), {to, size}); });
  };
  if (!sliced.shape().empty() || target.kind == ' ') {
    auto array = target.new_array(sliced.shape());
    return read(NumpyCalls::data(array)) ? array : nb::object();
  }
  alignas(std::max_align_t) std::array<std::byte, 64> item;  // NOLINT: filled by read
  if (size > item.size() || target.kind == 'V') {
    auto array = target.new_array({});
    auto* to = NumpyCalls::data(array);
    return read(to) ? target.numpy.scalar(to, target.dtype, array) : nb::object();
  }
  return read(item.data()) ? target.numpy.scalar(item.data(), target.dtype) : nb::object();
}

/// dataset[index] for the indices of slicing.hpp, a NumPy scalar where no dimension is left; NotImplemented for all others.
nb::object read_sliced(DatasetSlot& slot, nb::handle target_object, nb::handle index) {
  const auto& target = nb::cast<const Target&>(target_object);
  if (auto found = read_quickly(slot, target, target_object, index); found.is_valid()) return found;
  const auto dataset = slot.dataset();
  const auto space = dataset.space();
  Sliced sliced;
  if (space.kind != Dataspace::Kind::simple || !sliced.take(space.dims, index, target.numpy))
    return nb::borrow<nb::object>(Py_NotImplemented);
  auto array = target.new_array(sliced.shape());
  if (sliced.elements() > 0) {
    Watch watch;
    fill(dataset, target, sliced.selection(space.dims), ArrayView(array), watch, log_of(slot, dataset));
  }
  if (!sliced.shape().empty() || target.kind == ' ') return array;
  return target.numpy.scalar(NumpyCalls::data(array), target.dtype, array);
}

void read_into(const DatasetSlot& slot, const Target& target, const Chosen& chosen, nb::handle array,
               nb::object progress, unsigned threads) {
  const auto dataset = slot.dataset();
  const ArrayView view(array);
  if (!view.is_writable()) throw nb::value_error("the array is read-only");
  if (view.size() == 0) return;
  Watch watch(std::move(progress), threads);
  fill(dataset, target, chosen.value, view, watch, log_of(slot, dataset));
}

nb::object layout_of(const DatasetSlot& slot) {
  const auto dataset = slot.dataset();
  struct Describe {
    nb::object operator()(const CompactLayout& l) const { return nb::make_tuple("compact", l.data.size()); }
    nb::object operator()(const ContiguousLayout& l) const {
      return nb::make_tuple("contiguous", l.address ? nb::cast(l.address->value) : nb::none(), l.size);
    }
    nb::object operator()(const ChunkedLayout& l) const { return nb::make_tuple("chunked", int_tuple(l.chunk)); }
    nb::object operator()(const VirtualLayout& /*l*/) const { return nb::make_tuple("virtual"); }
  };
  return std::visit(Describe{}, dataset.layout());
}

/// Each filter as (number, flags, values, name).
nb::object filters_of(const DatasetSlot& slot) {
  const auto dataset = slot.dataset();
  nb::list list;
  for (const auto& filter : dataset.filters()) {
    const auto name = filter.name.empty() ? registered_filter_name(filter.id) : filter.name;
    list.append(nb::make_tuple(filter.id, filter.flags, int_tuple(filter.values), text(name)));
  }
  return nb::tuple(list);
}

nb::object fill_value_of(const DatasetSlot& slot) {
  const auto dataset = slot.dataset();
  const auto& fill_value = dataset.fill_value();
  const auto bytes = fill_value.defined == FillValue::Defined::by_user
                         ? nb::object(nb::bytes(fill_value.bytes.data(), fill_value.bytes.size()))
                         : nb::none();
  return nb::make_tuple(static_cast<int>(fill_value.defined), static_cast<int>(fill_value.allocation_time),
                        static_cast<int>(fill_value.write_time), bytes);
}

nb::object fill_text_of(const DatasetSlot& slot) {
  const auto dataset = slot.dataset();
  try {
    const auto found = without_gil([&] { return dataset.fill_text(); });
    return found ? nb::object(nb::bytes(found->data(), found->size())) : nb::none();
  } catch (const Error& error) {
    raise_while_reading(error);
  }
}

nb::object external_files_of(const DatasetSlot& slot) {
  nb::list list;
  const auto dataset = slot.dataset();
  for (const auto& file : dataset.external_files()) {
    const auto size = file.size == unlimited ? nb::none() : nb::object(nb::int_(file.size));
    list.append(nb::make_tuple(text(file.name), file.offset, size));
  }
  return list;
}

nb::object mappings_of(const DatasetSlot& slot) {
  const auto dataset = slot.dataset();
  const auto& mappings =
      without_gil([&]() -> const std::vector<VirtualMapping>& { return dataset.virtual_mappings(); });
  nb::list list;
  for (const auto& m : mappings)
    list.append(nb::make_tuple(text(m.source_file), text(m.source_dataset), nb::cast(Chosen{m.source}),
                               nb::cast(Chosen{m.target})));
  return list;
}

nb::object plan_object(const Plan& plan) {
  nb::list sources, missing;
  for (const auto& s : plan.sources)
    sources.append(
        nb::make_tuple(text(s.file), text(s.dataset), s.chunks, s.stored_bytes, s.decoded_bytes, s.used_bytes));
  for (const auto& m : plan.missing)
    missing.append(nb::make_tuple(text(m.file), text(m.dataset), text(m.reason), m.elements));
  std::ostringstream lines;
  lines << plan;
  return nb::make_tuple(plan.elements, plan.element_size, plan.fill_elements, nb::tuple(sources), nb::tuple(missing),
                        text(lines.str()));
}

nb::object plan(const DatasetSlot& slot, const Chosen& chosen) {
  const auto dataset = slot.dataset();
  try {
    return plan_object(without_gil([&] { return dataset.plan(chosen.value); }));
  } catch (const Error& error) {
    raise_while_reading(error);
  }
}

void bind_target(nb::module_& module) {
  nb::class_<Target>(module, "Target",
                     "What elements become when they are read: a type in memory and the dtype of the array.")
      .def(
          "__init__",
          [](Target* self, const Type& memory, nb::object dtype, bool has_objects, std::optional<std::string> errors,
             std::string encoding, nb::object make_reference) {
            const auto item_size = nb::cast<std::size_t>(dtype.attr("itemsize"));
            const char kind = dtype.attr("subdtype").is_none() ? nb::cast<std::string>(dtype.attr("kind")).at(0) : ' ';
            new (self) Target{memory.value,       std::move(dtype),    has_objects,
                              std::move(errors),  std::move(encoding), std::move(make_reference),
                              NumpyCalls::load(), item_size,           kind};
          },
          nb::arg("memory"), nb::arg("dtype"), nb::arg("has_objects"), nb::arg("errors") = nb::none(),
          nb::arg("encoding") = "", nb::arg("make_reference") = nb::none())
      .def_ro("dtype", &Target::dtype)
      .def_ro("has_objects", &Target::has_objects)
      .def_prop_ro("memory", [](const Target& target) { return Type{target.memory}; });
}

}  // namespace

void bind_datasets(nb::module_& module) {
  bind_target(module);
  nb::class_<DatasetSlot, Slot>(module, "Dataset", "An open dataset.")
      .def_prop_ro("type", [](const DatasetSlot& slot) { return Type{slot.dataset().type()}; })
      .def_prop_ro("space", [](const DatasetSlot& slot) { return describe(slot.dataset().space()); })
      .def_prop_ro("shape",
                   [](DatasetSlot& slot) {
                     if (auto known = slot.shape(); known.is_valid()) return known;
                     const auto dataset = slot.dataset();
                     const auto space = dataset.space();
                     auto shape = space.kind == Dataspace::Kind::null ? nb::none() : int_tuple(space.dims);
                     if (is_settled(dataset)) slot.keep_shape(dataset, shape);
                     return shape;
                   })
      .def_prop_ro("committed_type",
                   [](const DatasetSlot& slot) -> std::optional<std::uint64_t> {
                     const auto address = slot.dataset().committed_type();
                     return address ? std::optional(address->value) : std::nullopt;
                   })
      .def_prop_ro("layout", &layout_of)
      .def_prop_ro("filters", &filters_of)
      .def_prop_ro("fill_value", &fill_value_of)
      .def_prop_ro("fill_text", &fill_text_of)
      .def_prop_ro("external_files", &external_files_of)
      .def_prop_ro("is_virtual", [](const DatasetSlot& slot) { return slot.dataset().is_virtual(); })
      .def("virtual_mappings", &mappings_of)
      .def("stored_size",
           [](const DatasetSlot& slot) {
             const auto dataset = slot.dataset();
             return without_gil([&] { return dataset.stored_size(); });
           })
      .def("plan", &plan, nb::arg("selection"))
      .def("read", &read, nb::arg("target"), nb::arg("selection"), nb::arg("shape"), nb::arg("progress") = nb::none(),
           nb::arg("threads") = 0)
      .def("read_sliced", &read_sliced, nb::arg("target").noconvert(), nb::arg("index").none())
      .def("read_into", &read_into, nb::arg("target"), nb::arg("selection"), nb::arg("array"),
           nb::arg("progress") = nb::none(), nb::arg("threads") = 0);
}

}  // namespace fiver::python
