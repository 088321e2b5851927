#include "object/writing.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/checked.hpp"
#include "convert/memory_form.hpp"
#include "fiver/values/variable.hpp"
#include "format/dataspace_message.hpp"
#include "format/layout_message.hpp"
#include "object/editing.hpp"
#include "object/reading.hpp"
#include "object/runtime_state.hpp"
#include "object/text_batch.hpp"
#include "object/virtual_view.hpp"
#include "pipeline/read_run.hpp"
#include "select/nested.hpp"

namespace fiver::object {
namespace {

using format::MessageType;

/// Fill is written in pieces of so many bytes.
constexpr std::size_t fill_piece = 4 << 20;

/// Remembers what was put.
class NotedHeap final : public HeapWriter {
 public:
  explicit NotedHeap(HeapWriter& heap) : heap_(heap) {}
  HeapId put(ByteView object) override {
    const auto id = heap_.put(object);
    if (!ranges_.empty() && ranges_.back().first.collection == id.collection &&
        ranges_.back().first.index + ranges_.back().count == id.index)
      ++ranges_.back().count;
    else
      ranges_.push_back({id, 1});
    return id;
  }
  std::vector<HeapRange> take() { return std::move(ranges_); }

 private:
  HeapWriter& heap_;
  std::vector<HeapRange> ranges_;
};

class Writing {
 public:
  Writing(const Datatype& memory, ByteView from, const ReadOptions& options)
      : memory_(memory), from_(from), options_(options) {}

  /// Texts of a dataset of texts of variable length; false: it is no such dataset, or they are few.
  bool write_texts(const std::shared_ptr<const Handle>& dataset, const select::Placed& to,
                   std::span<const std::string> texts) {
    const auto facts = dataset->dataset();
    if (!facts->type.is<VariableStringType>() || std::holds_alternative<VirtualLayout>(facts->layout)) return false;
    auto& file = dataset->file()->state();
    auto& writer = file.writer_or_throw();
    const auto elements = dataset->file()->runtime().buffers.take(texts.size() * facts->type.size());
    const auto freezes = writer.edit([&] { return writer.freezes(); });
    auto put = TextBatch{file, dataset->file()->runtime(), options_.threads}.put(texts, elements.span());
    if (put) write_named(dataset, *facts, to, elements.span(), std::move(*put), freezes);
    return put.has_value();
  }

  /// `to`: elements of the dataset and their places in the caller's bytes. `whole`: every element is among them.
  void write(const std::shared_ptr<const Handle>& dataset, const select::Placed& to) {
    if (to.element_count == 0) return;
    if (const auto view = dataset->virtual_view()) return write_virtual(*dataset, *view, to);
    dataset->guarded([&] { write_real(dataset, to); });
  }

 private:
  void write_virtual(const Handle& dataset, const VirtualView& view, const select::Placed& to) {
    const select::Nested nested(to);
    std::vector<VirtualView::Share> shares;
    std::uint64_t covered = 0;
    view.for_each_share(nested.selection(), [&](VirtualView::Share&& share) {
      if (!share.source->dataset)
        throw Error(ErrorKind::not_found,
                    fmt::format("source \"{}\" of \"{}\" is missing: {}", share.source->missing.dataset,
                                share.source->missing.file, share.source->missing.reason));
      const auto& source = share.source->dataset->file()->state();
      if (source.writer() == nullptr)
        throw Error(ErrorKind::invalid_argument,
                    fmt::format("source file \"{}\" can't be opened for writing", source.name()));
      source.writer()->check_writable();
      covered += share.elements.element_count;
      share.elements = nested.relocate(share.elements);
      shares.push_back(std::move(share));
    });
    if (covered < to.element_count)
      throw Error(ErrorKind::invalid_argument,
                  fmt::format("{} of the elements have no source", to.element_count - covered));
    for (const auto& share : shares) write(share.source->dataset, share.elements);
    (void)dataset;
  }

