#include "object/creating.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/checked.hpp"
#include "chunk/index_writer.hpp"
#include "convert/memory_form.hpp"
#include "convert/plan.hpp"
#include "format/dataspace_message.hpp"
#include "format/datatype_message.hpp"
#include "format/external_files_message.hpp"
#include "format/fill_value_message.hpp"
#include "format/filter_pipeline_message.hpp"
#include "format/group_messages.hpp"
#include "format/layout_message.hpp"
#include "format/local_heap.hpp"
#include "format/shared_message.hpp"
#include "format/virtual_mapping.hpp"
#include "object/editing.hpp"
#include "object/new_mappings.hpp"
#include "object/object_encoding.hpp"
#include "object/runtime_state.hpp"
#include "pipeline/encode_chain.hpp"

namespace fiver::object {
namespace {

using format::MessageType;

constexpr std::uint64_t most_compact_bytes = 64000;

constexpr std::size_t most_message_bytes = 0xFFF8;  // of both versions of headers

[[noreturn]] void refuse(const std::string& reason) {
  throw Error(ErrorKind::invalid_argument, reason);
}

/// A message's body. One too large for a header is refused now: the commit could only fail, again and again.
template <class Encode>
Bytes encoded(const FileState& file, Encode&& encode) {
  Encoder out(file.view().widths());
  encode(out);
  auto body = std::move(out).take();
  if (body.size() > most_message_bytes)
    refuse(fmt::format("its type, fill value or layout takes {} bytes, an object header holds {} of each at most",
                       body.size(), most_message_bytes));
  return body;
}

class NewDatasetHeader {
 public:
  NewDatasetHeader(FileState& file, const Datatype& type, const Dataspace& space, const NewDataset& settings,
                   bool is_copy)
      : file_(file),
        type_(type),
        space_(space),
        settings_(settings),
        fill_(settings.fill),
        is_copy_(is_copy),
        old_(makes_old_objects(file)) {}

  std::shared_ptr<Draft> run() {
    if (!is_copy_) {
      check();
      store_fill();
    }
    draft_ = std::make_shared<Draft>(new_draft(file_, settings_.track_order));
    const bool v1 = draft_->prefix.version == 1;
    put(MessageType::dataspace, 0,
        [&](Encoder& out) { format::encode_dataspace(out, space_, format::dataspace_version(space_, old_ ? 1 : 2)); });
    const std::uint8_t constant = format::message_constant;
    if (settings_.committed_type)
      put(MessageType::datatype, constant | format::message_shared,
          [&](Encoder& out) { format::encode_shared_message_ref(out, {*settings_.committed_type}); });
    else
      put(MessageType::datatype, constant, [&](Encoder& out) { format::encode_datatype(out, type_, old_ ? 1 : 3); });
    choose_layout();
    auto fill = fill_;
    if (!is_copy_ && fill.allocation_time == FillValue::AllocationTime::late &&
        std::holds_alternative<ChunkedLayout>(layout_))
      fill.allocation_time = FillValue::AllocationTime::incremental;
    if (std::holds_alternative<VirtualLayout>(layout_)) fill.allocation_time = FillValue::AllocationTime::incremental;
    if (settings_.compact) fill.allocation_time = FillValue::AllocationTime::early;
    put(MessageType::fill_value, constant, [&](Encoder& out) { format::encode_fill_value(out, fill, v1 ? 2 : 3); });
    if (!pipeline_.empty())
      put(MessageType::filter_pipeline, constant,
          [&](Encoder& out) { format::encode_filter_pipeline(out, pipeline_, v1 ? 1 : 2); });
    if (!settings_.external.empty()) put_external();
    put(MessageType::layout, 0,
        [&](Encoder& out) { format::encode_layout(out, layout_, format::layout_version(layout_)); });
    return draft_;
  }

 private:
  template <class Encode>
  void put(MessageType type, std::uint8_t flags, Encode&& encode) {
    draft_->set(type, flags, encoded(file_, encode));
  }

  bool is_virtual() const { return settings_.is_virtual || !settings_.mappings.empty(); }

  void check() {
    const int ways = (settings_.chunk.has_value() ? 1 : 0) + (settings_.compact ? 1 : 0) +
                     (settings_.external.empty() ? 0 : 1) + (is_virtual() ? 1 : 0);
    if (ways > 1) refuse("chunks, compact, external and virtual storage exclude each other");
    if (!settings_.filters.empty() && (settings_.compact || !settings_.external.empty() || is_virtual()))
      refuse("filters need chunks");
    if (space_.kind != Dataspace::Kind::simple && (settings_.chunk || !settings_.filters.empty() || is_virtual()))
      refuse("a scalar or null dataspace has no chunks, filters or mappings");
    const auto fill_size = convert::memory_form(type_).size();
    if (fill_.defined == FillValue::Defined::by_user && fill_.bytes.size() != fill_size)
      refuse(fmt::format("a fill value of {} bytes for elements of {}", fill_.bytes.size(), fill_size));
    if (space_.rank() > max_rank)
      refuse(fmt::format("{} dimensions, at most {} are possible", space_.rank(), max_rank));
    if (space_.max_dims)
      for (std::size_t i = 0; i < space_.dims.size(); ++i)
        if (space_.dims[i] > (*space_.max_dims)[i])
          refuse(fmt::format("dimension {} has {} elements, at most {}", i, space_.dims[i], (*space_.max_dims)[i]));
    data_bytes(space_, type_);
  }

