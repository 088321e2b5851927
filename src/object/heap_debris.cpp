#include "object/heap_debris.hpp"

#include <algorithm>

#include "base/decoder.hpp"
#include "convert/memory_form.hpp"
#include "format/layout_message.hpp"
#include "meta/attributes_reader.hpp"
#include "meta/heap_ledger.hpp"
#include "object/dataset_writer.hpp"
#include "object/file_state.hpp"
#include "object/object_encoding.hpp"
#include "pipeline/raw_bytes.hpp"
#include "select/partition.hpp"

namespace fiver::object {
namespace {

using format::MessageType;
using Found = std::function<void(HeapId)>;

constexpr std::uint64_t raw_piece = 8 << 20;

/// The heap objects of stored elements, those that are parts of others included. References are left out: their elements are copied as they
/// are, so that several may lead to one object.
class Finding {
 public:
  Finding(const FileState& file, const Found& found) : file_(file), found_(found) {}

  void look(const Datatype& type, ByteView elements) const {
    if (!convert::has_variable_parts(type)) return;
    const std::size_t step = type.size();
    for (std::size_t at = 0; at + step <= elements.size(); at += step) look_at(type, elements.subspan(at, step));
  }

 private:
  void look_at(const Datatype& type, ByteView element) const {
    if (type.is<VariableStringType>()) {
      look_at_part(nullptr, element);
    } else if (const auto* sequence = type.as<VariableLengthType>()) {
      look_at_part(convert::has_variable_parts(*sequence->base) ? &*sequence->base : nullptr, element);
    } else if (const auto* array = type.as<ArrayType>()) {
      look(*array->base, element);
    } else if (const auto* compound = type.as<CompoundType>()) {
      for (const auto& member : compound->members)
        look(*member.type, element.subspan(member.offset, member.type->size()));
    }
  }

  void look_at_part(const Datatype* parts, ByteView element) const {
    Decoder in(element, file_.view().widths(), "variable-length element");
    const auto count = in.u32("count");
    const auto collection = in.address("heap collection address");
    const auto index = in.u32("heap object index");
    if (count == 0 || !collection || collection->value == 0) return;
    const HeapId id{*collection, index};
    if (parts != nullptr) {
      const auto object = file_.heap().read(id);
      const auto size = std::min<std::uint64_t>(object.bytes.size(), std::uint64_t{count} * parts->size());
      look(*parts, object.bytes.first(static_cast<std::size_t>(size)));
    }
    found_(id);
  }

