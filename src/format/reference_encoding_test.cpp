#include "format/reference_encoding.hpp"

#include "format/damage_testing.hpp"

namespace fiver::format {
namespace {

using namespace damage;

const Selection region = BoxUnion{{{{1, 2}, {3, 4}}}};

TEST(ReferenceEncoding, ObjectReferences) {
  for (const auto widths : all_widths)
    for (const auto& object : {std::optional<Address>{}, std::optional<Address>{Address{800}}}) {
      const auto bytes = encode_object_reference(object, widths);
      EXPECT_EQ(bytes.size(), object_reference_size(widths));
      const auto decode = [&](ByteView b) { return decode_object_reference(b, widths); };
      EXPECT_EQ(decode(bytes), object);
      expect_damage_handled(bytes, bytes.size(), false, decode);
    }
  EXPECT_THROW(decode_object_reference(Bytes(8, std::byte{0xFF}), {}), Error);
}

TEST(ReferenceEncoding, RegionReferences) {
  EXPECT_EQ(region_reference_size({8, 8}), 12U);
  for (const auto widths : all_widths) {
    for (const auto& id : {std::optional<HeapId>{}, std::optional<HeapId>{HeapId{Address{4096}, 3}}}) {
      const auto bytes = encode_region_reference(id, widths);
      EXPECT_EQ(bytes.size(), region_reference_size(widths));
      const auto decode = [&](ByteView b) { return decode_region_reference(b, widths); };
      EXPECT_EQ(decode(bytes), id);
      expect_damage_handled(bytes, bytes.size(), false, decode);
    }
    const Reference reference{Address{800}, region, {}, {}};
    const auto object = encode_region_object(reference, widths, SelectionStyle::v18);
    const auto decode = [&](ByteView b) { return decode_region_object(b, widths); };
    EXPECT_EQ(decode(object), reference);
    expect_damage_handled(object, object.size(), false, decode);
  }
  EXPECT_THROW(encode_region_object({}, {}, SelectionStyle::v18), Error);
}

TEST(ReferenceEncoding, StandardReferences) {
  EXPECT_EQ(standard_reference_size({8, 8}), 18U);
  const std::vector<Reference> references{{},
                                          {Address{800}, {}, {}, {}},
                                          {Address{800}, {}, {}, "other.h5"},
                                          {Address{800}, region, {}, {}},
                                          {Address{800}, region, {}, "other.h5"},
                                          {Address{800}, {}, "units", {}},
                                          {Address{800}, {}, "", "other.h5"}};
  for (const auto widths : all_widths)
    for (const auto& reference : references) {
      auto object = encode_standard_reference_object(reference, widths, SelectionStyle::v112, 2);
      ReferenceSlot slot;
      slot.kind = standard_reference_kind(reference);
      slot.external = reference.file.has_value();
      if (object.empty())
        slot.object = reference.object;
      else
        slot.heap = HeapId{Address{4096}, 3};
      slot.heap_bytes = static_cast<std::uint32_t>(object.size());
      const auto element = encode_reference_slot(slot, widths);
      EXPECT_EQ(element.size(), standard_reference_size(widths));
      const auto decode_slot = [&](ByteView b) { return decode_reference_slot(b, widths); };
      EXPECT_EQ(decode_slot(element), slot);
      expect_flips_survived(element, element.size(), false, decode_slot);

      const auto decode = [&](ByteView b) { return decode_standard_reference(slot, b, widths); };
      EXPECT_EQ(decode(object), reference);
      expect_damage_handled(object, object.size(), false, decode);
      // libhdf5 reserves more bytes than it fills.
      object.resize(object.size() + 90);
      EXPECT_EQ(decode(object), reference);
    }
}

TEST(ReferenceEncoding, SlotOfAnObjectInTheSameFile) {
  const auto element = raw({2, 0, 8, 0x20, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  const ReferenceSlot slot{ReferenceSlot::Kind::object, false, Address{800}, 0, {}};
  EXPECT_EQ(decode_reference_slot(element, {}), slot);
  EXPECT_EQ(encode_reference_slot(slot, {}), element);
  for (std::size_t n = 0; n < 11; ++n) EXPECT_THROW(decode_reference_slot(ByteView(element).first(n), {}), Error);
}

TEST(ReferenceEncoding, WhatCannotBeIsRefused) {
  EXPECT_NE(reason_of([] {
              decode_reference_slot(raw({5, 0, 8, 1, 0, 0, 0, 0, 0, 0, 0}), {});
            }).find("unknown kind 5"),
            std::string::npos);
  EXPECT_THROW(decode_reference_slot(raw({1, 0, 8, 1, 0, 0, 0, 0, 0, 0, 0}), {}), Error);
  EXPECT_THROW(decode_reference_slot(raw({2, 0, 9, 1, 0, 0, 0, 0, 0, 0, 0, 0}), {}), Error);
  EXPECT_THROW(decode_reference_slot(raw({3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}), {}), Error);
  EXPECT_THROW(standard_reference_kind({Address{1}, region, "both", {}}), Error);
  EXPECT_THROW(encode_standard_reference_object({Address{1}, region, {}, {}}, {}, SelectionStyle::v112, 3), Error);
  EXPECT_THROW(
      encode_standard_reference_object({Address{1}, {}, std::string(65536, 'x'), {}}, {}, SelectionStyle::v112, 0),
      Error);
}

}  // namespace
}  // namespace fiver::format