  /// Text and sequences of a fill value come as they are in memory; the file has them in its heap.
  void store_fill() {
    if (fill_.defined != FillValue::Defined::by_user || !convert::has_variable_parts(type_)) return;
    const auto plan =
        convert::ConversionPlan::make_for_writing(convert::memory_form(type_), type_, file_.view().widths());
    Bytes stored(type_.size());
    plan.convert_for_writing(fill_.bytes, stored, 1, &file_.writer()->heap());
    fill_.bytes = std::move(stored);
  }

  bool grows() const { return space_.max_dims && *space_.max_dims != space_.dims; }

  void choose_layout() {
    if (is_virtual()) return choose_virtual();
    if (settings_.compact) {
      const auto bytes = data_bytes(space_, type_);
      if (bytes > most_compact_bytes && !is_copy_)
        refuse(fmt::format("{} bytes in compact storage, at most {} are possible", bytes, most_compact_bytes));
      CompactLayout compact{Bytes(static_cast<std::size_t>(bytes))};
      if (fill_.defined == FillValue::Defined::by_user && bytes > 0)
        for (std::size_t i = 0; i < compact.data.size(); ++i) compact.data[i] = fill_.bytes[i % type_.size()];
      layout_ = std::move(compact);
      return;
    }
    const bool chunked =
        settings_.chunk || !settings_.filters.empty() || (grows() && settings_.external.empty() && !is_copy_);
    if (!chunked) {
      layout_ = ContiguousLayout{{}, data_bytes(space_, type_)};
      return;
    }
    choose_chunks();
  }

  void choose_chunks() {
    ChunkedLayout chunked;
    chunked.chunk = settings_.chunk ? *settings_.chunk : suitable_chunk(space_, type_.size());
    chunked.element_size = type_.size();
    if (chunked.chunk.size() != space_.rank())
      refuse(fmt::format("a chunk of {} dimensions for data of {}", chunked.chunk.size(), space_.rank()));
    std::uint64_t bytes = type_.size();
    for (std::size_t i = 0; i < chunked.chunk.size(); ++i) {
      const auto length = chunked.chunk[i];
      const auto most = space_.max_dims ? (*space_.max_dims)[i] : space_.dims[i];
      if (length == 0) refuse(fmt::format("the chunk has no elements in dimension {}", i));
      if (most != unlimited && length > most && space_.dims[i] != 0 && settings_.chunk && !is_copy_)
        refuse(fmt::format("chunks of {} elements in dimension {}, which has at most {}", length, i, most));
      const auto product = checked_multiply(bytes, length);
      if (!product || *product > 0xFFFFFFFFU) refuse("a chunk of more than 4 GiB");
      bytes = *product;
    }
    chunked.filter_partial_chunks = settings_.filter_partial_chunks;
    const auto& filters = file_.runtime().state().filters;
    pipeline_ = is_copy_ ? settings_.filters
                         : pipeline::complete_pipeline(settings_.filters, {type_, chunked.chunk, fill_},
                                                       [&](std::uint16_t id) { return filters.find(id); });
    // "Don't filter partial chunks" can't be said in old layout messages.
    const auto style = old_ && chunked.filter_partial_chunks ? chunk::IndexStyle::earliest : chunk::IndexStyle::native;
    chunked.index = chunk::choose_chunk_index(space_, chunked.chunk, !pipeline_.empty(), false, style);
    layout_ = std::move(chunked);
  }

  void choose_virtual() {
    VirtualLayout layout;
    if (!settings_.mappings.empty()) {
      const auto mappings = is_copy_ ? settings_.mappings : complete_mappings(settings_.mappings, space_);
      const auto id = file_.writer()->heap().put(encoded(file_, [&](Encoder& out) {
        out.bytes(format::encode_virtual_mappings(mappings, file_.view().widths(), format::SelectionStyle::v110));
      }));
      layout.heap = id.collection;
      layout.heap_index = id.index;
    }
    layout_ = layout;
  }