  void write_real(const std::shared_ptr<const Handle>& dataset, const select::Placed& to) {
    auto& file = dataset->file()->state();
    auto& writer = file.writer_or_throw();
    const auto facts = dataset->dataset();
    const auto conversion = convert::ConversionPlan::make_for_writing(memory_, facts->type, file.view().widths());
    if (!conversion.needs_heap())
      return write_stored(dataset, *facts, to, {from_, memory_.size(), conversion.is_copy() ? nullptr : &conversion},
                          false);
    const auto count = from_.size() / memory_.size();
    const auto elements = dataset->file()->runtime().buffers.take(count * facts->type.size());
    const auto freezes = writer.edit([&] { return writer.freezes(); });
    std::optional<std::vector<HeapRange>> put;
    if (memory_.is<VariableStringType>() && facts->type.is<VariableStringType>())
      put = TextBatch{file, dataset->file()->runtime(), options_.threads}.put(from_, elements.span());
    if (!put) {
      // One after the other, so that the same call puts the same objects at the same places.
      NotedHeap heap(writer.heap());
      std::fill(elements.span().begin(), elements.span().end(), std::byte{0});
      conversion.convert_for_writing(from_, elements.span(), count, &heap);
      put = heap.take();
    }
    write_named(dataset, *facts, to, elements.span(), std::move(*put), freezes);
  }

  /// Elements that name what was put into the heap since the commit number `freezes`.
  void write_named(const std::shared_ptr<const Handle>& dataset, const DatasetFacts& facts, const select::Placed& to,
                   ByteView elements, std::vector<HeapRange> put, std::uint64_t freezes) {
    auto& writer = dataset->file()->state().writer_or_throw();
    write_stored(dataset, facts, to, {elements, facts.type.size(), nullptr}, true);
    const auto draft = writer.draft_of(dataset->state());
    writer.edit([&] {
      if (freezes != writer.freezes()) return;  // a commit may have some of it already
      draft->debris.note_call(std::move(put), to);
      if (draft->debris.overlaps) writer.mark_dirty(dataset->state(), *draft);
    });
  }

  void write_stored(const std::shared_ptr<const Handle>& dataset, const DatasetFacts& facts, const select::Placed& to,
                    const WriteSource& source, bool names_heap) {
    const auto& layout = facts.layout;
    if (std::holds_alternative<ChunkedLayout>(layout)) return elements_of(*dataset)->write(to, source, options_);
    if (std::holds_alternative<CompactLayout>(layout)) return write_compact(*dataset, facts, to, source, names_heap);
    if (!facts.external_files.empty()) return write_raw(*dataset, *dataset->stored(), to, source);
    const bool whole = to.distinct && to.element_count == facts.space.element_count();
    std::optional<FileWriter::MovingTurn> turn;
    if (names_heap) {
      // Elements that name collections which no commit has written yet may not stand where the last commit leads.
      turn.emplace(*dataset->file()->state().writer());
      move_block(*dataset);
    }
    allocate(*dataset, facts, whole);
    write_raw(*dataset, *dataset->snapshot()->stored(), to, source);
  }

  /// Contiguous elements that the last commit leads to go to a block of their own.
  void move_block(const Handle& dataset) {
    auto& file = dataset.file()->state();
    auto& writer = *file.writer();
    const auto draft = writer.draft_of(dataset.state());
    const auto seen = dataset.snapshot();
    const auto facts = seen->dataset();
    const auto& contiguous = std::get<ContiguousLayout>(facts->layout);
    if (!contiguous.address || writer.edit([&] { return draft->block_is_fresh; })) return;
    const auto size = data_bytes(facts->space, facts->type);
    file.view().position(*contiguous.address, size, "data");  // before its size takes any memory
    Bytes bytes(static_cast<std::size_t>(size));
    pipeline::read_exactly(file.view(), *contiguous.address, bytes, "data");
    const auto address = writer.space().allocate(size);
    writer.await_room(address.value + size);
    file.view().storage().write_at(file.view().base() + address.value, bytes);
    writer.edit([&] {
      set_block(file, *draft, address, size);
      draft->abandoned.push_back({*contiguous.address, size});
      writer.publish(dataset.state(), *draft);
    });
  }

  /// Under the lock of the file's edits.
  static void set_block(const FileState& file, Draft& draft, Address address, std::uint64_t size) {
    const auto* message = draft.find(MessageType::layout);
    const auto version = std::max<std::uint8_t>(static_cast<std::uint8_t>(message->body->front()), 3);
    Encoder out(file.view().widths());
    format::encode_layout(out, ContiguousLayout{address, size}, version);
    draft.set(MessageType::layout, message->flags, std::move(out).take());
    draft.block_is_fresh = true;
  }

