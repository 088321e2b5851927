// Composes whole HDF5 files in memory from the encoders of src/format, for tests that need a certain form of group, index or damage:
// superblock 2, object headers 2, groups of all three kinds, contiguous, chunked and virtual datasets, attributes. Objects are added
// before the groups that hold them; finish() gives the file.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/encoder.hpp"
#include "base/field_widths.hpp"
#include "codecs/registry.hpp"
#include "fiver/values/address.hpp"
#include "fiver/values/dataspace.hpp"
#include "fiver/values/datatype.hpp"
#include "fiver/values/filter_spec.hpp"
#include "fiver/values/link.hpp"
#include "fiver/values/virtual_mapping.hpp"
#include "format/chunk_element.hpp"
#include "format/message_types.hpp"

namespace fiver::tests {

enum class IndexForm { single, fixed_array, btree2, btree1 };
enum class GroupForm { compact, dense, symbol_table };

template <class T>
Bytes bytes_from(const std::vector<T>& values) {
  const auto view = std::as_bytes(std::span(values));
  return {view.begin(), view.end()};
}

struct AttributeSpec {
  std::string name;
  Datatype type;
  Shape shape;  ///< empty: a scalar
  Bytes data;
};

struct DatasetSpec {
  Datatype type;
  Shape shape;
  Bytes data;                    ///< as stored, row-major
  std::optional<Shape> chunk{};  ///< absent: contiguous
  IndexForm index = IndexForm::fixed_array;
  FilterPipeline filters{};  ///< parameters are completed by the filters
  std::vector<AttributeSpec> attributes{};
};

/// Elements of a C++ type, contiguous; chunks, filters and attributes may be set afterwards.
template <class T>
DatasetSpec dataset_of(const std::vector<T>& values, Shape shape) {
  return {native_type<T>(), std::move(shape), bytes_from(values)};
}

Link hard_link(std::string name, Address target);
Link soft_link(std::string name, std::string path);

class FileBuilder {
 public:
  using Message = std::pair<format::MessageType, Bytes>;

  /// `own`: filters beside the built-in ones.
  explicit FileBuilder(const std::vector<std::shared_ptr<const Filter>>& own = {});

  Address add_dataset(const DatasetSpec& spec);
  Address add_virtual(const Datatype& type, const Shape& shape, const std::vector<VirtualMapping>& mappings);
  Address add_group(const std::vector<Link>& links, GroupForm form = GroupForm::compact,
                    const std::vector<AttributeSpec>& attributes = {});
  /// The file. The builder may go on: what was added stays where it is.
  Bytes finish(Address root);

  // Pieces, for files of a form of their own.
  /// Bytes where the file ends now, aligned to 8.
  Address append(ByteView bytes);
  /// An object header of version 2 (1 for symbol tables).
  Address add_header(std::vector<Message> messages, const std::vector<AttributeSpec>& attributes = {},
                     std::uint8_t version = 2);
  /// A version 2 B-tree of records that are in order.
  Address add_btree2(std::uint8_t type, std::uint32_t node_size, const std::vector<Bytes>& records);

 private:
  struct PlacedChunk {
    Shape scaled;
    format::ChunkElement element;
  };
  void put(Address address, ByteView bytes);
  Bytes encoded_space(const Shape& shape, const std::optional<Shape>& most = {}) const;
  Bytes encoded_type(const Datatype& type) const;
  FilterPipeline completed(const DatasetSpec& spec) const;
  std::vector<PlacedChunk> write_chunks(const DatasetSpec& spec, const FilterPipeline& filters);
  Bytes write_chunked(const DatasetSpec& spec, const FilterPipeline& filters);
  Address add_fixed_array(const std::vector<PlacedChunk>& chunks, const format::ChunkElementFormat& elements);
  Address add_chunk_btree1(const std::vector<PlacedChunk>& chunks, const DatasetSpec& spec);
  std::vector<Message> dense_links(const std::vector<Link>& links);
  std::vector<Message> symbol_table(std::vector<Link> links);
  struct BTree1Place {
    std::uint8_t level = 0;
    std::optional<Address> left, right;
    std::vector<Address> children;
    std::size_t first = 0,
                span = 1;  ///< of the lowest level's items: the first child's first one, and how many a child has
  };
  Address add_btree1(std::vector<Address> children, unsigned k, std::uint64_t node_size,
                     const std::function<Bytes(const BTree1Place&)>& encode_node);
  /// The bytes that `encode(encoder)` writes.
  template <class Encode>
  Bytes encoded(Encode&& encode) const {
    Encoder out(widths_);
    encode(out);
    return std::move(out).take();
  }

  Bytes file_;
  FieldWidths widths_{};
  FilterRegistry filters_ = FilterRegistry::with_builtins();
};

}  // namespace fiver::tests
