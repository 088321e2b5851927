// How a dataset's elements are stored (format specification IV.A.2.i, versions 1 to 5).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "fiver/values/address.hpp"
#include "fiver/values/dataspace.hpp"

namespace fiver {

/// The elements stand in the object header.
struct CompactLayout {
  std::vector<std::byte> data;
  friend bool operator==(const CompactLayout&, const CompactLayout&) = default;
};

/// One block; no address before the first write, or when the data are in external files.
struct ContiguousLayout {
  std::optional<Address> address;
  std::uint64_t size = 0;  ///< bytes as stored; older files cut it to 32 bits, so shape times type decides
  friend bool operator==(const ContiguousLayout&, const ContiguousLayout&) = default;
};

// The six chunk indexes, with the parameters that the layout message holds.
struct BTree1Index {
  friend bool operator==(const BTree1Index&, const BTree1Index&) = default;
};
struct SingleChunkIndex {
  bool filtered = false;
  std::uint64_t stored_size = 0;  ///< only filtered
  std::uint32_t filter_mask = 0;  ///< only filtered
  friend bool operator==(const SingleChunkIndex&, const SingleChunkIndex&) = default;
};
struct ImplicitIndex {
  friend bool operator==(const ImplicitIndex&, const ImplicitIndex&) = default;
};
struct FixedArrayIndex {
  std::uint8_t page_bits = 10;
  friend bool operator==(const FixedArrayIndex&, const FixedArrayIndex&) = default;
};
struct ExtensibleArrayIndex {
  std::uint8_t max_bits = 32, index_block_elements = 4, min_super_block_pointers = 4, min_data_block_elements = 16,
               page_bits = 10;
  friend bool operator==(const ExtensibleArrayIndex&, const ExtensibleArrayIndex&) = default;
};
struct BTree2Index {
  std::uint32_t node_size = 2048;
  std::uint8_t split_percent = 100, merge_percent = 40;
  friend bool operator==(const BTree2Index&, const BTree2Index&) = default;
};
using ChunkIndexKind =
    std::variant<BTree1Index, SingleChunkIndex, ImplicitIndex, FixedArrayIndex, ExtensibleArrayIndex, BTree2Index>;

struct ChunkedLayout {
  Shape chunk;                     ///< elements per dimension, as many as the dataspace has
  std::uint32_t element_size = 0;  ///< bytes of one element
  bool filter_partial_chunks =
      true;                 ///< false: a chunk that crosses the extent is stored unfiltered, whatever its mask says
  bool wide_sizes = false;  ///< layout version 5: stored sizes in the index take "size of lengths" bytes
  ChunkIndexKind index = BTree1Index{};
  std::optional<Address> index_address;  ///< absent: no chunk was ever written
  friend bool operator==(const ChunkedLayout&, const ChunkedLayout&) = default;
};

/// The mappings stand in a global heap object; absent: none yet.
struct VirtualLayout {
  std::optional<Address> heap;
  std::uint32_t heap_index = 0;
  friend bool operator==(const VirtualLayout&, const VirtualLayout&) = default;
};

using Layout = std::variant<CompactLayout, ContiguousLayout, ChunkedLayout, VirtualLayout>;

/// One piece of external raw storage, in order (format specification IV.A.2.h).
struct ExternalFile {
  std::string name;
  std::uint64_t offset = 0;  ///< bytes into that file
  std::uint64_t size = 0;    ///< bytes there; `unlimited` only in the last one
  friend bool operator==(const ExternalFile&, const ExternalFile&) = default;
};

}  // namespace fiver
