// Jobs that want little from where much is: pixels, regions, chunks by their place.
#include <algorithm>
#include <memory>
#include <numeric>

#include "ours.hpp"

namespace bench {
namespace {

std::uint64_t value_at(std::span<const std::byte> bytes) {
  std::uint64_t value = 0;
  std::ranges::copy(bytes, reinterpret_cast<std::byte*>(&value));
  return value;
}

/// NUMBERS: pixels, three numbers each, a read each; the file opened anew.
Job pixels(const Request& request) {
  const auto numbers = std::make_shared<std::vector<std::uint64_t>>(request.numbers(0));
  return {[=](bool) {
            const auto data = fiver::File::open(request.file).dataset(request.dataset);
            const auto options = request.options();
            std::vector<std::byte> pixel(data.type().size());
            std::uint64_t sum = 0;
            for (std::size_t i = 0; i + 3 <= numbers->size(); i += 3) {
              const auto* at = numbers->data() + i;
              data.read_converted(data.type(), pixel, fiver::box({at[0], at[1], at[2]}, {1, 1, 1}), options);
              sum += (i / 3 + 1) * value_at(pixel);
            }
            return sum;
          },
          numbers->size() / 3};
}

/// NUMBERS: the same pixels as one selection of points.
Job pixels_at_once(const Request& request) {
  const auto numbers = std::make_shared<std::vector<std::uint64_t>>(request.numbers(0));
  return {[=](bool) {
            const auto data = fiver::File::open(request.file).dataset(request.dataset);
            const auto values = data.read<std::uint64_t>(fiver::PointList{3, *numbers}, request.options());
            std::uint64_t sum = 0;
            for (std::size_t i = 0; i < values.size(); ++i) sum += (i + 1) * values[i];
            return sum;
          },
          numbers->size() / 3};
}

/// NUMBERS: regions of 32 x 32 through frames, four numbers each; the file opened anew.
Job regions(const Request& request) {
  const auto numbers = std::make_shared<std::vector<std::uint64_t>>(request.numbers(0));
  const auto shape = fiver::File::open(request.file).dataset(request.dataset).shape();
  const auto buffer = std::make_shared<fiver::Buffer>(shape[0] * 1024 * 8);
  return {
      [=](bool checked) {
        const auto data = fiver::File::open(request.file).dataset(request.dataset);
        std::uint64_t sum = 0;
        for (std::size_t i = 0; i + 4 <= numbers->size(); i += 4) {
          const auto* at = numbers->data() + i;
          const auto into = buffer->span().first(at[1] * 1024 * data.type().size());
          data.read_converted(data.type(), into, fiver::box({at[0], at[2], at[3]}, {at[1], 32, 32}), request.options());
          if (checked) sum += piece_sum(i / 4, into);
        }
        return sum;
      },
      numbers->size() / 4};
}

std::uint64_t chunk_sum(const fiver::ChunkInfo& chunk) {
  const auto where = std::accumulate(chunk.offset.begin(), chunk.offset.end(), std::uint64_t{1},
                                     [](std::uint64_t sum, std::uint64_t at) { return sum * 1000003 + at; });
  return where * (chunk.file_offset + chunk.stored_size * 31);
}

Job chunk_map(const Request& request) {
  return {[=](bool) {
    std::uint64_t sum = 0;
    fiver::File::open(request.file).dataset(request.dataset).visit_chunks([&](const fiver::ChunkInfo& chunk) {
      sum += chunk_sum(chunk);
      return true;
    });
    return sum;
  }};
}

/// NUMBERS: first coordinates of chunks, the others 0.
Job chunk_at(const Request& request) {
  const auto numbers = std::make_shared<std::vector<std::uint64_t>>(request.numbers(0));
  return {[=](bool) {
            const auto data = fiver::File::open(request.file).dataset(request.dataset);
            std::uint64_t sum = 0;
            fiver::Shape at(data.shape().size());
            for (const auto number : *numbers) {
              at[0] = number;
              if (const auto chunk = data.find_chunk(at)) sum += chunk_sum(*chunk);
            }
            return sum;
          },
          numbers->size()};
}

}  // namespace

void add_point_jobs(std::map<std::string, JobMaker>& jobs) {
  jobs["pixels"] = pixels;
  jobs["pixels_at_once"] = pixels_at_once;
  jobs["regions"] = regions;
  jobs["chunk_map"] = chunk_map;
  jobs["chunk_at"] = chunk_at;
}

}  // namespace bench
