// The value of elements never written, and when it is written (format specification IV.A.2.e and f).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace fiver {

struct FillValue {
  enum class Defined : std::uint8_t { undefined, by_default, by_user };
  enum class AllocationTime : std::uint8_t { by_default, early, late, incremental };
  enum class WriteTime : std::uint8_t { on_allocation, never, if_set_by_user };
  Defined defined = Defined::by_default;
  AllocationTime allocation_time = AllocationTime::late;
  WriteTime write_time = WriteTime::if_set_by_user;
  std::vector<std::byte> bytes;  ///< one element in the dataset's stored type; only by_user
  friend bool operator==(const FillValue&, const FillValue&) = default;
};

}  // namespace fiver
