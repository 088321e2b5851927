#include "object/freeing.hpp"

#include "chunk/index_writer.hpp"
#include "format/dataspace_message.hpp"
#include "format/datatype_message.hpp"
#include "format/layout_message.hpp"
#include "meta/attributes_writer.hpp"
#include "meta/links_writer.hpp"
#include "object/dataset_writer.hpp"
#include "object/object_encoding.hpp"

namespace fiver::object {
namespace {

using format::MessageType;

void free_elements(FileState& file, meta::ChangeSet& changes, const Draft& object,
                   const chunk::LiveIndex::Frozen* written) {
  const auto& view = file.view();
  const auto* message = object.find(MessageType::layout);
  const auto* space_message = object.find(MessageType::dataspace);
  if (message == nullptr || space_message == nullptr) return;
  const auto layout = format::decode_layout(*message->body, view.widths());
  if (const auto* contiguous = std::get_if<ContiguousLayout>(&layout)) {
    if (contiguous->address && contiguous->size > 0) changes.free(*contiguous->address, contiguous->size);
    return;
  }
  const auto* chunked = std::get_if<ChunkedLayout>(&layout);
  if (chunked == nullptr) return;
  const auto free_chunk = [&](const chunk::ChunkRecord& record) { changes.free(record.address, record.stored_size); };
  // A chunk that was replaced stands in the list of those, not in the live index.
  if (written != nullptr)
    for (const auto& chunk : written->replaced) free_chunk(chunk.record);
  const auto space = format::decode_dataspace(*space_message->body, view.widths());
  const bool filtered = object.find(MessageType::filter_pipeline) != nullptr;
  const auto grid =
      object.dataset ? object.dataset->committed_grid() : chunk::ChunkGrid::of(*chunked, space, view.limits());
  const auto each = [&](std::span<const std::uint64_t>, const chunk::ChunkRecord& record) {
    free_chunk(record);
    return true;
  };
  if (object.dataset)
    object.dataset->index()->for_each(each);
  else
    chunk::open_chunk_index(view, *chunked, grid, filtered, file.parameters().chunk_k)->for_each(each);
  if (chunked->index_address)
    chunk::free_chunk_index(view, changes, *chunked, grid, filtered, file.parameters().chunk_k);
}

}  // namespace

void free_object(FileState& file, meta::ChangeSet& changes, const Draft& object,
                 const chunk::LiveIndex::Frozen* chunks) {
  const auto& view = file.view();
  changes.free(object.address, block_size(object));
  for (const auto& extent : object.stored.continuations) changes.free(extent.address, extent.size);
  for (const auto& extent : object.abandoned) changes.free(extent.address, extent.size);
  if (object.stored.dense_links) meta::free_dense_links(view, changes, *object.stored.dense_links);
  if (object.stored.symbol_table)
    meta::free_symbol_table(view, changes, *object.stored.symbol_table, file.parameters().leaf_k,
                            file.parameters().internal_k);
  if (object.stored.dense_attributes) meta::free_dense_attributes(view, changes, *object.stored.dense_attributes);
  free_elements(file, changes, object, chunks);
}

}  // namespace fiver::object
