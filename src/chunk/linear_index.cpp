#include "chunk/linear_index.hpp"

#include "base/checked.hpp"

namespace fiver::chunk {

LinearNumbering::LinearNumbering(const ChunkGrid& grid) : strides_(grid.chunk.size(), 1) {
  for (unsigned i = 0; i < grid.chunk.size(); ++i)
    if (grid.most_counts[i] == unlimited) order_.push_back(i);
  if (order_.size() > 1) throw Error(ErrorKind::corrupt, "an array of chunks with more than one unlimited dimension");
  for (unsigned i = 0; i < grid.chunk.size(); ++i)
    if (grid.most_counts[i] != unlimited) order_.push_back(i);
  for (std::size_t place = order_.size() - 1; place > 0; --place) {
    const auto stride = checked_multiply(strides_[place], grid.most_counts[order_[place]]);
    if (!stride) throw Error(ErrorKind::corrupt, "the chunks of the maximum extent pass 64 bits");
    strides_[place - 1] = *stride;
  }
}

std::optional<std::uint64_t> LinearNumbering::number(std::span<const std::uint64_t> scaled) const {
  std::uint64_t number = 0;
  for (std::size_t place = 0; place < order_.size(); ++place) {
    const auto part = checked_multiply(scaled[order_[place]], strides_[place]);
    const auto sum = part ? checked_add(number, *part) : std::nullopt;
    if (!sum) return std::nullopt;
    number = *sum;
  }
  return number;
}

void LinearNumbering::coordinates(std::uint64_t number, std::span<std::uint64_t> scaled) const {
  for (std::size_t place = 0; place < order_.size(); ++place) {
    const auto stride = strides_[place];
    scaled[order_[place]] = stride == 0 ? 0 : number / stride;
    number = stride == 0 ? 0 : number % stride;
  }
}

std::uint64_t LinearNumbering::end(const ChunkGrid& grid) const {
  std::vector<std::uint64_t> last(grid.counts.size());
  for (std::size_t i = 0; i < last.size(); ++i) {
    if (grid.counts[i] == 0) return 0;
    last[i] = grid.counts[i] - 1;
  }
  const auto number = this->number(last);
  return number ? *number + 1 : unlimited;
}

}  // namespace fiver::chunk
