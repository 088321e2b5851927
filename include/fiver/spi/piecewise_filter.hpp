// What a filter is, besides Filter, when several workers may encode one chunk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace fiver {

/// A filter whose encoded chunk is a head and then pieces that don't depend on each other: encode() of any run of pieces gives a head of the same
/// length and these pieces as they stand in the whole.
class PiecewiseFilter {
 public:
  struct Pieces {
    std::size_t size = 0;         ///< bytes of a piece, decoded; the last one takes what is left
    std::vector<std::byte> head;  ///< of the whole chunk
  };
  /// For a chunk of `size` bytes; nothing where it can't be divided. Thread-safe.
  virtual std::optional<Pieces> pieces(std::span<const std::uint32_t> values, std::size_t size) const = 0;

  PiecewiseFilter(const PiecewiseFilter&) = delete;
  PiecewiseFilter& operator=(const PiecewiseFilter&) = delete;

 protected:
  PiecewiseFilter() = default;
  ~PiecewiseFilter() = default;
};

}  // namespace fiver
