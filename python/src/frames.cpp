// Frames along the first dimension, in order, read ahead: an iterator of arrays.
#include "fiver/frames.hpp"

#include <cstring>

#include "arrays.hpp"
#include "errors.hpp"
#include "io_log.hpp"
#include "materialize.hpp"
#include "objects.hpp"

namespace fiver::python {

namespace {

/// Tells the log at its end what was read through an iterator.
class FramesLog {
 public:
  FramesLog(std::shared_ptr<IoLog> log, const Dataset& dataset, std::uint64_t first)
      : log_(std::move(log)), dataset_(dataset), first_(first) {}
  ~FramesLog() {
    if (count_ == 0) return;
    const auto selection = frame(first_, count_);
    try {
      log_->of(dataset_).read(dataset_.plan(selection), selection, bytes_, took_);
    } catch (const Error&) {  // another thread has changed the dataset: there is nothing to be told
    }
  }
  FramesLog(const FramesLog&) = delete;
  FramesLog& operator=(const FramesLog&) = delete;

  DecodeWork* decoding() { return &log_->of(dataset_).decoding(); }
  void add(std::uint64_t bytes, std::chrono::nanoseconds took) {
    ++count_;
    bytes_ += bytes;
    took_ += took;
  }

 private:
  const std::shared_ptr<IoLog> log_;
  const Dataset dataset_;
  const std::uint64_t first_;
  std::uint64_t count_ = 0, bytes_ = 0;
  std::chrono::nanoseconds took_{0};
};

struct FrameIterator {
  std::unique_ptr<FramesLog> log;  // before the reader, which counts into it
  FrameReader reader;
  nb::object dtype;
};

FrameIterator frames(const DatasetSlot& slot, const Target& target, std::uint64_t first,
                     std::optional<std::uint64_t> count) {
  const auto dataset = slot.dataset();
  if (target.has_objects) throw nb::type_error("frames of text, sequences or references are read by index");
  std::unique_ptr<FramesLog> log;
  if (slot.session()->log()) log = std::make_unique<FramesLog>(slot.session()->log(), dataset, first);
  auto* decoding = log ? log->decoding() : nullptr;
  auto reader =
      without_gil([&] { return FrameReader(dataset, target.memory, first, count.value_or(unlimited), decoding); });
  return {std::move(log), std::move(reader), target.dtype};
}

nb::object next(FrameIterator& frames) {
  std::span<const std::byte> bytes;
  const Stopwatch stopwatch(frames.log != nullptr);
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
  if (frames.log) frames.log->add(into.size(), stopwatch.took());
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