  /// Contiguous elements get their place with the first write; what it leaves out is filled.
  void allocate(const Handle& dataset, const DatasetFacts& facts, bool whole) {
    if (std::get<ContiguousLayout>(facts.layout).address) return;
    auto& file = dataset.file()->state();
    auto& writer = *file.writer();
    const auto draft = writer.draft_of(dataset.state());
    const auto size = data_bytes(facts.space, facts.type);
    const auto address = writer.space().allocate(size);
    writer.await_room(address.value + size);
    if (!whole && facts.fill.write_time != FillValue::WriteTime::never) {
      Bytes element(facts.type.size());
      if (facts.fill.defined == FillValue::Defined::by_user) element = facts.fill.bytes;
      Bytes piece(static_cast<std::size_t>(
          std::min<std::uint64_t>(size, std::max<std::size_t>(fill_piece / element.size(), 1) * element.size())));
      pipeline::fill_with(piece, element);
      for (std::uint64_t done = 0; done < size; done += piece.size())
        file.view().storage().write_at(
            file.view().base() + address.value + done,
            ByteView(piece).first(static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), size - done))));
    }
    const bool taken = writer.edit([&] {
      const auto now = format::decode_layout(*draft->find(MessageType::layout)->body, file.view().widths());
      if (std::get<ContiguousLayout>(now).address) return false;  // another thread was faster
      set_block(file, *draft, address, size);
      writer.publish(dataset.state(), *draft);
      return true;
    });
    if (!taken) writer.space().give_back({address, size});
  }

  void write_raw(const Handle& dataset, const pipeline::StoredElements& stored, const select::Placed& to,
                 const WriteSource& source) {
    const auto element_size = dataset.dataset()->type.size();
    const select::Partition slabs(to, stored.chunk());
    auto task = [&](std::size_t i, unsigned) {
      const auto copy = slabs.copy(i);
      const auto place = stored.find(copy.coordinates());
      Bytes bytes;
      select::for_each_run(copy, [&](std::uint64_t at, std::uint64_t from, std::uint64_t count) {
        const auto offset = place.raw_offset + at * element_size;
        if (source.conversion == nullptr)
          return stored.raw()->write(offset, source.bytes.subspan(static_cast<std::size_t>(from) * element_size,
                                                                  static_cast<std::size_t>(count) * element_size));
        bytes.resize(static_cast<std::size_t>(count) * element_size);
        source.copy(from, count, bytes);
        stored.raw()->write(offset, bytes);
      });
    };
    auto& runtime = dataset.file()->runtime();
    runtime.pool.run(static_cast<std::size_t>(slabs.chunk_count()), options_.threads, task);
    dataset.file()->state().writer()->note_data_written();
  }

  void write_compact(const Handle& dataset, const DatasetFacts& facts, const select::Placed& to,
                     const WriteSource& source, bool names_heap) {
    auto& file = dataset.file()->state();
    auto& writer = *file.writer();
    const auto draft = writer.draft_of(dataset.state());
    const auto element_size = facts.type.size();
    Shape all = facts.space.dims;
    for (auto& length : all) length = std::max<std::uint64_t>(length, 1);
    const select::Partition one(to, all);
    const auto size = data_bytes(facts.space, facts.type);
    if (size > std::get<CompactLayout>(facts.layout).data.size())  // before the dataspace's number takes any memory
      throw Error(ErrorKind::corrupt, fmt::format("compact data of {} bytes where {} belong",
                                                  std::get<CompactLayout>(facts.layout).data.size(), size));
    // Converted before the lock; `runs` are offset and length in the data, in elements.
    const auto copy = one.copy(0);
    Bytes stored(static_cast<std::size_t>(copy.element_count()) * element_size);
    std::vector<select::Run> runs;
    std::size_t done = 0;
    select::for_each_run(copy, [&](std::uint64_t at, std::uint64_t from, std::uint64_t count) {
      const auto bytes = static_cast<std::size_t>(count) * element_size;
      source.copy(from, count, MutableBytes(stored).subspan(done, bytes));
      runs.push_back({at, count});
      done += bytes;
    });
    writer.edit([&] {
      const auto* message = draft->find(MessageType::layout);
      auto layout = format::decode_layout(*message->body, file.view().widths());
      auto& data = std::get<CompactLayout>(layout).data;
      if (names_heap) draft->debris.elements.insert(draft->debris.elements.end(), data.begin(), data.end());
      auto next = stored.begin();
      for (const auto& run : runs) {
        const auto end = next + static_cast<std::ptrdiff_t>(run.length * element_size);
        std::copy(next, end, data.begin() + static_cast<std::ptrdiff_t>(run.offset * element_size));
        next = end;
      }
      Encoder out(file.view().widths());
      format::encode_layout(out, layout, std::max<std::uint8_t>(static_cast<std::uint8_t>(message->body->front()), 3));
      draft->set(MessageType::layout, message->flags, std::move(out).take());
      writer.publish(dataset.state(), *draft);
    });
  }

  const Datatype& memory_;
  ByteView from_;
  const ReadOptions& options_;
};

