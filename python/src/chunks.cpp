// Chunks as they are stored: the table of all, one chunk's bytes, and a function called for each on all cores.
#include "arrays.hpp"
#include "errors.hpp"
#include "io_log.hpp"
#include "materialize.hpp"
#include "objects.hpp"
#include "selections.hpp"
#include "watch.hpp"

namespace fiver::python {

namespace {

/// The stored chunks of a dataset when it was asked.
struct ChunkTable {
  std::vector<ChunkInfo> chunks;
};

nb::object describe(const ChunkInfo& info) {
  return nb::make_tuple(int_tuple(info.offset), info.filter_mask, info.file_offset, info.stored_size, text(info.file));
}

ChunkTable chunk_table(const DatasetSlot& slot) {
  const auto dataset = slot.dataset();
  try {
    return {without_gil([&] { return dataset.chunk_map(); })};
  } catch (const Error& error) {
    raise_while_reading(error);
  }
}

/// An array (count, width) of one thing of every chunk: "offset" (width: rank), "file_offset", "stored_size" or "filter_mask".
nb::object column(const ChunkTable& table, const std::string& name) {
  const auto width = table.chunks.empty() || name != "offset" ? 1 : table.chunks.front().offset.size();
  auto array = empty_array({table.chunks.size(), width}, nb::module_::import_("numpy").attr("uint64"));
  const ArrayView view(array);
  std::byte* to = view.data();
  const auto put = [&](std::uint64_t value) {
    std::memcpy(to, &value, sizeof value);
    to += sizeof value;
  };
  for (const auto& chunk : table.chunks) {
    if (name == "offset")
      for (const auto start : chunk.offset) put(start);
    else if (name == "file_offset")
      put(chunk.file_offset);
    else if (name == "stored_size")
      put(chunk.stored_size);
    else if (name == "filter_mask")
      put(chunk.filter_mask);
    else
      throw nb::key_error(name.c_str());
  }
  return array;
}

nb::object find_chunk(const DatasetSlot& slot, nb::handle element) {
  const auto dataset = slot.dataset();
  const auto at = shape_of(element);
  try {
    const auto found = without_gil([&] { return dataset.find_chunk(at); });
    return found ? describe(*found) : nb::none();
  } catch (const Error& error) {
    raise_while_reading(error);
  }
}

/// (filter mask, bytes)
nb::object read_chunk(const DatasetSlot& slot, nb::handle element) {
  const auto dataset = slot.dataset();
  const auto at = shape_of(element);
  try {
    const auto chunk = without_gil([&] { return dataset.read_chunk(at); });
    if (auto* log = log_of(slot, dataset)) log->read_direct(chunk.bytes.size());
    return nb::make_tuple(chunk.info.filter_mask, nb::bytes(chunk.bytes.data(), chunk.bytes.size()));
  } catch (const Error& error) {
    raise_while_reading(error);
  }
}

/// Holds a writable buffer of a Python object.
class WritableBuffer {
 public:
  explicit WritableBuffer(nb::handle object) {
    if (PyObject_GetBuffer(object.ptr(), &view_, PyBUF_WRITABLE | PyBUF_C_CONTIGUOUS) != 0) throw nb::python_error();
  }
  ~WritableBuffer() { PyBuffer_Release(&view_); }
  WritableBuffer(const WritableBuffer&) = delete;
  WritableBuffer& operator=(const WritableBuffer&) = delete;
  std::span<std::byte> bytes() const {
    return {static_cast<std::byte*>(view_.buf), static_cast<std::size_t>(view_.len)};
  }

