// How a variable-length part of an element (text or a sequence) stands in memory: its length and where its
// bytes are. In a file it is a length and the address of a global heap object instead (format specification
// IV.A.2.d class 9, III.E).
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace fiver {

struct VariablePart {
  std::uint64_t size = 0;           ///< bytes of text, or elements of a sequence
  const std::byte* data = nullptr;  ///< owned by the result that holds the element; null when size is 0
  friend bool operator==(const VariablePart&, const VariablePart&) = default;
};
static_assert(sizeof(VariablePart) == 16 && std::is_trivially_copyable_v<VariablePart>);

}  // namespace fiver
