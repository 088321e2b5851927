#include "object/moved_elements.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "base/checked.hpp"
#include "base/decoder.hpp"
#include "base/encoder.hpp"
#include "format/datatype_message.hpp"
#include "object/reference_elements.hpp"

namespace fiver::object {
namespace {

Datatype compound_with_widths(const Datatype& type, const CompoundType& compound, FieldWidths widths) {
  auto members = compound.members;
  std::vector<std::size_t> by_offset(members.size());
  std::iota(by_offset.begin(), by_offset.end(), std::size_t{0});
  std::stable_sort(by_offset.begin(), by_offset.end(),
                   [&](std::size_t a, std::size_t b) { return members[a].offset < members[b].offset; });
  std::int64_t moved = 0;
  for (const auto i : by_offset) {
    auto fitted = with_widths(*members[i].type, widths);
    const auto growth = std::int64_t{fitted.size()} - members[i].type->size();
    members[i].offset = static_cast<std::uint32_t>(members[i].offset + moved);
    members[i].type = std::move(fitted);
    moved += growth;
  }
  const auto size = type.size() + moved;
  if (size > UINT32_MAX) throw Error(ErrorKind::limit, "datatype: a compound that passes 4 GiB in the other file");
  return {static_cast<std::uint32_t>(size), CompoundType{std::move(members)}};
}

/// An element of variable length as it is stored: count, and where its bytes are.
struct Part {
  std::uint32_t count = 0;
  std::optional<HeapId> id;
};

Part load_part(ByteView element, FieldWidths widths) {
  Decoder in(element, widths, "variable-length element");
  Part part;
  part.count = in.u32("count");
  const auto collection = in.address("heap collection address");
  const auto index = in.u32("heap object index");
  if (part.count != 0 && collection && collection->value != 0) part.id = HeapId{*collection, index};
  return part;
}

}  // namespace

bool names_places(const Datatype& type) {
  if (type.is<ReferenceType>() || type.is<VariableLengthType>() || type.is<VariableStringType>()) return true;
  if (const auto* array = type.as<ArrayType>()) return names_places(*array->base);
  if (const auto* compound = type.as<CompoundType>())
    return std::any_of(compound->members.begin(), compound->members.end(),
                       [](const auto& member) { return names_places(*member.type); });
  return false;
}

Datatype with_widths(const Datatype& type, FieldWidths widths) {
  if (!names_places(type)) return type;
  if (const auto* reference = type.as<ReferenceType>())
    return {format::reference_size(reference->kind, widths), *reference};
  if (const auto* text = type.as<VariableStringType>()) return {format::variable_length_size(widths), *text};
  if (const auto* sequence = type.as<VariableLengthType>())
    return {format::variable_length_size(widths), VariableLengthType{with_widths(*sequence->base, widths)}};
  if (const auto* array = type.as<ArrayType>()) {
    auto base = with_widths(*array->base, widths);
    const auto size = std::uint64_t{type.size()} / std::max(array->base->size(), 1U) * base.size();
    if (size > UINT32_MAX) throw Error(ErrorKind::limit, "datatype: an array that passes 4 GiB in the other file");
    return {static_cast<std::uint32_t>(size), ArrayType{std::move(base), array->dims}};
  }
  return compound_with_widths(type, *type.as<CompoundType>(), widths);
}

Bytes ElementMover::move(const Datatype& type, ByteView stored) const {
  const auto target = with_widths(type, to_.view().widths());
  Bytes moved(stored.size() / type.size() * target.size());
  recent_ = {};
  move_many(type, target, stored, moved);
  return moved;
}

void ElementMover::move_many(const Datatype& from, const Datatype& to, ByteView in, MutableBytes out) const {
  if (!names_places(from)) {
    std::copy_n(in.begin(), out.size(), out.begin());
    return;
  }
  const std::size_t step = from.size(), target_step = to.size();
  for (std::size_t i = 0; i < in.size() / step; ++i)
    move_one(from, to, in.subspan(i * step, step), out.subspan(i * target_step, target_step));
}

void ElementMover::move_one(const Datatype& from, const Datatype& to, ByteView in, MutableBytes out) const {
  if (const auto* reference = from.as<ReferenceType>()) {
    const auto bytes = move_reference(reference->kind, in);
    std::copy_n(bytes.begin(), std::min(bytes.size(), out.size()), out.begin());
  } else if (from.is<VariableStringType>() || from.is<VariableLengthType>()) {
    move_variable(from, to, in, out);
  } else if (const auto* array = from.as<ArrayType>()) {
    move_many(*array->base, *to.as<ArrayType>()->base, in, out);
  } else {
    move_compound(from, to, in, out);
  }
}

void ElementMover::move_compound(const Datatype& from, const Datatype& to, ByteView in, MutableBytes out) const {
  if (from.size() == to.size()) std::copy(in.begin(), in.end(), out.begin());  // what no member covers, too
  const auto& source = from.as<CompoundType>()->members;
  const auto& target = to.as<CompoundType>()->members;
  for (std::size_t i = 0; i < source.size(); ++i)
    move_many(*source[i].type, *target[i].type, in.subspan(source[i].offset, source[i].type->size()),
              out.subspan(target[i].offset, target[i].type->size()));
}

void ElementMover::move_variable(const Datatype& from, const Datatype& to, ByteView in, MutableBytes out) const {
  std::fill(out.begin(), out.end(), std::byte{0});
  const auto part = load_part(in, from_.view().widths());
  if (!part.id) return;
  const auto* sequence = from.as<VariableLengthType>();
  const std::uint64_t unit = sequence != nullptr ? sequence->base->size() : 1;
  const bool nests = sequence != nullptr && names_places(*sequence->base);
  SharedBytes object;  // parts of parts are read while this one is looked at
  if (nests)
    object = from_.heap().read(*part.id);
  else
    object.bytes = from_.heap().read_next(*part.id, recent_);
  const auto wanted = std::uint64_t{part.count} * unit;  // both below 2^32
  if (wanted > object.bytes.size())
    throw Error(ErrorKind::corrupt,
                fmt::format("variable-length element: {} elements of {} bytes in a heap object of {}", part.count, unit,
                            object.bytes.size()))
        .at(part.id->collection);
  auto bytes = object.bytes.first(static_cast<std::size_t>(wanted));
  Bytes moved;
  if (nests) {
    const auto& base = *to.as<VariableLengthType>()->base;
    moved.resize(std::size_t{part.count} * base.size());
    move_many(*sequence->base, base, bytes, moved);
    bytes = moved;
  }
  const auto id = to_.writer()->heap().put(bytes);
  Encoder encoded(to_.view().widths());
  encoded.u32(part.count);
  encoded.address(id.collection);
  encoded.u32(id.index);
  const auto element = std::move(encoded).take();
  std::copy(element.begin(), element.end(), out.begin());
}

Bytes ElementMover::move_reference(ReferenceKind kind, ByteView in) const {
  auto reference = decode_reference_element(from_, in, kind);
  if (reference.object && !reference.file) {
    reference.object = places_(*reference.object);
    if (!reference.object) reference = {};
  }
  return encode_reference_element(to_, reference, kind);
}

}  // namespace fiver::object
