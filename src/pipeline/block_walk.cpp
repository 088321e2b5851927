#include "pipeline/block_walk.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "pipeline/raw_bytes.hpp"

namespace fiver::pipeline {
namespace {

/// Copying this many bytes out of the page cache takes about as long as another read.
constexpr std::uint64_t least_read = 4096;

}  // namespace

void StoredWindow::move(std::uint64_t from, std::uint64_t size) {
  const auto count = static_cast<std::size_t>(std::min(size, record_.stored_size - from));
  held_ = {};
  if (buffer_.size() < count) buffer_ = pool_.take(count);
  const auto fresh = buffer_.span().first(count);
  read_exactly(file_, Address{record_.address.value + from}, fresh, "data");
  held_ = fresh;
  from_ = from;
}

BlockWalk::BlockWalk(const codecs::BlockFraming& framing, const chunk::ChunkRecord& record, Shelf& tables,
                     StoredWindow& window, std::vector<std::uint32_t>& fresh)
    : framing_(framing),
      count_(framing.count()),
      record_(record),
      tables_(tables),
      window_(window),
      known_(framing.has_lengths ? tables.find(record) : std::nullopt),
      known_count_(known_ ? known_->size / entry_size : 0),
      fresh_(fresh) {
  fresh_.clear();
}

std::uint64_t BlockWalk::likely_bytes(std::uint64_t blocks) const {
  const auto bytes = blocks * (record_.stored_size / count_ + 1);
  return bytes + bytes / 128 + least_read;
}

bool BlockWalk::begin(std::uint64_t block) {
  if (record_.stored_size > std::numeric_limits<std::uint32_t>::max()) return false;
  if (!framing_.has_lengths) return framing_.describes({}, record_.stored_size);
  if (known_ || !fresh_.empty()) return true;
  constexpr auto head_size = codecs::BlockFraming::head_size;
  if (record_.stored_size < head_size) return false;
  if (!framing_.describes(window_.bytes(0, head_size, likely_bytes(block + 1)), record_.stored_size)) return false;
  fresh_.push_back(static_cast<std::uint32_t>(framing_.first_start()));
  return true;
}

bool BlockWalk::reach(std::uint64_t block) {
  if (!begin(block)) return false;
  if (!framing_.has_lengths) return true;
  constexpr auto length_size = codecs::BlockFraming::length_size;
  const auto last = std::min(block + 1, count_);  // whose beginning has to be known
  auto next = known_count_ + fresh_.size();
  for (auto at = start(next - 1); next <= last; ++next) {
    if (length_size > record_.stored_size - at) return false;
    const auto length = load_big<std::uint32_t>(window_.bytes(at, length_size, likely_bytes(last + 1 - next)));
    at += length_size;
    if (length > record_.stored_size - at) return false;
    at += length;
    fresh_.push_back(static_cast<std::uint32_t>(at));
  }
  return block < count_ || framing_.rest <= record_.stored_size - start(count_);
}

std::uint64_t BlockWalk::start(std::uint64_t block) const {
  if (!framing_.has_lengths) return std::min(block * framing_.block, framing_.total);
  block = std::min(block, count_);
  if (block >= known_count_) return fresh_[static_cast<std::size_t>(block - known_count_)];
  std::uint32_t value = 0;
  std::memcpy(&value, known_->bytes.data() + block * entry_size, entry_size);
  return value;
}

void BlockWalk::remember() {
  if (fresh_.empty()) return;
  const auto bytes = std::as_bytes(std::span(fresh_));
  if (known_) return tables_.extend(record_, known_->size, bytes);
  auto piece = tables_.reserve();
  if (!piece) return;
  std::ranges::copy(bytes, piece.bytes().begin());
  tables_.keep(record_, std::move(piece), bytes.size());
}

}  // namespace fiver::pipeline
