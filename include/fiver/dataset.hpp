// A dataset: typed elements in a shape, however they are stored, real or virtual.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "fiver/array.hpp"
#include "fiver/chunk.hpp"
#include "fiver/frames.hpp"
#include "fiver/group.hpp"
#include "fiver/object.hpp"
#include "fiver/values/decode_work.hpp"
#include "fiver/values/fill_value.hpp"
#include "fiver/values/filter_spec.hpp"
#include "fiver/values/layout.hpp"
#include "fiver/values/plan.hpp"
#include "fiver/values/selection.hpp"
#include "fiver/values/virtual_mapping.hpp"

namespace fiver {

struct ReadOptions {
  unsigned threads = 0;                        ///< workers at most; 0: all of the runtime's
  std::function<bool()> cancelled;             ///< asked between chunks; true ends the read with Error{cancelled}
  std::function<void(double share)> progress;  ///< 0 to 1, from the calling thread
  DecodeWork* decoding = nullptr;              ///< of reads: counts what is really decoded; several calls may share one
};

class Dataset : public Object {
 public:
  const Datatype& type() const;
  Dataspace space() const;
  Shape shape() const { return space().dims; }
  std::optional<Address> committed_type() const;
  Layout layout() const;
  const FillValue& fill_value() const;
  /// The fill value of text, of either kind, without padding; nothing where none was set. Throws invalid_argument for other types.
  std::optional<std::string> fill_text() const;
  const FilterPipeline& filters() const;
  const std::vector<ExternalFile>& external_files() const;
  /// Empty unless virtual.
  const std::vector<VirtualMapping>& virtual_mappings() const;
  bool is_virtual() const;
  /// Elements of a chunk; nothing unless chunked.
  std::optional<Shape> chunk_shape() const;
  /// Bytes that its elements take in its own file, filters applied, without index and header.
  std::uint64_t stored_size() const;

  /// What reading `selection` will touch. No data are read; sources of a virtual dataset are opened.
  Plan plan(const Selection& selection = all()) const;

  // Reading. A selection's elements come row-major (points: in their order). Throw invalid_argument when selection or type don't fit, corrupt,
  // unsupported, not_found (see Options::missing), limit, io, cancelled.
  /// As T. The result's shape is the selection's: of a box its size, of a strided selection its counts; flat for unions and points.
  template <class T>
  Array<T> read(const Selection& selection = all(), const ReadOptions& options = {}) const;
  /// As T into `into`, which has exactly as many elements as the selection.
  template <class T>
  Plan read_into(std::span<T> into, const Selection& selection = all(), const ReadOptions& options = {}) const {
    auto report = read_converted(native_type<T>(), std::as_writable_bytes(into), selection, options);
    settle(into);
    return report;
  }
  /// Any type: elements as `memory` into `into`. Not for types with variable-length parts.
  Plan read_converted(const Datatype& memory, std::span<std::byte> into, const Selection& selection = all(),
                      const ReadOptions& options = {}) const;
  /// In the stored type, variable-length parts included.
  Elements read_elements(const Selection& selection = all(), const ReadOptions& options = {}) const;
  /// As `memory`, variable-length parts included.
  Elements read_elements_as(const Datatype& memory, const Selection& selection = all(),
                            const ReadOptions& options = {}) const;
  /// Strings of either kind, without padding.
  std::vector<std::string> read_strings(const Selection& selection = all(), const ReadOptions& options = {}) const;
  /// The selection's result shape, as read() gives it.
  Shape result_shape(const Selection& selection) const;

  /// Frames along the first dimension, in order, read ahead and decoded on all cores. T is converted to.
  template <class T>
  Frames<T> frames(std::uint64_t first = 0, std::uint64_t count = unlimited) const;

  // Chunks as stored.
  /// Every stored chunk, in the order of the index; through a virtual dataset, its sources' chunks that lie whole in one mapping.
  std::vector<ChunkInfo> chunk_map() const;
  /// The same one by one, without a list: `visit` returns false to stop.
  void visit_chunks(const std::function<bool(const ChunkInfo&)>& visit) const;
  std::uint64_t chunk_count() const;
  /// The chunk that holds this element, if it was ever written.
  std::optional<ChunkInfo> find_chunk(const Shape& element) const;
  /// Its stored bytes; throws not_found where no chunk was written.
  StoredChunk read_chunk(const Shape& element) const;
  /// Stored bytes into `into`, which may be larger; returns the bytes read.
  std::size_t read_chunk_into(const Shape& element, std::span<std::byte> into,
                              std::uint32_t* filter_mask = nullptr) const;
  /// Undoes the filters of a stored chunk; `into` has the size of a whole decoded chunk.
  void decode_chunk(std::span<const std::byte> stored, std::uint32_t filter_mask, std::span<std::byte> into) const;
  /// Calls `work` once for each stored chunk, on all cores, in any order. The first exception ends it and is thrown here.
  void for_each_chunk(const std::function<void(const Chunk&)>& work, const ReadOptions& options = {}) const;

  // Writing. Any number of threads at once; of two calls on the same elements the one that returns last wins. Throw invalid_argument when
  // selection or type don't fit or the file is open for reading only, unsupported for filters that can't encode, io, limit, cancelled.
  /// Elements as T, row-major, exactly as many as the selection has.
  template <class T>
  void write(std::span<T> from, const Selection& selection = all(), const ReadOptions& options = {}) const {
    write_converted(native_type<std::remove_const_t<T>>(), std::as_bytes(from), selection, options);
  }
  template <class T>
  void write(const std::vector<T>& from, const Selection& selection = all(), const ReadOptions& options = {}) const {
    write(std::span(from), selection, options);
  }
  /// Elements of the type `memory`; parts of variable length are VariableParts.
  void write_converted(const Datatype& memory, std::span<const std::byte> from, const Selection& selection = all(),
                       const ReadOptions& options = {}) const;
  void write_strings(std::span<const std::string> from, const Selection& selection = all()) const;
  /// Stored bytes of a whole chunk as they are; `offset`: its first element. Bit i of the mask: filter i was not applied. Throws
  /// invalid_argument when no chunk starts there.
  void write_chunk(const Shape& offset, std::span<const std::byte> stored, std::uint32_t filter_mask = 0) const;
  /// Sets the extent, up to the maximum dimensions. Elements outside it are gone. Throws invalid_argument.
  void resize(const Shape& dims) const;

  using Object::Object;

 private:
  Buffer read_buffer(const Datatype& memory, const Selection& selection, const ReadOptions& options, Plan& report,
                     Shape& shape) const;
};

/// Box of whole frame(s): everything of the first dimension's index `first` (to first + count).
Selection frame(std::uint64_t first, std::uint64_t count = 1);

template <class T>
Array<T> Dataset::read(const Selection& selection, const ReadOptions& options) const {
  Plan report;
  Shape shape;
  Buffer bytes = read_buffer(native_type<T>(), selection, options, report, shape);
  Array<T> result(std::move(shape), std::move(bytes), std::move(report));
  settle(result.span());
  return result;
}

template <class T>
Dataset Group::create_dataset(const std::string& path, const Shape& dims, const NewDataset& settings) const {
  return create_dataset(path, native_type<T>(), growing_space(dims), settings);
}

template <class T>
Frames<T> Dataset::frames(std::uint64_t first, std::uint64_t count) const {
  return Frames<T>(FrameReader(*this, native_type<T>(), first, count));
}

}  // namespace fiver
