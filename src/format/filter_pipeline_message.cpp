#include "format/filter_pipeline_message.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/decoder.hpp"

namespace fiver::format {
namespace {

constexpr std::uint16_t first_named_in_v2 = 256;

std::string decode_name(Decoder& in, std::size_t length) {
  const auto name = text_of(in.bytes(length, "filter name"));
  return std::string(name.substr(0, name.find('\0')));
}

}  // namespace

FilterPipeline decode_filter_pipeline(ByteView body, FieldWidths widths) {
  Decoder in(body, widths, "filter pipeline message");
  const auto version = in.version_in({1, 2});
  const unsigned count = in.u8("number of filters");
  if (count > max_filters) in.fail(fmt::format("{} filters, the most are {}", count, max_filters));
  if (version == 1) in.reserved(6);
  FilterPipeline pipeline;
  for (unsigned i = 0; i < count; ++i) {
    FilterSpec filter;
    filter.id = in.u16("filter number");
    const std::size_t name_length =
        version == 1 || filter.id >= first_named_in_v2 ? in.u16("length of the filter's name") : 0;
    if (version == 1 && name_length % 8 != 0)
      in.fail(fmt::format("the name of filter {} has {} bytes, not a multiple of 8", filter.id, name_length));
    filter.flags = in.u16("filter flags");
    const std::size_t values = in.u16("number of filter values");
    filter.name = decode_name(in, name_length);
    if (4 * values > in.remaining())
      in.fail(fmt::format("filter {} has {} values, {} bytes are left", filter.id, values, in.remaining()));
    for (std::size_t v = 0; v < values; ++v) filter.values.push_back(in.u32("filter value"));
    if (version == 1 && values % 2 != 0) in.reserved(4);
    pipeline.push_back(std::move(filter));
  }
  return pipeline;
}

void encode_filter_pipeline(Encoder& out, const FilterPipeline& pipeline, std::uint8_t version) {
  if (version != 1 && version != 2)
    throw Error(ErrorKind::invalid_argument, fmt::format("there is no filter pipeline message version {}", version));
  if (pipeline.size() > max_filters)
    throw Error(ErrorKind::invalid_argument, fmt::format("{} filters, the most are {}", pipeline.size(), max_filters));
  out.version(version);
  out.u8(static_cast<std::uint8_t>(pipeline.size()));
  if (version == 1) out.zeros(6);
  for (const auto& filter : pipeline) {
    if (filter.name.find('\0') != std::string::npos)
      throw Error(ErrorKind::invalid_argument, fmt::format("the name of filter {} contains a NUL", filter.id));
    const bool has_name = version == 1 || filter.id >= first_named_in_v2;
    std::size_t name_length = filter.name.empty() ? 0 : filter.name.size() + 1;
    if (version == 1) name_length = (name_length + 7) / 8 * 8;
    out.u16(filter.id);
    if (has_name) out.uint(name_length, 2);
    out.u16(filter.flags);
    out.uint(filter.values.size(), 2);
    if (has_name && name_length > 0) {
      out.bytes(bytes_of(filter.name));
      out.zeros(name_length - filter.name.size());
    }
    for (const auto value : filter.values) out.u32(value);
    if (version == 1 && filter.values.size() % 2 != 0) out.zeros(4);
  }
}

}  // namespace fiver::format
