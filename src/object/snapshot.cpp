#include "object/snapshot.hpp"

#include <fmt/format.h>

#include "base/checked.hpp"
#include "format/dataspace_message.hpp"
#include "format/datatype_message.hpp"
#include "format/external_files_message.hpp"
#include "format/fill_value_message.hpp"
#include "format/filter_pipeline_message.hpp"
#include "format/layout_message.hpp"
#include "format/virtual_mapping.hpp"
#include "meta/local_heap_reader.hpp"
#include "object/file_state.hpp"
#include "object/runtime_state.hpp"

namespace fiver::object {
namespace {

using format::MessageType;

ObjectKind kind_of(const meta::ObjectHeader& header) {
  if (header.find(MessageType::symbol_table) || header.find(MessageType::link_info)) return ObjectKind::group;
  const bool has_type = header.find(MessageType::datatype) != nullptr;
  if (has_type && header.find(MessageType::dataspace)) return ObjectKind::dataset;
  if (has_type) return ObjectKind::datatype;
  // Some writers leave the link info out of groups that keep their links in the header.
  if (header.find(MessageType::link) || header.find(MessageType::group_info)) return ObjectKind::group;
  throw Error(ErrorKind::corrupt, "object header: neither a group nor a dataset nor a datatype").at(header.address);
}

}  // namespace

std::uint64_t data_bytes(const Dataspace& space, const Datatype& type) {
  const auto bytes = checked_multiply(space.element_count(), type.size());
  if (!bytes) throw Error(ErrorKind::corrupt, "the size of the data does not fit in 64 bits");
  return *bytes;
}

ObjectSnapshot::ObjectSnapshot(FileState& file, Address address)
    : file_(file), header_(meta::read_object_header(file.view(), address)), kind_(kind_of(header_)) {}

ObjectSnapshot::ObjectSnapshot(FileState& file, meta::ObjectHeader header, Live live)
    : file_(file), header_(std::move(header)), kind_(kind_of(header_)), live_(std::move(live)) {}

std::shared_ptr<const meta::LinksReader> ObjectSnapshot::links() const {
  if (live_.links) return live_.links;
  return links_.get([&] {
    const auto& parameters = file_.parameters();
    return std::shared_ptr<const meta::LinksReader>(
        meta::open_links(file_.view(), header_, parameters.leaf_k, parameters.internal_k));
  });
}

ObjectSnapshot::TypeAndOwner ObjectSnapshot::read_type() const {
  const auto* message = header_.find(MessageType::datatype);
  if (message == nullptr) throw Error(ErrorKind::corrupt, "object header: no datatype").at(header_.address);
  const auto resolved =
      file_.shared_messages().resolve(message->body, message->is_shared(), nullptr, MessageType::datatype);
  return {format::decode_datatype(resolved.body.bytes, file_.view().widths(), file_.view().limits()),
          resolved.committed};
}

Datatype ObjectSnapshot::committed_type() const {
  return read_type().type;
}

DatasetFacts ObjectSnapshot::read_dataset() const {
  const auto& view = file_.view();
  const auto widths = view.widths();
  const auto body = [&](const format::RawMessage& message, MessageType type) {
    return file_.shared_messages().resolve(message.body, message.is_shared(), nullptr, type).body;
  };
  auto type = read_type();
  DatasetFacts facts{std::move(type.type), type.committed, {}, {}, {}, {}, {}};
  const auto* space = header_.find(MessageType::dataspace);
  const auto* layout = header_.find(MessageType::layout);
  if (space == nullptr || layout == nullptr)
    throw Error(ErrorKind::corrupt, space ? "object header: no data layout" : "object header: no dataspace")
        .at(header_.address);
  facts.space = format::decode_dataspace(body(*space, MessageType::dataspace).bytes, widths);
  facts.layout = format::decode_layout(layout->body, widths);
  data_bytes(facts.space, facts.type);
  if (const auto* fill = header_.find(MessageType::fill_value))
    facts.fill = format::decode_fill_value(body(*fill, MessageType::fill_value).bytes, widths);
  else if (const auto* old = header_.find(MessageType::fill_value_old))
    facts.fill = format::decode_old_fill_value(body(*old, MessageType::fill_value_old).bytes, widths);
  // Files without the new message say nothing by default: "undefined" is what libhdf5 makes of that.
  if (!header_.find(MessageType::fill_value) && facts.fill.defined == FillValue::Defined::by_default)
    facts.fill.defined = FillValue::Defined::undefined;
  if (const auto* filters = header_.find(MessageType::filter_pipeline))
    facts.filters = format::decode_filter_pipeline(body(*filters, MessageType::filter_pipeline).bytes, widths);
  if (const auto* external = header_.find(MessageType::external_files)) {
    const auto decoded = format::decode_external_files(external->body, widths);
    const meta::LocalHeapReader names(view, decoded.heap);
    for (const auto& slot : decoded.slots)
      facts.external_files.push_back({names.text(slot.name_offset), slot.file_offset, slot.size});
  }
  if (const auto* chunked = std::get_if<ChunkedLayout>(&facts.layout);
      chunked && chunked->element_size != facts.type.size())
    throw Error(ErrorKind::corrupt, fmt::format("data layout: elements of {} bytes, but the datatype has {}",
                                                chunked->element_size, facts.type.size()));
  return facts;
}

std::shared_ptr<const DatasetFacts> ObjectSnapshot::dataset() const {
  return dataset_.get([&] { return std::make_shared<const DatasetFacts>(read_dataset()); });
}

std::shared_ptr<const std::vector<VirtualMapping>> ObjectSnapshot::virtual_mappings() const {
  return mappings_.get([&] {
    const auto facts = dataset();
    const auto* layout = std::get_if<VirtualLayout>(&facts->layout);
    if (layout == nullptr || !layout->heap) return std::make_shared<const std::vector<VirtualMapping>>();
    const auto object = file_.heap().read({*layout->heap, layout->heap_index});
    return std::make_shared<const std::vector<VirtualMapping>>(
        format::decode_virtual_mappings(object.bytes, file_.view().widths()));
  });
}

pipeline::CodecChain ObjectSnapshot::codecs() const {
  const auto& filters = file_.runtime().state().filters;
  return {dataset()->filters, [&](std::uint16_t id) { return filters.find(id); }};
}

std::unique_ptr<pipeline::StoredElements> ObjectSnapshot::open_stored() const {
  const auto facts = dataset();
  const auto& view = file_.view();
  const auto raw = [&](std::unique_ptr<pipeline::RawBytes> bytes) {
    return std::make_unique<pipeline::StoredElements>(view, facts->space.dims, facts->type.size(), std::move(bytes));
  };
  if (const auto* chunked = std::get_if<ChunkedLayout>(&facts->layout)) {
    auto grid = chunk::ChunkGrid::of(*chunked, facts->space, view.limits());
    auto index = live_.index;
    if (!index)
      index = chunk::open_chunk_index(view, *chunked, grid, !facts->filters.empty(), file_.parameters().chunk_k);
    return std::make_unique<pipeline::StoredElements>(view, std::move(grid), std::move(index), codecs(),
                                                      chunked->filter_partial_chunks, file_.runtime().state().chunks);
  }
  if (const auto* compact = std::get_if<CompactLayout>(&facts->layout))
    return raw(pipeline::raw_memory({facts, compact->data}));
  if (const auto* contiguous = std::get_if<ContiguousLayout>(&facts->layout))
    return raw(contiguous->address ? pipeline::raw_block(view, *contiguous->address) : nullptr);
  throw Error(ErrorKind::invalid_argument, "a virtual dataset stores no elements of its own");
}

std::shared_ptr<const pipeline::StoredElements> ObjectSnapshot::stored() const {
  return stored_.get([&] { return std::shared_ptr<const pipeline::StoredElements>(open_stored()); });
}

}  // namespace fiver::object
