#include "format/virtual_mapping.hpp"

#include <fmt/format.h>

#include <map>
#include <string>

namespace fiver::format {
namespace {

constexpr std::string_view what = "virtual mappings";
constexpr std::uint8_t file_of_earlier = 1, dataset_of_earlier = 2, own_file = 4;
constexpr std::string_view own_file_name = ".";
/// Flags or an empty name, and two selections of 16 bytes: no mapping is shorter.
constexpr std::size_t least_mapping = 33;

const VirtualMapping& earlier(Decoder& decoder, const std::vector<VirtualMapping>& mappings) {
  const auto number = decoder.length("number of an earlier mapping");
  if (number >= mappings.size()) decoder.fail(fmt::format("mapping {} refers to mapping {}", mappings.size(), number));
  return mappings[static_cast<std::size_t>(number)];
}

void decode_names(Decoder& decoder, const std::vector<VirtualMapping>& before, VirtualMapping& mapping) {
  const auto flags = decoder.u8("flags");
  if (flags > 7 || (flags & (file_of_earlier | own_file)) == (file_of_earlier | own_file))
    decoder.fail(fmt::format("flags are {:#x}", flags));
  if ((flags & own_file) != 0)
    mapping.source_file = own_file_name;
  else if ((flags & file_of_earlier) != 0)
    mapping.source_file = earlier(decoder, before).source_file;
  else
    mapping.source_file = decoder.text("source file");
  if ((flags & dataset_of_earlier) != 0)
    mapping.source_dataset = earlier(decoder, before).source_dataset;
  else
    mapping.source_dataset = decoder.text("source dataset");
}

void check_name(const std::string& name) {
  if (name.find('\0') != std::string::npos)
    throw Error(ErrorKind::invalid_argument, fmt::format("{}: a name with a NUL in it", what));
}

Bytes encode_version(const std::vector<VirtualMapping>& mappings, FieldWidths widths, SelectionStyle style,
                     std::uint8_t version) {
  Encoder encoder(widths);
  encoder.version(version);
  encoder.length(mappings.size());
  std::map<std::string_view, std::size_t> files, datasets;  // name -> its first mapping
  for (std::size_t i = 0; i < mappings.size(); ++i) {
    const auto& mapping = mappings[i];
    check_name(mapping.source_file);
    check_name(mapping.source_dataset);
    if (version == 0) {
      encoder.text(mapping.source_file);
      encoder.text(mapping.source_dataset);
    } else {
      const bool own = mapping.source_file == own_file_name;
      const auto [file, new_file] = files.emplace(mapping.source_file, i);
      const auto [dataset, new_dataset] = datasets.emplace(mapping.source_dataset, i);
      // A number in place of a name that is shorter would make the object larger.
      const bool share_file = !own && !new_file && mapping.source_file.size() >= widths.length;
      const bool share_dataset = !new_dataset && mapping.source_dataset.size() >= widths.length;
      encoder.u8(static_cast<std::uint8_t>((share_file ? file_of_earlier : 0) |
                                           (share_dataset ? dataset_of_earlier : 0) | (own ? own_file : 0)));
      if (share_file)
        encoder.length(file->second);
      else if (!own)
        encoder.text(mapping.source_file);
      if (share_dataset)
        encoder.length(dataset->second);
      else
        encoder.text(mapping.source_dataset);
    }
    encode_selection(encoder, mapping.source, style);
    encode_selection(encoder, mapping.target, style);
  }
  encoder.checksum();
  return std::move(encoder).take();
}

}  // namespace

std::vector<VirtualMapping> decode_virtual_mappings(ByteView object, FieldWidths widths,
                                                    std::uint64_t most_name_bytes) {
  Decoder decoder(object, widths, what);
  const auto version = decoder.version_in({0, 1});
  const auto count = decoder.length("mappings");
  if (count > decoder.remaining() / least_mapping)
    decoder.fail(fmt::format("{} mappings, {} bytes are left", count, decoder.remaining()));
  std::vector<VirtualMapping> mappings;
  mappings.reserve(static_cast<std::size_t>(count));
  std::uint64_t name_bytes = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    VirtualMapping mapping;
    if (version == 0) {
      mapping.source_file = decoder.text("source file");
      mapping.source_dataset = decoder.text("source dataset");
    } else {
      decode_names(decoder, mappings, mapping);
    }
    name_bytes += mapping.source_file.size() + mapping.source_dataset.size();
    if (name_bytes > most_name_bytes)
      throw Error(ErrorKind::limit, fmt::format("{}: names of more than {} bytes in all", what, most_name_bytes));
    mapping.source = decode_selection(decoder);
    mapping.target = decode_selection(decoder);
    mappings.push_back(std::move(mapping));
  }
  decoder.checksum();
  return mappings;
}

Bytes encode_virtual_mappings(const std::vector<VirtualMapping>& mappings, FieldWidths widths, SelectionStyle style,
                              bool may_share_names) {
  auto plain = encode_version(mappings, widths, style, 0);
  if (!may_share_names) return plain;
  auto shared = encode_version(mappings, widths, style, 1);
  return shared.size() <= plain.size() ? shared : plain;
}

}  // namespace fiver::format