/// The chunk of a source that is exactly the chunk-shaped cell of the virtual dataset which starts at `offset`.
void write_through(const Handle& dataset, const VirtualView& view, const Shape& offset, ByteView stored,
                   std::uint32_t mask) {
  const auto extent = dataset.space().dims;
  for (std::size_t i = 0; i < extent.size(); ++i)
    if (offset.size() != extent.size() || offset[i] >= extent[i])
      throw Error(ErrorKind::invalid_argument,
                  fmt::format("({}) is not in the extent ({})", fmt::join(offset, ","), fmt::join(extent, ",")));
  std::shared_ptr<const VirtualSource> source;
  Shape there;
  const auto one = select::normalize(box(offset, Shape(extent.size(), 1)), extent);
  view.for_each_share(one, [&](VirtualView::Share&& share) {
    source = share.source;
    if (!source->dataset) return;
    Shape whole = source->dataset->space().dims;
    select::Partition(share.elements, whole).for_each([&](const select::ChunkCopy& copy) {
      select::for_each_run(copy, [&](std::uint64_t at, std::uint64_t, std::uint64_t) {
        there.assign(whole.size(), 0);
        for (auto i = whole.size(); i-- > 0; at /= whole[i]) there[i] = at % whole[i];
      });
    });
  });
  if (!source || !source->dataset)
    throw Error(ErrorKind::not_found, fmt::format("the cell at ({}) has no source", fmt::join(offset, ",")));
  // The source's chunk has to be shown whole, from this element on.
  const auto& real = source->dataset;
  const auto* chunked = std::get_if<ChunkedLayout>(&real->dataset()->layout);
  bool fits = chunked != nullptr;
  if (fits) {
    const auto place = real->space().dims;
    std::uint64_t inside = 1;
    Box cell{offset, {}};
    for (std::size_t i = 0; i < there.size(); ++i) {
      fits = fits && there[i] % chunked->chunk[i] == 0;
      inside *= std::min(chunked->chunk[i], place[i] - there[i]);
    }
    // As many elements of the cell in the virtual dataset come from this chunk as it has.
    Shape size(extent.size(), 1);
    const auto shift = extent.size() - std::min(extent.size(), there.size());
    for (std::size_t i = 0; i < there.size() && i + shift < extent.size(); ++i)
      size[i + shift] = std::min({chunked->chunk[i], place[i] - there[i], extent[i + shift] - offset[i + shift]});
    std::uint64_t shown = 0;
    if (fits)
      view.for_each_share(select::normalize(box(offset, size), extent), [&](VirtualView::Share&& share) {
        if (share.source != source) return;
        select::Partition(share.elements, chunked->chunk).for_each([&](const select::ChunkCopy& copy) {
          bool same = true;
          for (std::size_t i = 0; i < there.size(); ++i)
            same = same && copy.coordinates()[i] == there[i] / chunked->chunk[i];
          if (same) shown += copy.element_count();
        });
      });
    fits = fits && shown == inside;
  }
  if (!fits)
    throw Error(ErrorKind::invalid_argument,
                fmt::format("the cell at ({}) is not one whole chunk of \"{}\"", fmt::join(offset, ","), real->path()));
  write_stored_chunk(real, there, stored, mask);
}

}  // namespace

void write_elements(const std::shared_ptr<const Handle>& dataset, const select::Normalized& wanted,
                    const Datatype& memory, ByteView from, const ReadOptions& options) {
  dataset->file()->state().writer_or_throw();
  const auto bytes = checked_multiply(wanted.element_count, memory.size());
  if (!bytes || *bytes != from.size())
    throw Error(ErrorKind::invalid_argument,
                fmt::format("the selection has {} elements of {} bytes, given are {} bytes", wanted.element_count,
                            memory.size(), from.size()));
  Writing(memory, from, options).write(dataset, select::packed(wanted));
}

namespace {

bool write_texts(const std::shared_ptr<const Handle>& dataset, const select::Normalized& wanted,
                 std::span<const std::string> texts) {
  dataset->file()->state().writer_or_throw();
  if (texts.empty()) return false;
  return Writing(text_type(), {}, {}).write_texts(dataset, select::packed(wanted), texts);
}

}  // namespace