  void put_external() {
    const auto widths = file_.view().widths();
    format::LocalHeapBuilder names;
    format::ExternalFilesMessage files;
    std::uint64_t room = 0;
    for (const auto& one : settings_.external) {
      files.slots.push_back({names.add(one.name), one.offset, one.size});
      room = one.size == unlimited ? unlimited : room + one.size;
    }
    if (room < data_bytes(space_, type_))
      refuse(fmt::format("external files of {} bytes for data of {}", room, data_bytes(space_, type_)));
    files.allocated_slots = static_cast<std::uint16_t>(files.slots.size());
    const auto built = names.build(names.size(), widths);
    format::LocalHeapHeader heap;
    heap.data_size.value = built.data.size();
    heap.free_list.value = built.free_list;
    heap.data = file_.writer()->put_now(built.data);
    files.heap = file_.writer()->put_now(format::encode_local_heap_header(heap, widths));
    put(MessageType::external_files, 0, [&](Encoder& out) { format::encode_external_files(out, files); });
  }

  FileState& file_;
  const Datatype& type_;
  const Dataspace& space_;
  const NewDataset& settings_;
  FillValue fill_;  ///< as it is stored
  bool is_copy_, old_;
  std::shared_ptr<Draft> draft_;
  Layout layout_;
  FilterPipeline pipeline_;
};

std::shared_ptr<Draft> empty_group(const FileState& file, bool tracks_attributes, bool tracks_links) {
  auto draft = std::make_shared<Draft>(new_draft(file, tracks_attributes));
  draft->links = std::make_shared<LiveLinks>(LinkMap{}, tracks_links, 0);
  draft->links->note_added();  // an empty group is written, too
  if (makes_old_objects(file) && !tracks_links) {
    draft->set(MessageType::symbol_table, 0,
               encoded(file, [](Encoder& out) { format::encode_symbol_table_message(out, {}); }));
    return draft;
  }
  format::LinkInfo info;
  info.order_tracked = info.order_indexed = tracks_links;
  draft->set(MessageType::link_info, 0, encoded(file, [&](Encoder& out) { format::encode_link_info(out, info); }));
  draft->set(MessageType::group_info, format::message_constant,
             encoded(file, [](Encoder& out) { format::encode_group_info(out, {}); }));
  return draft;
}

}  // namespace

std::shared_ptr<Draft> group_draft(const FileState& file, const NewGroup& settings) {
  return empty_group(file, settings.track_order, settings.track_order);
}

std::shared_ptr<Draft> group_on_the_way_draft(const FileState& file, bool tracks_links) {
  return empty_group(file, false, tracks_links);
}

std::shared_ptr<Draft> dataset_draft(FileState& file, const Datatype& type, const Dataspace& space,
                                     const NewDataset& settings) {
  return NewDatasetHeader(file, type, space, settings, false).run();
}

std::shared_ptr<Draft> copied_dataset_draft(FileState& file, const Datatype& type, const Dataspace& space,
                                            const NewDataset& settings) {
  return NewDatasetHeader(file, type, space, settings, true).run();
}

std::shared_ptr<Draft> datatype_draft(const FileState& file, const Datatype& type) {
  auto draft = std::make_shared<Draft>(new_draft(file, false));
  draft->set(MessageType::datatype, 0,
             encoded(file, [&](Encoder& out) { format::encode_datatype(out, type, makes_old_objects(file) ? 1 : 3); }));
  return draft;
}

void write_header_now(FileState& file, const std::shared_ptr<ObjectState>& state, const std::shared_ptr<Draft>& draft) {
  auto& writer = *file.writer();
  FrozenObject object;
  object.state = state;
  object.draft = draft;
  writer.edit([&] { object.cut = *draft; });
  meta::ChangeSet changes(writer.space(), file.view().widths());
  const auto encoded = encode_object(file, changes, object);
  writer.write_now(draft->address, encoded.image);
  for (const auto& [address, bytes] : changes.fresh()) writer.write_now(Address{address}, bytes);
  writer.edit([&] {
    draft->in_file = true;
    draft->image = encoded.image;
    draft->stored = encoded.stored;
  });
}

Shape suitable_chunk(const Dataspace& space, std::uint32_t element_size) {
  constexpr double least = 16 << 10, most = 1 << 20, base = 16 << 10;
  Shape chunk = space.dims;
  for (auto& length : chunk)
    if (length == 0) length = 1024;
  const auto bytes = [&] {
    double product = element_size;
    for (const auto length : chunk) product *= static_cast<double>(length);
    return product;
  };
  const auto target = std::clamp(base * std::exp2(std::log10(std::max(bytes() / (1 << 20), 1e-6))), least, most);
  for (std::size_t i = 0; bytes() > target && bytes() > element_size; i = (i + 1) % chunk.size())
    chunk[i] = (chunk[i] + 1) / 2;
  if (space.max_dims)
    for (std::size_t i = 0; i < chunk.size(); ++i) chunk[i] = std::min(chunk[i], (*space.max_dims)[i]);
  return chunk;
}

}  // namespace fiver::object