 private:
  Py_buffer view_{};
};

/// (filter mask, bytes read)
nb::object read_chunk_into(const DatasetSlot& slot, nb::handle element, nb::handle out) {
  const auto dataset = slot.dataset();
  const auto at = shape_of(element);
  const WritableBuffer buffer(out);
  std::uint32_t mask = 0;
  try {
    const auto size = without_gil([&] { return dataset.read_chunk_into(at, buffer.bytes(), &mask); });
    if (auto* log = log_of(slot, dataset)) log->read_direct(size);
    return nb::make_tuple(mask, size);
  } catch (const Error& error) {
    raise_while_reading(error);
  }
}

void decode_chunk(const DatasetSlot& slot, nb::bytes stored, std::uint32_t filter_mask, nb::handle out) {
  const auto dataset = slot.dataset();
  const WritableBuffer buffer(out);
  const std::span bytes(static_cast<const std::byte*>(stored.data()), stored.size());
  try {
    without_gil([&] { dataset.decode_chunk(bytes, filter_mask, buffer.bytes()); });
  } catch (const Error& error) {
    raise_while_reading(error);
  }
}

/// Calls function(offset, array, filter mask, stored size) for every chunk, decoded, from the worker threads: several at once where Python lets
/// several threads run, as NumPy does within its loops. An exception ends it.
void for_each_chunk(const DatasetSlot& slot, const Target& target, nb::object function, nb::object progress,
                    unsigned threads) {
  const auto dataset = slot.dataset();
  if (target.has_objects) throw nb::type_error("chunks of text, sequences or references are not decoded one by one");
  Watch watch(std::move(progress), threads);
  auto* log = log_of(slot, dataset);
  const Stopwatch stopwatch(log != nullptr);
  std::atomic<std::uint64_t> chunks{0}, stored{0}, decoded{0};
  run_watched(watch, [&](const ReadOptions& options) {
    dataset.for_each_chunk(
        [&](const Chunk& chunk) {
          nb::object array;
          std::span<std::byte> into;
          if (options.cancelled()) return;
          {
            const nb::gil_scoped_acquire gil;
            array = empty_array(chunk.shape(), target.dtype);
            into = ArrayView(array).bytes();
          }
          try {
            const Stopwatch decoding(log != nullptr);
            chunk.decode_into(into);
            if (log != nullptr && !dataset.filters().empty()) log->decoded(into.size(), decoding.took());
            chunks += 1, stored += chunk.stored_size(), decoded += into.size();
          } catch (...) {
            const nb::gil_scoped_acquire gil;
            array.reset();
            throw;
          }
          const nb::gil_scoped_acquire gil;
          auto answer = nb::steal<nb::object>(
              PyObject_CallFunction(function.ptr(), "OOIK", int_tuple(chunk.offset()).ptr(), array.ptr(),
                                    chunk.filter_mask(), static_cast<unsigned long long>(chunk.stored_size())));
          if (!answer.is_valid()) watch.fail();
          array.reset();
        },
        options);
  });
  if (log != nullptr) log->read_chunks(chunks, stored, decoded, stopwatch.took());
}

}  // namespace

void bind_chunks(nb::module_& module) {
  nb::class_<ChunkTable>(module, "ChunkTable", "Every stored chunk of a dataset, in the order of its index.")
      .def("__len__", [](const ChunkTable& table) { return table.chunks.size(); })
      .def("__getitem__",
           [](const ChunkTable& table, std::size_t index) {
             if (index >= table.chunks.size()) throw nb::index_error("no chunk of this number");
             return describe(table.chunks[index]);
           })
      .def("column", &column, nb::arg("name"))
      .def("files", [](const ChunkTable& table) {
        nb::list files;
        for (const auto& chunk : table.chunks) files.append(text(chunk.file));
        return files;
      });
  auto dataset = nb::borrow<nb::class_<DatasetSlot>>(module.attr("Dataset"));
  dataset.def("chunk_table", &chunk_table)
      .def("chunk_count",
           [](const DatasetSlot& slot) {
             const auto d = slot.dataset();
             return without_gil([&] { return d.chunk_count(); });
           })
      .def("find_chunk", &find_chunk, nb::arg("element"))
      .def("read_chunk", &read_chunk, nb::arg("element"))
      .def("read_chunk_into", &read_chunk_into, nb::arg("element"), nb::arg("out"))
      .def("decode_chunk", &decode_chunk, nb::arg("stored"), nb::arg("filter_mask"), nb::arg("out"))
      .def("for_each_chunk", &for_each_chunk, nb::arg("target"), nb::arg("function"), nb::arg("progress") = nb::none(),
           nb::arg("threads") = 0);
}

}  // namespace fiver::python
