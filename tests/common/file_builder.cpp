// The file, its objects, datasets and their chunks; indexes and groups stand beside.
#include "common/file_builder.hpp"

#include <algorithm>

#include "fiver/values/error.hpp"
#include "format/attribute_message.hpp"
#include "format/btree2_records.hpp"
#include "format/dataspace_message.hpp"
#include "format/datatype_message.hpp"
#include "format/fill_value_message.hpp"
#include "format/filter_pipeline_message.hpp"
#include "format/global_heap.hpp"
#include "format/layout_message.hpp"
#include "format/object_header.hpp"
#include "format/superblock.hpp"
#include "format/virtual_mapping.hpp"

namespace fiver::tests {
namespace {

using format::MessageType;

constexpr std::uint8_t superblock_version = 2;

std::uint64_t product(const Shape& shape) {
  std::uint64_t count = 1;
  for (const auto length : shape) count *= length;
  return count;
}

/// Row-major: the next coordinates below `ends`, or false after the last.
bool advance(Shape& at, const Shape& ends) {
  for (std::size_t i = at.size(); i-- > 0;) {
    if (++at[i] < ends[i]) return true;
    at[i] = 0;
  }
  return false;
}

/// One whole chunk, zeros beyond the edge.
Bytes cut_chunk(const DatasetSpec& spec, const Shape& scaled) {
  const auto& chunk = *spec.chunk;
  const std::size_t size = spec.type.size();
  Bytes bytes(static_cast<std::size_t>(product(chunk)) * size);
  Shape at(chunk.size());
  std::size_t to = 0;
  do {
    std::uint64_t from = 0;
    bool inside = true;
    for (std::size_t i = 0; i < at.size(); ++i) {
      const auto place = scaled[i] * chunk[i] + at[i];
      inside = inside && place < spec.shape[i];
      from = from * spec.shape[i] + place;
    }
    if (inside)
      std::copy_n(spec.data.begin() + static_cast<std::ptrdiff_t>(from * size), size,
                  bytes.begin() + static_cast<std::ptrdiff_t>(to));
    to += size;
  } while (advance(at, chunk));
  return bytes;
}

}  // namespace

Link hard_link(std::string name, Address target) {
  return {std::move(name), CharacterSet::ascii, {}, HardLink{target}};
}
Link soft_link(std::string name, std::string path) {
  return {std::move(name), CharacterSet::ascii, {}, SoftLink{std::move(path)}};
}

Bytes FileBuilder::encoded_space(const Shape& shape, const std::optional<Shape>& most) const {
  const auto space = shape.empty() ? Dataspace::scalar() : Dataspace::simple(shape, most);
  return encoded([&](Encoder& out) { format::encode_dataspace(out, space); });
}

Bytes FileBuilder::encoded_type(const Datatype& type) const {
  return encoded([&](Encoder& out) { format::encode_datatype(out, type); });
}

FileBuilder::FileBuilder(const std::vector<std::shared_ptr<const Filter>>& own)
    : file_(format::superblock_size(superblock_version, {})) {
  for (const auto& filter : own) filters_.add(filter);
}

Address FileBuilder::append(ByteView bytes) {
  file_.resize((file_.size() + 7) / 8 * 8);
  const Address address{file_.size()};
  file_.insert(file_.end(), bytes.begin(), bytes.end());
  return address;
}

void FileBuilder::put(Address address, ByteView bytes) {
  std::copy(bytes.begin(), bytes.end(), file_.begin() + static_cast<std::ptrdiff_t>(address.value));
}

Bytes FileBuilder::finish(Address root) {
  format::Superblock superblock;
  superblock.version = superblock_version;
  superblock.widths = widths_;
  superblock.end_of_file = file_.size();
  superblock.root_header = root;
  put({0}, encoded([&](Encoder& out) { format::encode_superblock(out, superblock); }));
  return file_;
}

Address FileBuilder::add_header(std::vector<Message> messages, const std::vector<AttributeSpec>& attributes,
                                std::uint8_t version) {
  for (const auto& attribute : attributes) {
    const auto type = encoded_type(attribute.type), space = encoded_space(attribute.shape);
    const format::AttributeMessage message{attribute.name, CharacterSet::ascii, type, space, false,
                                           false,          attribute.data};
    messages.emplace_back(MessageType::attribute,
                          encoded([&](Encoder& out) { format::encode_attribute(out, message); }));
  }
  std::vector<format::RawMessage> raw;
  for (const auto& [type, body] : messages) raw.push_back({static_cast<std::uint16_t>(type), 0, {}, body, 0});
  format::ObjectHeaderPrefix prefix;
  prefix.version = version;
  return append(format::encode_first_block(prefix, raw));
}

FilterPipeline FileBuilder::completed(const DatasetSpec& spec) const {
  auto filters = spec.filters;
  const FillValue fill;
  for (auto& filter : filters)
    if (const auto done = filters_.find(filter.id)->complete_parameters({spec.type, *spec.chunk, fill}, filter.values);
        !done)
      throw Error(ErrorKind::invalid_argument, done.reason);
  return filters;
}

std::vector<FileBuilder::PlacedChunk> FileBuilder::write_chunks(const DatasetSpec& spec,
                                                                const FilterPipeline& filters) {
  Shape counts;
  for (std::size_t i = 0; i < spec.shape.size(); ++i)
    counts.push_back((spec.shape[i] + (*spec.chunk)[i] - 1) / (*spec.chunk)[i]);
  std::vector<PlacedChunk> chunks;
  Shape scaled(counts.size());
  do {
    auto bytes = cut_chunk(spec, scaled);
    for (const auto& filter : filters) {
      Bytes out;
      if (const auto done = filters_.find(filter.id)->encode(filter.values, bytes, 2 * bytes.size() + 4096, out); !done)
        throw Error(ErrorKind::invalid_argument, done.reason);
      bytes = std::move(out);
    }
    chunks.push_back({scaled, {append(bytes), bytes.size(), 0}});
  } while (advance(scaled, counts));
  return chunks;
}

Bytes FileBuilder::write_chunked(const DatasetSpec& spec, const FilterPipeline& filters) {
  const auto chunks = write_chunks(spec, filters);
  const bool filtered = !filters.empty();
  const auto chunk_bytes = product(*spec.chunk) * spec.type.size();
  const auto elements = filtered ? format::ChunkElementFormat::with_filters(chunk_bytes, false, widths_)
                                 : format::ChunkElementFormat::plain();
  ChunkedLayout layout{*spec.chunk, spec.type.size(), true, false, {}, {}};
  if (spec.index == IndexForm::single) {
    const auto& only = chunks.at(0).element;
    layout.index = SingleChunkIndex{filtered, filtered ? only.stored_size : 0, 0};
    layout.index_address = only.address;
  } else if (spec.index == IndexForm::fixed_array) {
    layout.index = FixedArrayIndex{};
    layout.index_address = add_fixed_array(chunks, elements);
  } else if (spec.index == IndexForm::btree1) {
    layout.index_address = add_chunk_btree1(chunks, spec);
  } else {
    std::vector<Bytes> records;
    for (const auto& chunk : chunks)
      records.push_back(
          encoded([&](Encoder& out) { format::encode_chunk_record(out, chunk.element, elements, chunk.scaled); }));
    layout.index = BTree2Index{};
    layout.index_address = add_btree2(filtered ? 11 : 10, BTree2Index{}.node_size, records);
  }
  return encoded([&](Encoder& out) { format::encode_layout(out, layout, format::layout_version(layout)); });
}

Address FileBuilder::add_dataset(const DatasetSpec& spec) {
  std::optional<Shape> most;  // the tree of version 2 is for datasets that grow in several dimensions
  if (spec.chunk && spec.index == IndexForm::btree2) most = Shape(spec.shape.size(), unlimited);
  std::vector<Message> messages{
      {MessageType::dataspace, encoded_space(spec.shape, most)},
      {MessageType::datatype, encoded_type(spec.type)},
      {MessageType::fill_value, encoded([](Encoder& out) { format::encode_fill_value(out, {}); })}};
  if (spec.chunk) {
    const auto filters = completed(spec);
    messages.emplace_back(MessageType::layout, write_chunked(spec, filters));
    if (!filters.empty())
      messages.emplace_back(MessageType::filter_pipeline,
                            encoded([&](Encoder& out) { format::encode_filter_pipeline(out, filters); }));
  } else {
    const Layout layout = ContiguousLayout{append(spec.data), spec.data.size()};
    messages.emplace_back(MessageType::layout, encoded([&](Encoder& out) { format::encode_layout(out, layout, 3); }));
  }
  return add_header(std::move(messages), spec.attributes);
}

Address FileBuilder::add_virtual(const Datatype& type, const Shape& shape,
                                 const std::vector<VirtualMapping>& mappings) {
  const auto object = format::encode_virtual_mappings(mappings, widths_, format::SelectionStyle::v110);
  const std::uint64_t sizes[] = {object.size()};
  const format::NewGlobalHeapObject objects[] = {{1, 0, object}};
  const Layout layout = VirtualLayout{
      append(format::encode_global_heap(objects, format::global_heap_size_for(sizes, widths_), widths_)), 1};
  return add_header({{MessageType::dataspace, encoded_space(shape)},
                     {MessageType::datatype, encoded_type(type)},
                     {MessageType::fill_value, encoded([](Encoder& out) { format::encode_fill_value(out, {}); })},
                     {MessageType::layout, encoded([&](Encoder& out) { format::encode_layout(out, layout, 4); })}});
}

}  // namespace fiver::tests
