#include "convert/arena.hpp"

#include <algorithm>

#include "fiver/values/error.hpp"

namespace fiver::convert {

namespace {
// Blocks grow: the first ones serve a single text, which takes less time than clearing a large block.
constexpr std::size_t first_block_size = 1 << 10, most_doublings = 6;
constexpr std::size_t alignment = 16;  // of operator new, and of what sequences hold
}  // namespace

MutableBytes Arena::allocate(std::uint64_t size) {
  if (size > SIZE_MAX - alignment)
    throw Error(ErrorKind::limit, "variable-length data: " + std::to_string(size) + " bytes in one element");
  if (budget_) {
    auto left = budget_->load(std::memory_order_relaxed);
    do {
      if (size > left)
        throw Error(ErrorKind::limit, "variable-length data: " + std::to_string(size) +
                                          " more bytes, where the limit of a result leaves " + std::to_string(left));
    } while (!budget_->compare_exchange_weak(left, left - size, std::memory_order_relaxed));
  }
  const auto rounded = (static_cast<std::size_t>(size) + alignment - 1) / alignment * alignment;
  const auto block_size = first_block_size << std::min(blocks_.size(), most_doublings);
  if (rounded > block_size / 4) {  // a block of its own, so that the rest of the current one is not lost
    blocks_.push_back(std::make_unique<std::byte[]>(rounded));
    used_ += size;
    return {blocks_.back().get(), static_cast<std::size_t>(size)};
  }
  if (rest_.size() < rounded) {
    blocks_.push_back(std::make_unique<std::byte[]>(block_size));
    rest_ = {blocks_.back().get(), block_size};
  }
  const auto result = rest_.first(static_cast<std::size_t>(size));
  rest_ = rest_.subspan(rounded);
  used_ += size;
  return result;
}

}  // namespace fiver::convert
