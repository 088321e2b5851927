// Free-space managers, of the file and of fractal heaps. Format specification III.F.
//   "FSHD" version:u8 client:u8 ... see describe() ... sum:u32
//   "FSSE" version:u8 header:O groups of sections of one size {count:(count width) size:(size width) sections}, zeros, sum:u32
//   section: offset:(offset width) class:u8 class data
// Sections of files have no class data; of heaps, the classes "first row" and "indirect" have
// {offset:(heap's offset width) row:u16 column:u16 entries:u16}.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "format/described.hpp"

namespace fiver::format {

enum class FreeSpaceClient : std::uint8_t { fractal_heap = 0, file = 1 };

struct FreeSpaceHeader {
  std::uint8_t client = 0;  ///< FreeSpaceClient
  Length total_space;
  Length sections, serialised_sections, ghost_sections;
  std::uint16_t classes = 0;
  std::uint16_t shrink_percent = 80, expand_percent = 120;
  std::uint16_t address_bits = 0;
  Length most_section;  ///< bytes of the largest section that can be
  std::optional<Address> list;
  Length list_used, list_allocated;
  friend bool operator==(const FreeSpaceHeader&, const FreeSpaceHeader&) = default;
};

template <class Wire, maybe_const<FreeSpaceHeader> Header>
constexpr void describe(Wire& wire, Header& h) {
  wire.signature("FSHD");
  wire.version(0);
  wire("client", h.client);
  wire("total space", h.total_space);
  wire("sections", h.sections);
  wire("serialised sections", h.serialised_sections);
  wire("ghost sections", h.ghost_sections);
  wire("section classes", h.classes);
  wire("shrink percent", h.shrink_percent);
  wire("expand percent", h.expand_percent);
  wire("address bits", h.address_bits);
  wire("largest section", h.most_section);
  wire("section list address", h.list);
  wire("section list bytes used", h.list_used);
  wire("section list bytes allocated", h.list_allocated);
  wire.checksum();
}

std::size_t free_space_header_size(FieldWidths widths);
FreeSpaceHeader decode_free_space_header(ByteView bytes, FieldWidths widths);
Bytes encode_free_space_header(const FreeSpaceHeader& header, FieldWidths widths);

struct FreeSection {
  std::uint64_t offset = 0, size = 0;  ///< in the file, or in the heap's space
  std::uint8_t section_class = 0;
  Bytes class_data;
  friend bool operator==(const FreeSection&, const FreeSection&) = default;
};
/// The bytes of class data of a section. `heap_offset_width` is the fractal heap's, 0 for a file's manager.
std::size_t free_section_class_bytes(FreeSpaceClient client, std::uint8_t section_class, unsigned heap_offset_width);

struct FreeSectionList {
  Address header;
  std::vector<FreeSection> sections;  ///< by size
  friend bool operator==(const FreeSectionList&, const FreeSectionList&) = default;
};
/// `list` has header.list_allocated bytes.
FreeSectionList decode_free_section_list(ByteView list, FieldWidths widths, const FreeSpaceHeader& header,
                                         unsigned heap_offset_width);
/// The bytes that encode_free_section_list() needs: what header.list_used must be.
std::uint64_t free_section_list_size(const FreeSectionList& list, FieldWidths widths, const FreeSpaceHeader& header);
/// header.list_allocated bytes. Sections of one size must stand together.
Bytes encode_free_section_list(const FreeSectionList& list, FieldWidths widths, const FreeSpaceHeader& header);

}  // namespace fiver::format
