#include "object/reference_elements.hpp"

#include "format/reference_encoding.hpp"
#include "object/reading.hpp"

namespace fiver::object {
namespace {

constexpr auto style = format::SelectionStyle::v110;

[[noreturn]] void refuse(const std::string& reason) {
  throw Error(ErrorKind::invalid_argument, "reference: " + reason);
}

void check_kind(const Reference& reference, ReferenceKind kind) {
  const bool is_old = kind == ReferenceKind::object || kind == ReferenceKind::region;
  if (is_old && reference.file) refuse("only the kinds of HDF5 1.12 lead to other files");
  const bool wants_region = kind == ReferenceKind::region || kind == ReferenceKind::region2;
  if (wants_region != reference.region.has_value())
    refuse(wants_region ? "it has no region" : "an object's or attribute's has no region");
  if ((kind == ReferenceKind::attribute) != reference.attribute.has_value())
    refuse(reference.attribute ? "only an attribute's names one" : "it names no attribute");
}

/// The rank of the dataset that a region is of: said by the region, or by the dataset.
unsigned rank_of(FileState& file, const Reference& reference) {
  if (!reference.region) return 0;
  if (const auto rank = format::selection_rank(*reference.region); rank != 0) return rank;
  if (reference.file) refuse("a region of everything or nothing of another file's dataset");
  return file.object(*reference.object)->snapshot()->dataset()->space.rank();
}

}  // namespace

Reference with_whole_region(FileState& file, Reference reference) {
  if (!reference.object || !reference.region || reference.file) return reference;
  const auto seen = file.object(*reference.object)->snapshot();
  if (seen->kind() != ObjectKind::dataset) refuse("a region of what is no dataset");
  const auto& dims = seen->dataset()->space.dims;
  reference.region = completed(*reference.region, dims);
  if (!std::holds_alternative<AllSelection>(*reference.region)) select::normalize(*reference.region, dims);
  return reference;
}

Reference decode_reference_element(const FileState& file, ByteView element, ReferenceKind kind) {
  const auto widths = file.view().widths();
  if (kind == ReferenceKind::object) {
    Reference decoded;
    decoded.object = format::decode_object_reference(element, widths);
    return decoded;
  }
  if (kind == ReferenceKind::region) {
    const auto id = format::decode_region_reference(element, widths);
    if (!id) return {};
    return format::decode_region_object(file.heap().read(*id).bytes, widths);
  }
  const auto slot = format::decode_reference_slot(element, widths);
  const auto object = slot.heap ? file.heap().read(*slot.heap) : SharedBytes{};
  return format::decode_standard_reference(slot, object.bytes, widths);
}

Bytes encode_reference_element(FileState& file, const Reference& reference, ReferenceKind kind) {
  const auto widths = file.view().widths();
  if (!reference.is_null()) check_kind(reference, kind);
  if (kind == ReferenceKind::object) return format::encode_object_reference(reference.object, widths);
  auto& heap = file.writer_or_throw().heap();
  if (kind == ReferenceKind::region) {
    if (reference.is_null()) return format::encode_region_reference(std::nullopt, widths);
    return format::encode_region_reference(heap.put(format::encode_region_object(reference, widths, style)), widths);
  }
  format::ReferenceSlot slot;
  slot.kind = format::standard_reference_kind(reference);
  slot.external = reference.file.has_value();
  if (slot.kind == format::ReferenceSlot::Kind::object && !slot.external) slot.object = reference.object;
  if (!reference.is_null()) {
    const auto object = format::encode_standard_reference_object(reference, widths, style, rank_of(file, reference));
    slot.heap_bytes = static_cast<std::uint32_t>(object.size());
    if (!object.empty()) slot.heap = heap.put(object);
  }
  return format::encode_reference_slot(slot, widths);
}

}  // namespace fiver::object
