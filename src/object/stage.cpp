#include "object/stage.hpp"

#include <algorithm>
#include <cstring>

namespace fiver::object {

void Stage::add(const Shape& scaled, StagedPiece piece, std::uint64_t last_whole) {
  auto& pieces = chunks_[scaled];
  if (!pieces.empty()) {
    auto& last = pieces.back();
    const auto& end = last.runs.back();
    if (std::min(last.stamp, piece.stamp) > last_whole && last.runs.size() == 1 && piece.runs.size() == 1 &&
        end.offset + end.length == piece.runs.front().offset) {
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

bool cover(const Stage::Pieces& pieces, std::uint64_t volume) {
  std::vector<select::Run> runs;
  for (const auto& piece : pieces) runs.insert(runs.end(), piece.runs.begin(), piece.runs.end());
  std::sort(runs.begin(), runs.end(), [](const auto& a, const auto& b) { return a.offset < b.offset; });
  std::uint64_t covered = 0;
  for (const auto& run : runs) {
    if (run.offset > covered) return false;
    covered = std::max(covered, run.offset + run.length);
  }
  return covered >= volume;
}

std::uint64_t newest(const Stage::Pieces& pieces) {
  std::uint64_t stamp = 0;
  for (const auto& piece : pieces) stamp = std::max(stamp, piece.stamp);
  return stamp;
}

std::uint64_t oldest(const Stage::Pieces& pieces) {
  auto stamp = pieces.front().stamp;
  for (const auto& piece : pieces) stamp = std::min(stamp, piece.stamp);
  return stamp;
}

void overlay(const Stage::Pieces& pieces, std::uint64_t after, std::size_t element_size, MutableBytes chunk) {
  for (const auto& piece : pieces) {
    if (piece.stamp <= after) continue;
    ByteView rest = piece.bytes;
    for (const auto& run : piece.runs) {
      const auto size = static_cast<std::size_t>(run.length) * element_size;
      const auto to = chunk.subspan(static_cast<std::size_t>(run.offset) * element_size, size);
      std::memcpy(to.data(), rest.data(), size);
      rest = rest.subspan(size);
    }
  }
}

}  // namespace fiver::object
