// A filter: one reversible step between a chunk's elements and its stored bytes. The built-in ones implement this interface,
// and users add their own to a Runtime's registry. A filter has no state: one object serves every chunk on every thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fiver/values/dataspace.hpp"
#include "fiver/values/datatype.hpp"
#include "fiver/values/fill_value.hpp"
#include "fiver/values/filter_spec.hpp"

namespace fiver {

/// The result of coding one chunk. `reason` says, in a few words and with byte positions, why it failed.
struct FilterStatus {
  enum class Code : std::uint8_t { ok, bad_data, no_room, bad_parameters, unavailable };
  Code code = Code::ok;
  std::string reason;
  explicit operator bool() const noexcept { return code == Code::ok; }
  static FilterStatus ok() { return {}; }
  static FilterStatus bad_data(std::string reason) { return {Code::bad_data, std::move(reason)}; }
  /// The result is larger than `room`: an incompressible chunk when encoding, a bomb when decoding.
  static FilterStatus no_room(std::string reason) { return {Code::no_room, std::move(reason)}; }
  static FilterStatus bad_parameters(std::string reason) { return {Code::bad_parameters, std::move(reason)}; }
  /// The library this filter needs is not on this machine.
  static FilterStatus unavailable(std::string reason) { return {Code::unavailable, std::move(reason)}; }
};

/// An independent piece of an encoded chunk: what a decoder on another device needs.
struct ChunkBlock {
  std::uint64_t stored_offset = 0, stored_size = 0;    ///< bytes in the stored chunk
  std::uint64_t decoded_offset = 0, decoded_size = 0;  ///< bytes in the decoded chunk
  std::string_view codec;                              ///< "bitshuffle+lz4", "bitshuffle+zstd", "lz4", "stored"
  friend bool operator==(const ChunkBlock&, const ChunkBlock&) = default;
};

/// What a filter may look at when a dataset is created, to complete its parameters.
struct FilterContext {
  const Datatype& type;
  const Shape& chunk;
  const FillValue& fill;
};

class Filter {
 public:
  virtual ~Filter() = default;

  virtual std::uint16_t id() const noexcept = 0;
  /// A short name for people: "deflate", "bitshuffle".
  virtual std::string_view name() const noexcept = 0;

  /// Undoes the filter. `expected` is the size of a whole decoded chunk in bytes: the size of the result when this is the first
  /// filter of the pipeline, a guess otherwise. The result may never grow past `room` bytes: return no_room then, before
  /// allocating. `out` is replaced.
  virtual FilterStatus decode(std::span<const std::uint32_t> values, std::span<const std::byte> in,
                              std::size_t expected, std::size_t room, std::vector<std::byte>& out) const = 0;

  /// Undoes the filter straight into `out`, which has the size of the whole result. The default decodes and copies.
  virtual FilterStatus decode_into(std::span<const std::uint32_t> values, std::span<const std::byte> in,
                                   std::span<std::byte> out) const;

  /// True where encode() works in this build.
  virtual bool can_encode() const noexcept { return true; }
  /// Applies the filter. no_room: the result would not be smaller than `room`; the caller then stores the chunk without it when
  /// the filter is optional.
  virtual FilterStatus encode(std::span<const std::uint32_t> values, std::span<const std::byte> in, std::size_t room,
                              std::vector<std::byte>& out) const = 0;

  /// The parameters to store for a new dataset, from those the user gave ("set local"). The default keeps them.
  virtual FilterStatus complete_parameters(const FilterContext& context, std::vector<std::uint32_t>& values) const;

  /// The independent blocks of a stored chunk, in order of decoded_offset; empty when this filter's chunks have none.
  virtual std::optional<std::vector<ChunkBlock>> blocks(std::span<const std::uint32_t> values,
                                                        std::span<const std::byte> in, std::size_t expected) const;
  /// Decodes one of those blocks; `stored` and `out` are exactly its bytes.
  virtual FilterStatus decode_block(std::span<const std::uint32_t> values, const ChunkBlock& block,
                                    std::span<const std::byte> stored, std::span<std::byte> out) const;
};

}  // namespace fiver
