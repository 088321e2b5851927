#include "format/dataspace_message.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/decoder.hpp"

namespace fiver::format {
namespace {

constexpr std::uint8_t has_max_dims = 1, has_permutation = 2;
enum SpaceClass : std::uint8_t { scalar_class = 0, simple_class = 1, null_class = 2 };

Shape decode_dims(Decoder& in, unsigned rank, std::string_view field) {
  Shape dims(rank);
  for (auto& dim : dims) dim = in.extent(field);
  return dims;
}

}  // namespace

Dataspace decode_dataspace(ByteView body, FieldWidths widths) {
  Decoder in(body, widths, "dataspace message");
  const auto version = in.version_in({1, 2});
  const unsigned rank = in.u8("rank");
  if (rank > max_rank) in.fail(fmt::format("{} dimensions, the most are {}", rank, max_rank));
  const auto flags = in.u8("flags");
  if ((flags & ~(version == 1 ? has_max_dims | has_permutation : +has_max_dims)) != 0)
    in.fail(fmt::format("unknown flags {:#04x}", flags));
  if (version == 1) {
    in.reserved(5);
  } else {
    const auto space_class = in.u8("class");
    if (space_class > null_class) in.unsupported(fmt::format("unknown class {}", space_class));
    if (space_class != simple_class && rank != 0)
      in.fail(fmt::format("a {} dataspace of {} dimensions", space_class == null_class ? "null" : "scalar", rank));
    if (space_class == null_class) return Dataspace::null();
  }
  if (rank == 0) return Dataspace::scalar();
  Dataspace space;
  space.kind = Dataspace::Kind::simple;
  space.dims = decode_dims(in, rank, "dimension size");
  if ((flags & has_max_dims) != 0) space.max_dims = decode_dims(in, rank, "maximum dimension size");
  if ((flags & has_permutation) != 0) decode_dims(in, rank, "permutation index");
  for (unsigned i = 0; i < rank; ++i) {
    if (space.dims[i] == unlimited) in.fail(fmt::format("dimension {} has no size", i));
    if (space.max_dims && (*space.max_dims)[i] < space.dims[i])
      in.fail(fmt::format("dimension {} has {} elements, its maximum is {}", i, space.dims[i], (*space.max_dims)[i]));
  }
  return space;
}

void encode_dataspace(Encoder& out, const Dataspace& space, std::uint8_t version) {
  const bool is_null = space.kind == Dataspace::Kind::null;
  if (version != 1 && version != 2)
    throw Error(ErrorKind::invalid_argument, fmt::format("there is no dataspace message version {}", version));
  if (version == 1 && is_null)
    throw Error(ErrorKind::invalid_argument, "a null dataspace needs version 2 of the dataspace message");
  if (space.rank() > max_rank || (space.max_dims && space.max_dims->size() != space.dims.size()))
    throw Error(ErrorKind::invalid_argument, fmt::format("a dataspace of {} dimensions", space.rank()));
  const auto all_ones = unlimited >> (64 - 8 * out.widths().length);
  for (const auto dim : space.dims)
    if (dim >= all_ones)
      throw Error(ErrorKind::invalid_argument,
                  fmt::format("a dimension of {} elements in fields of {} bytes", dim, out.widths().length));
  out.version(version);
  out.u8(static_cast<std::uint8_t>(space.rank()));
  out.u8(space.max_dims && space.rank() > 0 ? has_max_dims : std::uint8_t{0});
  if (version == 1)
    out.zeros(5);
  else
    out.u8(is_null ? null_class : space.rank() == 0 ? scalar_class : simple_class);
  for (const auto dim : space.dims) out.length(dim);
  if (space.max_dims)
    for (const auto dim : *space.max_dims) out.extent(dim);
}

std::uint8_t dataspace_version(const Dataspace& space, std::uint8_t lowest) {
  return space.kind == Dataspace::Kind::null ? std::max(std::uint8_t{2}, lowest) : lowest;
}

}  // namespace fiver::format