void write_stored_chunk(const std::shared_ptr<const Handle>& dataset, const Shape& offset, ByteView stored,
                        std::uint32_t mask) {
  dataset->guarded([&] {
    dataset->file()->state().writer_or_throw();
    const auto facts = dataset->dataset();
    if (std::holds_alternative<VirtualLayout>(facts->layout))
      return write_through(*dataset, *dataset->virtual_view(), offset, stored, mask);
    const auto* chunked = std::get_if<ChunkedLayout>(&facts->layout);
    if (chunked == nullptr) throw Error(ErrorKind::invalid_argument, "the dataset has no chunks");
    // Its elements may lead to heap objects that others lead to.
    if (convert::has_variable_parts(facts->type)) dataset->file()->state().writer()->ledger().distrust();
    Shape scaled = offset;
    for (std::size_t i = 0; i < facts->space.dims.size(); ++i) {
      if (offset.size() != facts->space.dims.size() || offset[i] >= facts->space.dims[i] ||
          offset[i] % chunked->chunk[i] != 0)
        throw Error(ErrorKind::invalid_argument,
                    fmt::format("no chunk starts at ({}): chunks are ({}), the extent ({})", fmt::join(offset, ","),
                                fmt::join(chunked->chunk, ","), fmt::join(facts->space.dims, ",")));
      scaled[i] /= chunked->chunk[i];
    }
    elements_of(*dataset)->write_chunk(scaled, stored, mask);
  });
}

void resize(const Handle& dataset, const Shape& dims) {
  auto& file = dataset.file()->state();
  auto& writer = file.writer_or_throw();
  const auto facts = dataset.dataset();
  if (dims.size() != facts->space.dims.size())
    throw Error(ErrorKind::invalid_argument,
                fmt::format("{} dimensions for a dataset of {}", dims.size(), facts->space.dims.size()));
  for (std::size_t i = 0; i < dims.size(); ++i) {
    const auto most = facts->space.max_dims ? (*facts->space.max_dims)[i] : facts->space.dims[i];
    if (dims[i] > most)
      throw Error(ErrorKind::invalid_argument,
                  fmt::format("dimension {} can have {} elements at most, not {}", i, most, dims[i]));
  }
  if (dims == facts->space.dims) return;
  const bool chunked = std::holds_alternative<ChunkedLayout>(facts->layout);
  if (!chunked && !std::holds_alternative<VirtualLayout>(facts->layout) && facts->external_files.empty())
    throw Error(ErrorKind::invalid_argument, "only datasets of chunks change their extent");
  const auto draft = writer.draft_of(dataset.state());
  const auto publish = [&] {
    writer.edit([&] {
      const auto* message = draft->find(MessageType::dataspace);
      auto space = facts->space;
      space.dims = dims;
      Encoder out(file.view().widths());
      format::encode_dataspace(out, space, static_cast<std::uint8_t>(message->body->front()));
      draft->set(MessageType::dataspace, message->flags, std::move(out).take());
      writer.publish(dataset.state(), *draft);
    });
  };
  if (chunked) return elements_of(dataset)->cut(dims, publish);
  publish();
}

}  // namespace fiver::object

namespace fiver {

void Dataset::write_converted(const Datatype& memory, std::span<const std::byte> from, const Selection& selection,
                              const ReadOptions& options) const {
  handle_->guarded(
      [&] { object::write_elements(handle_, object::normalize_for(*handle_, selection), memory, from, options); });
}

void Dataset::write_strings(std::span<const std::string> from, const Selection& selection) const {
  handle_->guarded([&] {
    const auto wanted = object::normalize_for(*handle_, selection);
    if (wanted.element_count == from.size() && object::write_texts(handle_, wanted, from)) return;
    std::vector<VariablePart> parts;
    parts.reserve(from.size());
    for (const auto& text : from)
      parts.push_back({text.size(), text.empty() ? nullptr : std::as_bytes(std::span(text)).data()});
    CharacterSet charset = CharacterSet::utf8;
    if (const auto* variable = type().as<VariableStringType>()) charset = variable->charset;
    if (const auto* fixed = type().as<StringType>()) charset = fixed->charset;
    const Datatype memory(16, VariableStringType{StringPadding::null_terminated, charset});
    object::write_elements(handle_, wanted, memory, std::as_bytes(std::span(parts)), {});
  });
}

void Dataset::write_chunk(const Shape& offset, std::span<const std::byte> stored, std::uint32_t filter_mask) const {
  handle_->guarded([&] { object::write_stored_chunk(handle_, offset, stored, filter_mask); });
}

void Dataset::resize(const Shape& dims) const {
  handle_->guarded([&] { object::resize(*handle_, dims); });
}

}  // namespace fiver
