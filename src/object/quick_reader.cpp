// One box of few bytes: its place is computed, and its bytes are read or copied from where they are remembered. Whatever is out of the
// ordinary, errors included, is left to the planned read, which has the words for it.
#include "fiver/quick_reader.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "convert/memory_form.hpp"
#include "convert/plan.hpp"
#include "object/handle.hpp"
#include "object/reading.hpp"

namespace fiver {
namespace object {

class QuickElements {
 public:
  using Place = std::span<const std::uint64_t>;

  static std::unique_ptr<const QuickElements> of(const std::shared_ptr<const Handle>& handle, const Datatype& memory) {
    auto seen = handle->snapshot();
    const auto facts = seen->dataset();
    const auto& file = handle->file()->state();
    const bool written = file.writer() != nullptr;
    if (std::holds_alternative<VirtualLayout>(facts->layout) || !facts->external_files.empty() ||
        facts->space.kind == Dataspace::Kind::null || convert::has_variable_parts(memory) ||
        handle->file()->options().limits.result_bytes < QuickReader::most_bytes ||
        !convert::converts(facts->type, memory, file.view().widths()) ||
        !convert::ConversionPlan::make(facts->type, memory, file.view().widths()).is_copy())
      return nullptr;
    // Chunks that are being written may wait in memory.
    if (written && std::holds_alternative<ChunkedLayout>(facts->layout)) return nullptr;
    convert::Arena arena;
    auto fill = fill_element(*handle, memory, arena);
    return std::make_unique<const QuickElements>(handle, std::move(seen), facts->space, std::move(fill), written);
  }

  QuickElements(std::shared_ptr<const Handle> handle, std::shared_ptr<const ObjectSnapshot> seen, Dataspace space,
                Bytes fill, bool written)
      : handle_(std::move(handle)),
        seen_(seen),
        address_(seen.get()),
        settled_(written ? nullptr : seen),
        stored_(*seen->stored()),
        space_(std::move(space)),
        fill_(std::move(fill)) {}

  const Dataspace& space() const { return space_; }
  bool is_settled() const { return settled_ != nullptr; }
  bool is_current() const { return is_settled() || is_seen(*handle_->state()->snapshot()); }

  bool read(Place start, Place size, MutableBytes into) const {
    if (!fits(start, size, into.size())) return false;
    if (is_settled()) return read_now(start, size, into);
    return handle_->guarded([&] {
      const auto now = handle_->state()->snapshot();  // and with it what stored_ is part of, for as long as this takes
      return is_seen(*now) && read_now(start, size, into);
    });
  }

 private:
  bool is_seen(const ObjectSnapshot& now) const { return &now == address_; }

  bool fits(Place start, Place size, std::size_t bytes) const {
    if (start.size() != space_.dims.size() || size.size() != start.size() || bytes > QuickReader::most_bytes)
      return false;
    std::size_t wanted = fill_.size();
    for (std::size_t i = 0; i < start.size(); ++i) {
      if (size[i] == 0 || size[i] > bytes || start[i] >= space_.dims[i] || size[i] > space_.dims[i] - start[i])
        return false;
      wanted *= static_cast<std::size_t>(size[i]);
      if (wanted > bytes) return false;
    }
    return wanted == bytes;
  }

  bool read_now(Place start, Place size, MutableBytes into) const {
    if (!stored_.is_chunked()) {
      if (!stored_.was_written()) return put_fill(into);
      return copy_box(start, size, space_.dims, into,
                      [&](std::uint64_t offset, MutableBytes part) { stored_.raw()->read(offset, part); });
    }
    const auto rank = start.size();
    const auto& chunk = stored_.chunk();
    std::array<std::uint64_t, max_rank> scaled, within;  // NOLINT: filled as far as they are used
    for (std::size_t i = 0; i < rank; ++i) {
      scaled[i] = start[i] / chunk[i];
      within[i] = start[i] - scaled[i] * chunk[i];
      if (size[i] > chunk[i] - within[i]) return false;
    }
    const auto record = stored_.find({scaled.data(), rank}).record;
    if (!record) return put_fill(into);
    const Place from{within.data(), rank};
    if (stored_.codecs().is_plain(record->filter_mask)) {
      if (record->stored_size < stored_.chunk_bytes()) return false;
      return copy_box(from, size, chunk, into, [&](std::uint64_t offset, MutableBytes part) {
        pipeline::read_exactly(stored_.file(), Address{record->address.value + offset}, part, "data");
      });
    }
    const auto copy_from = [&](ByteView decoded) {
      return copy_box(from, size, chunk, into, [&](std::uint64_t offset, MutableBytes part) {
        std::copy_n(decoded.begin() + static_cast<std::ptrdiff_t>(offset), part.size(), part.begin());
      });
    };
    auto* shelf = stored_.decoded_chunks();
    if (shelf == nullptr) return false;
    if (const auto known = shelf->find(*record)) return known->size >= stored_.chunk_bytes() && copy_from(known->bytes);
    const auto bytes = static_cast<std::size_t>(stored_.chunk_bytes());
    if (bytes > QuickReader::most_bytes || record->stored_size > 2 * QuickReader::most_bytes) return false;
    // A planned read remembers chunks that are read in parts. These are so small that whole ones are worth it, too.
    auto piece = shelf->reserve();
    Bytes unkept(piece ? 0 : bytes), encoded(static_cast<std::size_t>(record->stored_size));
    const auto decoded = piece ? piece.bytes().first(bytes) : MutableBytes(unkept);
    pipeline::read_exactly(stored_.file(), record->address, encoded, "data");
    pipeline::CodecChain::Scratch scratch;
    if (stored_.codecs().decode(encoded, record->filter_mask, decoded, scratch) < bytes || !copy_from(decoded))
      return false;
    if (piece) shelf->keep(*record, std::move(piece), bytes);
    return true;
  }