  const FileState& file_;
  const Found& found_;
};

using Ids = std::vector<HeapId>;

void sort(Ids& ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

void look_at_attributes(FileState& file, const std::vector<std::shared_ptr<const Bytes>>& bodies, const Found& found) {
  Draft carrier;
  for (const auto& body : bodies)
    carrier.messages.push_back({static_cast<std::uint16_t>(MessageType::attribute), 0, {}, body, {}});
  meta::for_each_attribute(file.view(), header_of(carrier), file.shared_messages(),
                           [&](meta::AttributeRecord&& record) {
                             Finding(file, found).look(record.type, record.data.bytes);
                             return true;
                           });
}

/// The elements of one dataset, as a commit found them and as they were before.
class Elements {
 public:
  Elements(FileState& file, const FrozenObject& object)
      : file_(file),
        object_(object),
        seen_(file, header_of(object.cut),
              {nullptr, object.cut.dataset ? object.cut.dataset->index() : nullptr, nullptr}),
        facts_(seen_.dataset()) {
    if (facts_->fill.defined == FillValue::Defined::by_user)
      look(facts_->fill.bytes, [&](HeapId id) { fill_.push_back(id); });
    sort(fill_);
  }

  bool may_have_parts() const { return convert::has_variable_parts(facts_->type); }

  /// Those whose elements were replaced, among them perhaps some that others have taken over.
  void replaced(const Found& found) const {
    look(object_.cut.debris.elements, found);
    if (std::holds_alternative<ContiguousLayout>(facts_->layout))
      for (const auto& extent : object_.cut.abandoned) look_at_block(extent.address, found);
    if (!object_.chunks) return;
    for (const auto& chunk : object_.chunks->replaced) {
      // What stands outside the extent is no element: it may name anything. Chunks of this session have fill there.
      if (chunk.in_base)
        look_at_chunk(chunk.scaled, chunk.record, object_.cut.dataset->committed_grid().extent, found);
      else if (facts_->filters.empty() || chunked().filter_partial_chunks)
        look_at_chunk(chunk.scaled, chunk.record, {}, found);
    }
  }

  /// All that elements lead to which may have been written since the last commit.
  void written(const Found& found) const {
    if (object_.chunks) {
      for (const auto& change : object_.chunks->changes)
        if (change.record) look_at_chunk(change.scaled, *change.record, {}, found);
    } else {
      whole(found);
    }
  }

  void whole(const Found& found) const {
    if (std::holds_alternative<VirtualLayout>(facts_->layout) || !facts_->external_files.empty()) return;
    if (const auto* compact = std::get_if<CompactLayout>(&facts_->layout)) return look(compact->data, found);
    if (const auto* contiguous = std::get_if<ContiguousLayout>(&facts_->layout)) {
      if (contiguous->address) look_at_block(*contiguous->address, found);
      return;
    }
    auto inside = facts_->space.dims;
    if (object_.cut.dataset) {
      const auto committed = object_.cut.dataset->committed_grid().extent;
      for (std::size_t i = 0; i < inside.size(); ++i) inside[i] = std::min(inside[i], committed[i]);
    }
    seen_.stored()->index()->for_each([&](std::span<const std::uint64_t> scaled, const chunk::ChunkRecord& record) {
      look_at_chunk(Shape(scaled.begin(), scaled.end()), record, inside, found);
      return true;
    });
  }

  /// Elements that nobody wrote lead to the fill value's objects.
  bool is_fill(HeapId id) const { return std::binary_search(fill_.begin(), fill_.end(), id); }
  const Ids& fill() const { return fill_; }

 private:
  const ChunkedLayout& chunked() const { return std::get<ChunkedLayout>(facts_->layout); }

  void look(ByteView elements, const Found& found) const { Finding(file_, found).look(facts_->type, elements); }

  void look_at_block(Address address, const Found& found) const {
    const std::uint64_t step = facts_->type.size(), size = data_bytes(facts_->space, facts_->type);
    const auto most = std::max<std::uint64_t>(raw_piece / step, 1) * step;
    file_.view().position(address, size, "data");
    for (std::uint64_t done = 0; done < size; done += most) {
      Bytes piece(static_cast<std::size_t>(std::min(most, size - done)));
      pipeline::read_exactly(file_.view(), Address{address.value + done}, piece, "data");
      look(piece, found);
    }
  }

  /// `inside`: the extent whose elements are looked at; empty: all of the chunk.
  void look_at_chunk(const Shape& scaled, const chunk::ChunkRecord& record, const Shape& inside,
                     const Found& found) const {
    const auto stored = seen_.stored();
    const auto mask = stored->as_stored(scaled, record).filter_mask;
    file_.view().position(record.address, record.stored_size, "chunk");
    Bytes bytes(static_cast<std::size_t>(record.stored_size));
    pipeline::read_exactly(file_.view(), record.address, bytes, "chunk");
    if (!stored->codecs().is_plain(mask)) {
      Bytes decoded(static_cast<std::size_t>(stored->chunk_bytes()));
      pipeline::CodecChain::Scratch scratch;
      stored->codecs().decode(bytes, mask, decoded, scratch);
      bytes = std::move(decoded);
    }
    const auto& shape = stored->chunk();
    Shape size = shape;
    bool whole = true;
    for (std::size_t i = 0; i < inside.size(); ++i) {
      const auto start = scaled[i] * shape[i];
      if (start >= inside[i]) return;
      size[i] = std::min(shape[i], inside[i] - start);
      whole = whole && size[i] == shape[i];
    }
    if (whole) return look(bytes, found);
    const std::size_t step = facts_->type.size();
    const select::Partition one(select::packed(select::normalize(box(Shape(shape.size()), size), shape)), shape);
    select::for_each_run(one.copy(0), [&](std::uint64_t at, std::uint64_t, std::uint64_t length) {
      const auto from = static_cast<std::size_t>(at) * step, count = static_cast<std::size_t>(length) * step;
      if (from + count <= bytes.size()) look(ByteView(bytes).subspan(from, count), found);
    });
  }

  FileState& file_;
  const FrozenObject& object_;
  ObjectSnapshot seen_;
  std::shared_ptr<const DatasetFacts> facts_;
  Ids fill_;
};

/// Said before anything is decoded: most datasets have nothing in the heap.
bool may_have_parts(const Draft& draft) {
  const auto* type = draft.find(MessageType::datatype);
  if (type == nullptr || type->body->empty() || draft.find(MessageType::layout) == nullptr ||
      draft.find(MessageType::dataspace) == nullptr)
    return false;
  if ((type->flags & format::message_shared) != 0) return true;
  const auto kind = std::to_integer<unsigned>(type->body->front()) & 0x0FU;
  constexpr unsigned compound = 6, variable_length = 9, array = 10;
  return kind == compound || kind == variable_length || kind == array;
}

void note_deleted(FileState& file, const FrozenObject& object, meta::HeapLedger& ledger) {
  const Found gone = [&](HeapId id) { ledger.note_gone(id); };
  std::vector<std::shared_ptr<const Bytes>> bodies;
  for (const auto& message : object.cut.messages)
    if (message.type == static_cast<std::uint16_t>(MessageType::attribute)) bodies.push_back(message.body);
  look_at_attributes(file, bodies, gone);
  if (const auto* message = object.cut.find(MessageType::layout)) {
    const auto layout = format::decode_layout(*message->body, file.view().widths());
    if (const auto* mappings = std::get_if<VirtualLayout>(&layout); mappings != nullptr && mappings->heap)
      ledger.note_gone(HeapId{*mappings->heap, mappings->heap_index});
  }
  if (!may_have_parts(object.cut)) return;
  const Elements elements(file, object);
  if (!elements.may_have_parts()) return;
  Ids ids;
  const bool streams = object.cut.debris.put.empty() && object.cut.debris.elements.empty() &&
                       object.cut.abandoned.empty() &&
                       (!object.chunks || (object.chunks->replaced.empty() && object.chunks->changes.empty()));
  const Found each = [&](HeapId id) {
    if (elements.is_fill(id)) return;
    if (streams)
      gone(id);
    else
      ids.push_back(id);
  };
  elements.whole(each);
  if (!streams) {
    elements.replaced(each);
    for (const auto& range : object.cut.debris.put)
      for (std::uint32_t i = 0; i < range.count; ++i) each({range.first.collection, range.first.index + i});
    if (object.chunks) elements.written(each);
    sort(ids);
    for (const auto& id : ids) gone(id);
  }
  for (const auto& id : elements.fill()) gone(id);
}

void note_replaced(FileState& file, const FrozenObject& object, meta::HeapLedger& ledger) {
  const auto& debris = object.cut.debris;
  const bool lost =
      !debris.elements.empty() || !object.cut.abandoned.empty() || (object.chunks && !object.chunks->replaced.empty());
  if ((!lost && !debris.overlaps) || !may_have_parts(object.cut)) return;
  const Elements elements(file, object);
  if (!elements.may_have_parts()) return;
  Ids before, now;
  elements.replaced([&](HeapId id) { before.push_back(id); });
  for (const auto& range : debris.put)
    for (std::uint32_t i = 0; i < range.count; ++i) before.push_back({range.first.collection, range.first.index + i});
  if (before.empty()) return;
  elements.written([&](HeapId id) { now.push_back(id); });
  sort(before);
  sort(now);
  auto still = now.begin();
  for (const auto& id : before) {
    while (still != now.end() && *still < id) ++still;
    if ((still == now.end() || *still != id) && !elements.is_fill(id)) ledger.note_gone(id);
  }
}

}  // namespace

void HeapDebris::note_call(std::vector<HeapRange> ranges, const select::Placed& to) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> touched;
  if (const auto* axes = std::get_if<std::vector<select::Axis>>(&to.form)) {
    for (const auto& axis : *axes) {
      if (const auto* run = std::get_if<select::Progression>(&axis.coordinates)) {
        touched.emplace_back(run->start, run->last());
      } else {
        const auto& segments = std::get<std::vector<select::Segment>>(axis.coordinates);
        touched.emplace_back(segments.front().from, segments.back().from + segments.back().length - 1);
      }
    }
  } else {
    for (const auto length : to.extent) touched.emplace_back(0, std::max<std::uint64_t>(length, 1) - 1);
  }
  if (!to.distinct) overlaps = true;
  if (put.empty()) {
    box = std::move(touched);
  } else {
    bool apart = box.size() != touched.size();
    for (std::size_t i = 0; i < std::min(box.size(), touched.size()); ++i) {
      apart = apart || touched[i].first > box[i].second || touched[i].second < box[i].first;
      box[i] = {std::min(box[i].first, touched[i].first), std::max(box[i].second, touched[i].second)};
    }
    if (!apart) overlaps = true;
  }
  put.insert(put.end(), ranges.begin(), ranges.end());
}

void HeapDebris::take_back(HeapDebris&& older) {
  attributes.insert(attributes.end(), older.attributes.begin(), older.attributes.end());
  elements.insert(elements.end(), older.elements.begin(), older.elements.end());
  overlaps = overlaps || older.overlaps || (!put.empty() && !older.put.empty());
  if (put.empty()) box = std::move(older.box);
  put.insert(put.end(), older.put.begin(), older.put.end());
}

void note_gone_heap_objects(FileState& file, const FrozenObject& object, bool deleted, meta::HeapLedger& ledger) {
  if (!ledger.is_trusted() || file.shared_messages().has_table()) return;
  try {
    look_at_attributes(file, object.cut.debris.attributes, [&](HeapId id) { ledger.note_gone(id); });
    if (deleted)
      note_deleted(file, object, ledger);
    else
      note_replaced(file, object, ledger);
  } catch (const Error&) {
    // What can't be read keeps its place: the object is changed or removed all the same.
  }
}

}  // namespace fiver::object
