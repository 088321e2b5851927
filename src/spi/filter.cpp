#include "fiver/spi/filter.hpp"

#include <algorithm>

namespace fiver {

FilterStatus Filter::decode_into(std::span<const std::uint32_t> values, std::span<const std::byte> in,
                                 std::span<std::byte> out) const {
  std::vector<std::byte> decoded;
  if (auto status = decode(values, in, out.size(), out.size(), decoded); !status) return status;
  if (decoded.size() != out.size())
    return FilterStatus::bad_data("decodes to " + std::to_string(decoded.size()) + " bytes instead of " +
                                  std::to_string(out.size()));
  std::copy(decoded.begin(), decoded.end(), out.begin());
  return FilterStatus::ok();
}

FilterStatus Filter::complete_parameters(const FilterContext&, std::vector<std::uint32_t>&) const {
  return FilterStatus::ok();
}

std::optional<std::vector<ChunkBlock>> Filter::blocks(std::span<const std::uint32_t>, std::span<const std::byte>,
                                                      std::size_t) const {
  return std::nullopt;
}

FilterStatus Filter::decode_block(std::span<const std::uint32_t>, const ChunkBlock&, std::span<const std::byte>,
                                  std::span<std::byte>) const {
  return FilterStatus::unavailable("chunks of this filter have no independent blocks");
}

}  // namespace fiver