  /// A box of the row-major `extent`, whose bytes `fetch(offset, into)` has. Several rows come with all that lies between them.
  template <class Fetch>
  bool copy_box(Place start, Place size, Place extent, MutableBytes into, const Fetch& fetch) const {
    std::uint64_t first = 0, last = 0, row = fill_.size();
    bool whole = true;  // all dimensions behind this one are
    std::size_t rows = 0;
    for (std::size_t i = 0; i < start.size(); ++i) {
      first = first * extent[i] + start[i];
      last = last * extent[i] + start[i] + size[i] - 1;
    }
    for (auto i = start.size(); i-- > 0 && whole;) {
      row *= size[i];
      whole = size[i] == extent[i];
      rows = i;
    }
    while (rows > 0 && size[rows - 1] == 1) --rows;
    first *= fill_.size();
    const auto span = (last + 1) * fill_.size() - first;
    if (span == into.size()) return fetch(first, into), true;
    std::array<std::byte, QuickReader::most_bytes> between;  // NOLINT: filled by fetch
    if (span > between.size()) return false;
    const auto bytes = MutableBytes(between).first(static_cast<std::size_t>(span));
    fetch(first, bytes);
    scatter(bytes, row, rows, size, extent, into);
    return true;
  }

  /// The rows, each `row` bytes, of the first `outer` dimensions, out of bytes that begin with the first of them.
  void scatter(ByteView bytes, std::uint64_t row, std::size_t outer, Place size, Place extent,
               MutableBytes into) const {
    std::array<std::uint64_t, max_rank> step, at{};  // NOLINT: filled as far as it is used
    std::uint64_t stride = fill_.size();
    for (auto i = size.size(); i-- > 0; stride *= extent[i]) step[i] = stride;
    std::uint64_t from = 0;
    for (std::size_t to = 0; to < into.size(); to += static_cast<std::size_t>(row)) {
      std::memcpy(into.data() + to, bytes.data() + from, static_cast<std::size_t>(row));
      for (auto i = outer; i-- > 0;) {
        from += step[i];
        if (++at[i] < size[i]) break;
        from -= step[i] * size[i];
        at[i] = 0;
      }
    }
  }

  bool put_fill(MutableBytes into) const {
    for (std::size_t at = 0; at < into.size(); at += fill_.size())
      std::copy(fill_.begin(), fill_.end(), into.begin() + static_cast<std::ptrdiff_t>(at));
    return true;
  }

  std::shared_ptr<const Handle> handle_;
  // In a file that is written to, whoever holds a snapshot keeps space from being used again. There its address stands for it, which the
  // weak pointer keeps from being another's.
  std::weak_ptr<const ObjectSnapshot> seen_;
  const ObjectSnapshot* address_;
  std::shared_ptr<const ObjectSnapshot> settled_;  ///< null in such a file
  const pipeline::StoredElements& stored_;         ///< the snapshot's
  Dataspace space_;
  Bytes fill_;  ///< an element never written
};

}  // namespace object

bool is_settled(const Object& object) {
  return object.handle().file()->state().writer() == nullptr;
}

QuickReader::QuickReader(std::unique_ptr<const object::QuickElements> elements) : elements_(std::move(elements)) {}
QuickReader::~QuickReader() = default;

std::shared_ptr<const QuickReader> QuickReader::make(const Dataset& dataset, const Datatype& memory) {
  return dataset.handle().guarded([&]() -> std::shared_ptr<const QuickReader> {
    auto elements = object::QuickElements::of(dataset.shared_handle(), memory);
    return elements ? std::make_shared<const QuickReader>(std::move(elements)) : nullptr;
  });
}

const Dataspace& QuickReader::space() const {
  return elements_->space();
}
bool QuickReader::is_settled() const {
  return elements_->is_settled();
}
bool QuickReader::is_current() const {
  return elements_->is_current();
}

bool QuickReader::read(std::span<const std::uint64_t> start, std::span<const std::uint64_t> size,
                       std::span<std::byte> into) const {
  try {
    return elements_->read(start, size, into);
  } catch (const Error&) {
    return false;
  }
}

}  // namespace fiver
