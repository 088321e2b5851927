// A variable-length part of an element in memory: a sequence or a string. The bytes belong to the result it came with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace fiver {

struct VariablePart {
  std::uint64_t size = 0;           ///< elements of a sequence, bytes of a string
  const std::byte* data = nullptr;  ///< null when size is 0
  std::string_view text() const { return {reinterpret_cast<const char*>(data), static_cast<std::size_t>(size)}; }
};
static_assert(sizeof(VariablePart) == 16 && std::is_trivially_copyable_v<VariablePart>);

}  // namespace fiver
