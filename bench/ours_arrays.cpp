// Jobs over large arrays: frames, slices, the slow axis, one member of a table, strings.
#include <algorithm>
#include <atomic>
#include <memory>

#include "fiver/values/variable.hpp"
#include "ours.hpp"

namespace bench {
namespace {

/// A dataset kept open, with a buffer that each pass uses again.
struct Array {
  explicit Array(const Request& request)
      : data(fiver::File::open(request.file).dataset(request.dataset)),
        type(request.has("int32") ? fiver::integer_type(4, true) : data.type()),
        options(request.options()) {
    for (std::size_t axis = 1; axis < data.shape().size(); ++axis) frame_elements *= data.shape()[axis];
    frame_bytes = frame_elements * type.size();
  }
  void read(const fiver::Selection& selection, std::span<std::byte> into) const {
    data.read_converted(type, into, selection, options);
  }

  fiver::Dataset data;
  fiver::Datatype type;
  fiver::ReadOptions options;
  std::uint64_t frame_elements = 1, frame_bytes = 0;
};

/// FIRST COUNT [int32]: frames into one buffer, `together` of them in a read.
Job read_groups(const Request& request, std::uint64_t together) {
  const auto array = std::make_shared<Array>(request);
  const auto first = request.number(0), count = request.number(1);
  together = std::min(together, count);
  const auto buffer = std::make_shared<fiver::Buffer>(array->frame_bytes * together);
  return {[=](bool checked) {
            std::uint64_t sum = 0;
            for (auto i = first; i < first + count; i += together) {
              const auto now = std::min(together, first + count - i);
              array->read(fiver::frame(i, now), buffer->span().first(array->frame_bytes * now));
              for (std::uint64_t k = 0; checked && k < now; ++k)
                sum += piece_sum(i + k, buffer->span().subspan(k * array->frame_bytes, array->frame_bytes));
            }
            return sum;
          },
          count};
}
Job frames(const Request& request) {
  return read_groups(request, 1);
}
Job frames_in_groups(const Request& request) {
  return read_groups(request, 8);
}
Job slice(const Request& request) {
  return read_groups(request, request.number(1));
}

/// The same pixels through for_each_chunk, decoded into a buffer of each thread: any order, as the expert readers do it.
Job chunks(const Request& request) {
  const auto array = std::make_shared<Array>(request);
  return {[=](bool checked) {
            std::atomic<std::uint64_t> sum = 0;
            array->data.for_each_chunk(
                [&](const fiver::Chunk& chunk) {
                  static thread_local fiver::Buffer buffer;
                  if (buffer.size() != chunk.decoded_size())
                    buffer = fiver::Buffer(static_cast<std::size_t>(chunk.decoded_size()));
                  chunk.decode_into(buffer.span());
                  if (checked) sum += piece_sum(chunk.offset()[0], buffer.span());
                },
                array->options);
            return sum.load();
          },
          array->data.shape()[0]};
}

/// FIRST COUNT through frames(), which reads ahead on all cores and gives them in order.
Job frames_ahead(const Request& request) {
  const auto array = std::make_shared<Array>(request);
  const auto first = request.number(0), count = request.number(1);
  return {[=](bool checked) {
            std::uint64_t sum = 0;
            fiver::FrameReader reader(array->data, array->type, first, count);
            for (auto bytes = reader.next(); !bytes.empty(); bytes = reader.next())
              if (checked) sum += piece_sum(reader.index(), bytes);
            return sum;
          },
          count};
}

/// FIRST COUNT: the file opened anew for each pass.
Job open_frame(const Request& request) {
  const auto count = request.number(1);
  const auto buffer = std::make_shared<fiver::Buffer>(Array(request).frame_bytes);
  return {[=](bool checked) {
            const Array array(request);
            std::uint64_t sum = 0;
            for (auto i = request.number(0); i < request.number(0) + count; ++i) {
              array.read(fiver::frame(i), buffer->span());
              if (checked) sum += piece_sum(i, buffer->span());
            }
            return sum;
          },
          count};
}

/// 0 COUNT: the first frames in one read, the file opened anew for each pass.
Job open_slice(const Request& request) {
  const auto count = request.number(1);
  const auto buffer = std::make_shared<fiver::Buffer>(Array(request).frame_bytes * count);
  return {[=](bool checked) {
            const Array array(request);
            std::uint64_t sum = 0;
            array.read(fiver::frame(0, count), buffer->span());
            for (std::uint64_t i = 0; checked && i < count; ++i)
              sum += piece_sum(i, buffer->span().subspan(i * array.frame_bytes, array.frame_bytes));
            return sum;
          },
          count};
}

std::uint64_t read_columns(const Array& array, const Request& request, std::span<std::byte> into, bool checked) {
  std::uint64_t sum = 0;
  const auto& shape = array.data.shape();
  for (auto y = request.number(0); y < request.number(0) + request.number(1); ++y) {
    array.read(fiver::box({0, y, 0}, {shape[0], 1, shape[2]}), into);
    if (checked) sum += piece_sum(y, into);
  }
  return sum;
}

std::uint64_t column_bytes(const Array& array) {
  return array.data.shape()[0] * array.data.shape()[2] * array.type.size();
}

/// FIRST COUNT: [:, y, :] one after another.
Job columns(const Request& request) {
  const auto array = std::make_shared<Array>(request);
  const auto buffer = std::make_shared<fiver::Buffer>(column_bytes(*array));
  return {[=](bool checked) { return read_columns(*array, request, buffer->span(), checked); }, request.number(1)};
}
Job cold_columns(const Request& request) {
  const auto buffer = std::make_shared<fiver::Buffer>(column_bytes(Array(request)));
  return {[=](bool checked) { return read_columns(Array(request), request, buffer->span(), checked); },
          request.number(1)};
}

/// FIRST COUNT: the same slices, all frames read at once first and the slices gathered from memory.
Job columns_at_once(const Request& request) {
  const auto array = std::make_shared<Array>(request);
  const auto whole = std::make_shared<fiver::Buffer>(array->frame_bytes * array->data.shape()[0]);
  const auto buffer = std::make_shared<fiver::Buffer>(column_bytes(*array));
  return {[=](bool checked) {
            std::uint64_t sum = 0;
            const auto& shape = array->data.shape();
            const auto row = shape[2] * array->type.size();
            array->read(fiver::all(), whole->span());
            for (auto y = request.number(0); y < request.number(0) + request.number(1); ++y) {
              for (std::uint64_t i = 0; i < shape[0]; ++i)
                std::ranges::copy(whole->span().subspan(i * array->frame_bytes + y * row, row),
                                  buffer->data() + i * row);
              if (checked) sum += piece_sum(y, buffer->span());
            }
            return sum;
          },
          request.number(1)};
}

/// MEMBER, a double of a compound: the file opened anew.
Job member(const Request& request) {
  const fiver::Datatype type(8, fiver::CompoundType{{{request.text(0), 0, fiver::native_type<double>()}}});
  const auto rows = Array(request).data.shape()[0];
  const auto buffer = std::make_shared<fiver::Buffer>(rows * 8);
  return {[=](bool checked) {
    const Array array(request);
    array.data.read_converted(type, buffer->span(), fiver::all(), array.options);
    return checked ? piece_sum(0, buffer->span()) : 0;
  }};
}

/// Variable-length strings: the file opened anew.
Job strings(const Request& request) {
  return {[=](bool checked) {
    const Array array(request);
    const auto elements = array.data.read_elements(fiver::all(), array.options);
    std::uint64_t sum = 0;
    const std::span parts(reinterpret_cast<const fiver::VariablePart*>(elements.bytes.data()),
                          static_cast<std::size_t>(elements.count));
    for (std::size_t i = 0; checked && i < parts.size(); ++i)
      sum += piece_sum(i, {parts[i].data, static_cast<std::size_t>(parts[i].size)});
    return sum;
  }};
}

}  // namespace

void add_array_jobs(std::map<std::string, JobMaker>& jobs) {
  jobs["frames"] = frames;
  jobs["frames_in_groups"] = frames_in_groups;
  jobs["frames_ahead"] = frames_ahead;
  jobs["chunks"] = chunks;
  jobs["slice"] = slice;
  jobs["open_slice"] = open_slice;
  jobs["open_frame"] = open_frame;
  jobs["columns"] = columns;
  jobs["cold_columns"] = cold_columns;
  jobs["columns_at_once"] = columns_at_once;
  jobs["member"] = member;
  jobs["strings"] = strings;
}

}  // namespace bench
