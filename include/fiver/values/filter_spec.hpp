// One filter of a pipeline, as the filter pipeline message lists it (format specification IV.A.2.l).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace fiver {

struct FilterSpec {
  std::uint16_t id = 0;
  std::uint16_t flags = 0;            ///< bit 0: optional
  std::string name;                   ///< as stored; often empty
  std::vector<std::uint32_t> values;  ///< "client data": the filter's parameters
  bool optional() const noexcept { return (flags & 1U) != 0; }
  friend bool operator==(const FilterSpec&, const FilterSpec&) = default;
};

/// In the order of writing; reading undoes them last to first.
using FilterPipeline = std::vector<FilterSpec>;

/// The registered name of a filter number ("bitshuffle", "VBZ"), or an empty string where none is registered.
std::string registered_filter_name(std::uint16_t id);

}  // namespace fiver
