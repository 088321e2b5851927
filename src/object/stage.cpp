#include "object/stage.hpp"

#include <algorithm>
#include <cstring>

namespace fiver::object {
namespace {

/// `each(offset in the chunk, elements, offset in the bytes, bytes)` for each run, all in elements.
template <class Each>
void for_each_run(const StagedPiece& piece, select::ChunkCopy& copy, Each&& each) {
  if (piece.call) {
    piece.call->partition.copy_into(piece.part, copy);
    auto from = piece.call->first[static_cast<std::size_t>(piece.part)];
    select::Run run;  // neighbours in the chunk are neighbours here, wherever they came from
    select::for_each_run(copy, [&](std::uint64_t at, std::uint64_t, std::uint64_t length) {
      if (at == run.offset + run.length) {
        run.length += length;
        return;
      }
      if (run.length > 0) each(run.offset, run.length, from, ByteView(piece.call->bytes));
      from += run.length;
      run = {at, length};
    });
    if (run.length > 0) each(run.offset, run.length, from, ByteView(piece.call->bytes));
    return;
  }
  std::uint64_t from = 0;
  for (const auto& run : piece.runs) {
    each(run.offset, run.length, from, ByteView(piece.bytes));
    from += run.length;
  }
}

}  // namespace

void Stage::add(const Shape& scaled, StagedPiece piece, std::uint64_t last_whole) {
  auto& pieces = chunks_[scaled];
  if (!pieces.empty()) {
    auto& last = pieces.back();
    if (!last.call && !piece.call && std::min(last.stamp, piece.stamp) > last_whole && last.runs.size() == 1 &&
        piece.runs.size() == 1 && last.runs.back().offset + last.runs.back().length == piece.runs.front().offset) {
      cost_ -= last.cost();
      last.runs.back().length += piece.runs.front().length;
      last.bytes.insert(last.bytes.end(), piece.bytes.begin(), piece.bytes.end());
      last.stamp = std::max(last.stamp, piece.stamp);
      cost_ += last.cost();
      return;
    }
  }
  cost_ += piece.cost();
  pieces.push_back(std::move(piece));
}

bool Stage::touches(const Shape& first, const Shape& last) const {
  if (chunks_.empty()) return false;
  return std::any_of(chunks_.begin(), chunks_.end(), [&](const auto& entry) {
    const auto& scaled = entry.first;
    for (std::size_t i = 0; i < scaled.size(); ++i)
      if (scaled[i] < first[i] || scaled[i] > last[i]) return false;
    return true;
  });
}

std::map<Shape, Stage::Pieces> Stage::take() {
  cost_ = 0;
  return std::exchange(chunks_, {});
}

void Stage::put_back(std::map<Shape, Pieces> chunks, std::uint64_t last_whole) {
  auto since = take();
  for (auto* part : {&chunks, &since})
    for (auto& [scaled, pieces] : *part)
      for (auto& piece : pieces) add(scaled, std::move(piece), last_whole);
}

ByteView sole_cover(const Stage::Pieces& pieces, std::uint64_t after, std::uint64_t volume, std::size_t element_size) {
  if (pieces.empty() || pieces.back().stamp <= after) return {};
  ByteView found;
  unsigned runs = 0;  // of points, more may follow
  select::ChunkCopy copy;
  for_each_run(pieces.back(), copy, [&](std::uint64_t, std::uint64_t length, std::uint64_t from, ByteView bytes) {
    if (++runs == 1 && length == volume)
      found =
          bytes.subspan(static_cast<std::size_t>(from) * element_size, static_cast<std::size_t>(length) * element_size);
  });
  return runs == 1 ? found : ByteView{};
}

bool cover(const Stage::Pieces& pieces, std::uint64_t after, std::uint64_t volume) {
  std::vector<bool> there(static_cast<std::size_t>(volume));
  std::uint64_t missing = volume;
  select::ChunkCopy copy;
  for (const auto& piece : pieces) {
    if (piece.stamp <= after) continue;
    for_each_run(piece, copy, [&](std::uint64_t at, std::uint64_t length, std::uint64_t, ByteView) {
      for (std::uint64_t i = at; i < at + length; ++i) {
        auto bit = there[static_cast<std::size_t>(i)];
        missing -= bit ? 0 : 1;
        bit = true;
      }
    });
  }
  return missing == 0;
}

std::uint64_t newest(const Stage::Pieces& pieces) {
  std::uint64_t stamp = 0;
  for (const auto& piece : pieces) stamp = std::max(stamp, piece.stamp);
  return stamp;
}

void overlay(const Stage::Pieces& pieces, std::uint64_t after, std::size_t element_size, MutableBytes chunk) {
  select::ChunkCopy copy;
  for (const auto& piece : pieces) {
    if (piece.stamp <= after) continue;
    for_each_run(piece, copy, [&](std::uint64_t at, std::uint64_t length, std::uint64_t from, ByteView bytes) {
      const auto size = static_cast<std::size_t>(length) * element_size;
      std::memcpy(chunk.subspan(static_cast<std::size_t>(at) * element_size, size).data(),
                  bytes.subspan(static_cast<std::size_t>(from) * element_size, size).data(), size);
    });
  }
}

}  // namespace fiver::object
