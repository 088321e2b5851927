#include "format/free_space.hpp"

#include <fmt/format.h>

#include "base/checksum.hpp"

namespace fiver::format {
namespace {

constexpr std::string_view list_name = "free space section list";
constexpr std::size_t checksum_size = 4;
// Section classes of fractal heaps that describe a part of an indirect block.
constexpr std::uint8_t first_row_class = 1, indirect_class = 3;

struct SectionWidths {
  unsigned count, size, offset;
};

SectionWidths section_widths(const FreeSpaceHeader& header) {
  return {bytes_needed(header.serialised_sections.value), bytes_needed(header.most_section.value),
          (header.address_bits + 7U) / 8};
}

bool checksum_ends(ByteView bytes) {
  const auto covered = bytes.size() - checksum_size;
  return load_little<std::uint32_t>(bytes.subspan(covered)) == lookup3(bytes.first(covered));
}

struct VerifiedSections {
  ByteView bytes;  // without the checksum
  bool old_form = false;
};

/// The checksum ends the allocated bytes. In two files of libhdf5's tests (file3.h5, tfcontents1.h5) it ends the used bytes instead,
/// and section sizes, of at most 65536 there, take two bytes and not three; what wrote them is not known.
VerifiedSections verified_sections(ByteView bytes, std::size_t used) {
  if (checksum_ends(bytes)) return {bytes.first(bytes.size() - checksum_size), false};
  if (used < bytes.size() && checksum_ends(bytes.first(used))) return {bytes.first(used - checksum_size), true};
  throw Error(ErrorKind::corrupt, fmt::format("{}: its checksum is not that of its bytes", list_name));
}

/// Bytes of a section size in the old form: those of the largest size less one.
unsigned old_size_width(std::uint64_t most_section) {
  return bytes_needed(most_section == 0 ? 0 : most_section - 1);
}

void encode_sections(Encoder& encoder, const FreeSectionList& list, const FreeSpaceHeader& header) {
  const auto widths = section_widths(header);
  encoder.signature("FSSE");
  encoder.version(0);
  encoder.address(list.header);
  for (std::size_t first = 0; first < list.sections.size();) {
    auto end = first;
    while (end < list.sections.size() && list.sections[end].size == list.sections[first].size) ++end;
    encoder.uint(end - first, widths.count);
    encoder.uint(list.sections[first].size, widths.size);
    for (; first < end; ++first) {
      encoder.uint(list.sections[first].offset, widths.offset);
      encoder.u8(list.sections[first].section_class);
      encoder.bytes(list.sections[first].class_data);
    }
  }
}

}  // namespace

std::size_t free_space_header_size(FieldWidths widths) {
  return described_size(FreeSpaceHeader{}, widths);
}

FreeSpaceHeader decode_free_space_header(ByteView bytes, FieldWidths widths) {
  Decoder decoder(bytes, widths, "free space header");
  FreeSpaceHeader header;
  describe(decoder, header);
  if (header.client > static_cast<std::uint8_t>(FreeSpaceClient::file))
    decoder.fail(fmt::format("unknown client {}", header.client));
  if (header.address_bits > 64) decoder.fail(fmt::format("offsets of {} bits", header.address_bits));
  if (header.list_used.value > header.list_allocated.value)
    decoder.fail(
        fmt::format("a section list uses {} of {} bytes", header.list_used.value, header.list_allocated.value));
  return header;
}

Bytes encode_free_space_header(const FreeSpaceHeader& header, FieldWidths widths) {
  return encode_described(header, widths);
}

std::size_t free_section_class_bytes(FreeSpaceClient client, std::uint8_t section_class, unsigned heap_offset_width) {
  if (client == FreeSpaceClient::file) return 0;
  return section_class == first_row_class || section_class == indirect_class ? heap_offset_width + 6 : 0;
}

FreeSectionList decode_free_section_list(ByteView bytes, FieldWidths file_widths, const FreeSpaceHeader& header,
                                         unsigned heap_offset_width) {
  const auto allocated = header.list_allocated.value, used = header.list_used.value;
  if (bytes.size() != allocated || used < checksum_size || used > allocated)
    throw Error(ErrorKind::corrupt, fmt::format("{}: {} bytes are there, the header says {} of {} are used", list_name,
                                                bytes.size(), used, allocated));
  // Verified before anything is believed.
  const auto sections = verified_sections(bytes, static_cast<std::size_t>(used));
  Decoder decoder(sections.bytes, file_widths, list_name);
  decoder.signature("FSSE");
  decoder.version(0);
  FreeSectionList list;
  list.header = decoder.defined_address("header address");
  auto widths = section_widths(header);
  if (sections.old_form) widths.size = old_size_width(header.most_section.value);
  const auto section_size = widths.offset + 1U;
  auto left = header.serialised_sections.value;
  if (left > decoder.remaining() / section_size)
    decoder.fail(fmt::format("{} sections, {} bytes are left", left, decoder.remaining()));
  list.sections.reserve(static_cast<std::size_t>(left));
  while (left > 0) {
    const auto count = decoder.uint(widths.count, "sections of one size");
    const auto size = decoder.uint(widths.size, "section size");
    if (count == 0 || count > left || size == 0)
      decoder.fail(fmt::format("{} sections of {} bytes, {} sections are left", count, size, left));
    for (std::uint64_t i = 0; i < count; ++i) {
      FreeSection section;
      section.size = size;
      section.offset = decoder.uint(widths.offset, "section offset");
      section.section_class = decoder.u8("section class");
      const auto class_bytes = free_section_class_bytes(static_cast<FreeSpaceClient>(header.client),
                                                        section.section_class, heap_offset_width);
      const auto data = decoder.bytes(class_bytes, "section class data");
      section.class_data.assign(data.begin(), data.end());
      list.sections.push_back(std::move(section));
    }
    left -= count;
  }
  return list;
}

std::uint64_t free_section_list_size(const FreeSectionList& list, FieldWidths widths, const FreeSpaceHeader& header) {
  Encoder encoder(widths);
  encode_sections(encoder, list, header);
  return encoder.size() + checksum_size;
}

Bytes encode_free_section_list(const FreeSectionList& list, FieldWidths widths, const FreeSpaceHeader& header) {
  if (list.sections.size() != header.serialised_sections.value)
    throw Error(ErrorKind::invalid_argument, fmt::format("{}: {} sections, the header says {}", list_name,
                                                         list.sections.size(), header.serialised_sections.value));
  Encoder encoder(widths);
  encode_sections(encoder, list, header);
  const auto used = header.list_used.value, allocated = header.list_allocated.value;
  if (encoder.size() + checksum_size != used || allocated < used)
    throw Error(ErrorKind::invalid_argument, fmt::format("{}: {} bytes are needed, the header says {} of {} are used",
                                                         list_name, encoder.size() + checksum_size, used, allocated));
  encoder.zeros(static_cast<std::size_t>(allocated - used));
  encoder.checksum();
  return std::move(encoder).take();
}

}  // namespace fiver::format
