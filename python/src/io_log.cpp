#include "io_log.hpp"

#include <algorithm>

#include "fiver/file.hpp"
#include "module.hpp"
#include "session.hpp"

namespace fiver::python {

namespace {

/// Above this no count of distinct chunks is kept: a bit each.
constexpr std::uint64_t most_chunks = 1ULL << 26;
/// Of the sizes that calls had, the first ones: scripts have few.
constexpr std::size_t most_sizes = 16;

/// A slab with all its dimensions; others as they are.
Selection complete(const Selection& selection, const Shape& extent) {
  if (std::holds_alternative<AllSelection>(selection)) return box(Shape(extent.size(), 0), extent);
  auto slab = selection;
  if (auto* given = std::get_if<RegularHyperslab>(&slab)) {
    for (auto axis = given->start.size(); axis < extent.size(); ++axis) {
      given->start.push_back(0);
      given->stride.push_back(1);
      given->count.push_back(1);
      given->block.push_back(extent[axis]);
    }
  }
  return slab;
}

/// Start and size of the smallest box around it; nothing where there is no element, or no order in them.
std::optional<Box> bounds_of(const Selection& selection, const Shape& extent) {
  const auto full = complete(selection, extent);
  if (const auto* slab = std::get_if<RegularHyperslab>(&full)) {
    Box around{slab->start, {}};
    for (std::size_t i = 0; i < slab->start.size(); ++i) {
      if (slab->count[i] == 0 || slab->block[i] == 0) return std::nullopt;
      around.size.push_back((slab->count[i] - 1) * slab->stride[i] + slab->block[i]);
    }
    return around;
  }
  const auto* boxes = std::get_if<BoxUnion>(&full);
  if (boxes == nullptr || boxes->boxes.empty()) return std::nullopt;
  Box around = boxes->boxes.front();
  for (const auto& other : boxes->boxes)
    for (std::size_t i = 0; i < around.start.size(); ++i) {
      const auto end = std::max(around.start[i] + around.size[i], other.start[i] + other.size[i]);
      around.start[i] = std::min(around.start[i], other.start[i]);
      around.size[i] = end - around.start[i];
    }
  return around;
}

}  // namespace

DatasetLog::DatasetLog(const Dataset& dataset) {
  facts_.file = dataset.file().name();
  facts_.path = dataset.path();
  facts_.shape = dataset.shape();
  facts_.chunk = dataset.chunk_shape().value_or(Shape{});
  facts_.element_size = dataset.type().size();
  facts_.filtered = !dataset.filters().empty();
  facts_.is_virtual = dataset.is_virtual();
}

std::uint64_t DatasetLog::Met::add(const Selection& selection, const Facts& facts) {
  std::uint64_t met = 0;
  const auto& chunk = facts.chunk;
  if (chunk.empty()) return met;
  const auto range = [&](std::size_t axis, std::uint64_t start, std::uint64_t size, std::vector<std::uint64_t>& list) {
    if (size == 0) return;
    for (auto i = start / chunk[axis]; i <= (start + size - 1) / chunk[axis]; ++i)
      if (list.empty() || list.back() < i) list.push_back(i);
  };
  const auto full = complete(selection, facts.shape);
  std::vector<std::vector<std::uint64_t>> axes(chunk.size());
  if (const auto* slab = std::get_if<RegularHyperslab>(&full)) {
    for (std::size_t axis = 0; axis < axes.size(); ++axis)
      for (std::uint64_t i = 0; i < slab->count[axis]; ++i)
        range(axis, slab->start[axis] + i * slab->stride[axis], slab->block[axis], axes[axis]);
    add_product(axes, facts, met);
  } else if (const auto* boxes = std::get_if<BoxUnion>(&full)) {
    for (const auto& one : boxes->boxes) {
      for (std::size_t axis = 0; axis < axes.size(); ++axis) {
        axes[axis].clear();
        range(axis, one.start[axis], one.size[axis], axes[axis]);
      }
      add_product(axes, facts, met);
    }
  } else if (const auto* points = std::get_if<PointList>(&full)) {
    for (std::size_t i = 0; i < points->size(); ++i) {
      for (std::size_t axis = 0; axis < axes.size(); ++axis)
        axes[axis] = {points->coordinates[i * points->rank + axis] / chunk[axis]};
      add_product(axes, facts, met);
    }
  }
  return met;
}

void DatasetLog::Met::add_product(const std::vector<std::vector<std::uint64_t>>& axes, const Facts& facts,
                                  std::uint64_t& met) {
  std::uint64_t count = 1;
  for (const auto& axis : axes) count *= axis.size();
  met += count;
  std::vector<std::size_t> at(axes.size(), 0);
  for (std::uint64_t i = 0; i < count; ++i) {
    std::uint64_t number = 0;
    for (std::size_t axis = 0; axis < axes.size(); ++axis) {
      const auto in_row = (facts.shape[axis] + facts.chunk[axis] - 1) / facts.chunk[axis];
      number = (axis == 0 ? 0 : number * std::max<std::uint64_t>(in_row, 1)) + axes[axis][at[axis]];
    }
    add_one(number);
    for (auto axis = axes.size(); axis-- > 0;) {
      if (++at[axis] < axes[axis].size()) break;
      at[axis] = 0;
    }
  }
}

void DatasetLog::Met::add_one(std::uint64_t number) {
  if (number >= most_chunks) return;
  if (number >= seen_.size()) seen_.resize(static_cast<std::size_t>(std::max(number + 1, seen_.size() * 2)));
  if (!seen_[static_cast<std::size_t>(number)]) ++count_;
  seen_[static_cast<std::size_t>(number)] = true;
}

void DatasetLog::add_size(const Selection& selection, const Shape& extent, Sizes& sizes) {
  const auto around = bounds_of(selection, extent);
  if (!around) return;
  const auto known = sizes.find(around->size);
  if (known != sizes.end())
    ++known->second;
  else if (sizes.size() < most_sizes)
    sizes.emplace(around->size, 1);
}

void DatasetLog::read(const Plan& report, const Selection& selection, std::uint64_t bytes,
                      std::chrono::nanoseconds took) {
  const std::lock_guard lock(mutex_);
  ++reads_.calls;
  reads_.elements += report.elements;
  reads_.delivered_bytes += bytes;
  reads_.used_bytes += report.used_bytes();
  reads_.chunks += report.chunks();
  reads_.stored_bytes += report.stored_bytes();
  reads_.decoded_bytes += report.decoded_bytes();
  reads_.fill_elements += report.fill_elements;
  for (const auto& source : report.missing) reads_.missing_elements += source.elements;
  reads_.took += took;
  read_met_.add(selection, facts_);
  add_size(selection, facts_.shape, read_sizes_);
  if (const auto around = bounds_of(selection, facts_.shape); around && !around->start.empty()) {
    if (around->start.front() == next_) ++reads_.onward;
    next_ = around->start.front() + around->size.front();
  }
}

void DatasetLog::write(const Selection& selection, std::uint64_t bytes, std::chrono::nanoseconds took) {
  const std::lock_guard lock(mutex_);
  ++writes_.calls;
  writes_.bytes += bytes;
  writes_.took += took;
  writes_.chunks += write_met_.add(selection, facts_);
  add_size(selection, facts_.shape, write_sizes_);
}

void DatasetLog::read_chunks(std::uint64_t chunks, std::uint64_t stored, std::uint64_t bytes,
                             std::chrono::nanoseconds took) {
  const std::lock_guard lock(mutex_);
  ++reads_.calls;
  reads_.chunks += chunks;
  reads_.stored_bytes += stored;
  reads_.decoded_bytes += bytes;
  reads_.used_bytes += bytes;
  reads_.delivered_bytes += bytes;
  reads_.took += took;
  read_met_.add(AllSelection{}, facts_);
}

void DatasetLog::decoded(std::uint64_t bytes, std::chrono::nanoseconds took) {
  decoding_.chunks += 1;
  decoding_.bytes += bytes;
  decoding_.nanoseconds += static_cast<std::uint64_t>(took.count());
}

void DatasetLog::read_direct(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  ++reads_.direct_calls;
  reads_.direct_bytes += bytes;
}

void DatasetLog::write_direct(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  ++writes_.direct_calls;
  writes_.direct_bytes += bytes;
}

DatasetLog::State DatasetLog::state() const {
  const std::lock_guard lock(mutex_);
  State state{facts_,       reads_,           writes_,         read_sizes_,
              write_sizes_, decoding_.chunks, decoding_.bytes, decoding_.nanoseconds};
  state.reads.distinct_chunks = read_met_.count();
  state.writes.distinct_chunks = write_met_.count();
  return state;
}

void IoLog::opened(const std::string& file, const std::string& mode) {
  const std::lock_guard lock(mutex_);
  ++files_[{file, mode}];
}

DatasetLog& IoLog::of(const Dataset& dataset) {
  const std::pair key(dataset.file().name(), dataset.path());
  const std::lock_guard lock(mutex_);
  auto& slot = datasets_[key];
  if (!slot) slot = std::make_unique<DatasetLog>(dataset);
  return *slot;
}

DatasetLog* log_of(const Slot& slot, const Dataset& dataset) {
  const auto& log = slot.session()->log();
  return log ? &log->of(dataset) : nullptr;
}

std::vector<IoLog::Opening> IoLog::files() const {
  const std::lock_guard lock(mutex_);
  std::vector<Opening> files;
  for (const auto& [key, times] : files_) files.push_back({key.first, key.second, times});
  return files;
}

std::vector<DatasetLog::State> IoLog::datasets() const {
  const std::lock_guard lock(mutex_);
  std::vector<DatasetLog::State> states;
  for (const auto& [key, dataset] : datasets_) states.push_back(dataset->state());
  return states;
}

namespace {

double seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

nb::dict describe(const DatasetLog::Sizes& sizes) {
  nb::dict made;
  for (const auto& [size, times] : sizes) made[int_tuple(size)] = times;
  return made;
}

nb::dict describe(const DatasetLog::State& state) {
  nb::dict d, reads, writes;
  const auto& [facts, r, w, read_sizes, write_sizes, decoded_chunks, decoded_bytes, decode_nanoseconds] = state;
  d["file"] = text(facts.file);
  d["path"] = text(facts.path);
  d["shape"] = int_tuple(facts.shape);
  d["chunk"] = facts.chunk.empty() ? nb::none() : int_tuple(facts.chunk);
  d["element_size"] = facts.element_size;
  d["filtered"] = facts.filtered;
  d["virtual"] = facts.is_virtual;
  reads["calls"] = r.calls;
  reads["elements"] = r.elements;
  reads["delivered_bytes"] = r.delivered_bytes;
  reads["used_bytes"] = r.used_bytes;
  reads["chunks"] = r.chunks;
  reads["distinct_chunks"] = r.distinct_chunks;
  reads["stored_bytes"] = r.stored_bytes;
  reads["decoded_chunks"] = decoded_chunks;
  reads["decoded_bytes"] = decoded_bytes;
  reads["decode_seconds"] = static_cast<double>(decode_nanoseconds) * 1e-9;
  reads["foreseen_bytes"] = r.decoded_bytes;
  reads["fill_elements"] = r.fill_elements;
  reads["missing_elements"] = r.missing_elements;
  reads["onward"] = r.onward;
  reads["direct_calls"] = r.direct_calls;
  reads["direct_bytes"] = r.direct_bytes;
  reads["seconds"] = seconds(r.took);
  reads["sizes"] = describe(read_sizes);
  writes["calls"] = w.calls;
  writes["bytes"] = w.bytes;
  writes["chunks"] = w.chunks;
  writes["distinct_chunks"] = w.distinct_chunks;
  writes["direct_calls"] = w.direct_calls;
  writes["direct_bytes"] = w.direct_bytes;
  writes["seconds"] = seconds(w.took);
  writes["sizes"] = describe(write_sizes);
  d["reads"] = reads;
  d["writes"] = writes;
  return d;
}

}  // namespace

void bind_io_log(nb::module_& module) {
  nb::class_<IoLog>(module, "IoLog", "What is read and written through the files that are told of it.")
      .def(nb::init<>())
      .def("files",
           [](const IoLog& log) {
             nb::list list;
             for (const auto& file : log.files()) list.append(nb::make_tuple(text(file.file), file.mode, file.times));
             return list;
           })
      .def("datasets", [](const IoLog& log) {
        nb::list list;
        for (const auto& state : log.datasets()) list.append(describe(state));
        return list;
      });
}

}  // namespace fiver::python
