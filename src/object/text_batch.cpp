#include "object/text_batch.hpp"

#include <fmt/format.h>

#include <cstring>

#include "format/datatype_message.hpp"
#include "format/global_heap_filler.hpp"
#include "object/file_state.hpp"
#include "object/runtime_state.hpp"

namespace fiver::object {
namespace {

using format::GlobalHeapFiller;

/// A collection has so many bytes at most, but for one larger text.
constexpr std::uint64_t most_collection = 64 << 10;
/// Collections that are filled by one worker and written together.
constexpr std::uint64_t most_block = 1 << 20;

struct Collection {
  std::size_t first = 0;     ///< of its texts; empty ones are among them, and have no object
  std::uint64_t offset = 0;  ///< in its block
  std::uint64_t size = 0;
  std::uint32_t objects = 0;
};

struct Block {
  std::size_t first = 0, end = 0;  ///< of its collections
  std::uint64_t size = 0;
  Address address;
};

void set_element(MutableBytes element, std::size_t size, HeapId id) {
  store_little(static_cast<std::uint32_t>(size), element);
  const auto width = element.size() - 8;
  if (width == 8)
    store_little(id.collection.value, element.subspan(4, 8));
  else
    for (std::size_t i = 0; i < width; ++i) element[4 + i] = static_cast<std::byte>(id.collection.value >> (8 * i));
  store_little(id.index, element.subspan(4 + width));
}

template <class TextAt>
class Putting {
 public:
  Putting(const TextBatch& batch, std::size_t count, TextAt text, MutableBytes elements)
      : batch_(batch),
        widths_(batch.file.view().widths()),
        element_size_(format::variable_length_size(widths_)),
        count_(count),
        text_(std::move(text)),
        elements_(elements) {}

  std::optional<std::vector<HeapRange>> run() {
    plan();
    if (blocks_.empty() || (blocks_.size() == 1 && blocks_[0].size < most_collection)) return std::nullopt;
    auto& writer = batch_.file.writer_or_throw();
    std::size_t placed = 0;
    try {
      for (; placed < blocks_.size(); ++placed) blocks_[placed].address = writer.space().allocate(blocks_[placed].size);
      for (const auto& block : blocks_) writer.await_room(block.address.value + block.size);
      batch_.runtime.pool.run(blocks_.size(), batch_.threads, [&](std::size_t i, unsigned) { write(blocks_[i]); });
    } catch (...) {
      for (std::size_t i = 0; i < placed; ++i) writer.space().give_back({blocks_[i].address, blocks_[i].size});
      throw;
    }
    writer.note_data_written();
    std::vector<HeapRange> ranges;
    for (const auto& block : blocks_)
      for (auto i = block.first; i < block.end; ++i)
        ranges.push_back({{Address{block.address.value + collections_[i].offset}, 1}, collections_[i].objects});
    return ranges;
  }

 private:
  void plan() {
    const auto head = format::global_heap_header_size(widths_);
    Collection open{0, 0, head, 0};
    const auto close = [&](std::size_t next) {
      open.size = std::max(open.size, format::least_global_heap_size);
      if (blocks_.empty() || blocks_.back().size + open.size > most_block)
        blocks_.push_back({collections_.size(), collections_.size(), 0, {}});
      open.offset = blocks_.back().size;
      blocks_.back().size += open.size;
      ++blocks_.back().end;
      collections_.push_back(open);
      open = {next, 0, head, 0};
    };
    for (std::size_t i = 0; i < count_; ++i) {
      const auto size = text_(i).size();
      if (size == 0) continue;
      if (size > UINT32_MAX)
        throw Error(ErrorKind::invalid_argument,
                    fmt::format("variable-length element: {} elements, where the format counts to 2^32 - 1", size));
      const auto bytes = GlobalHeapFiller::object_bytes(size, widths_);
      if (open.objects > 0 && (open.size + bytes > most_collection || open.objects == format::most_global_heap_objects))
        close(i);
      open.size += bytes;
      ++open.objects;
    }
    if (open.objects > 0) close(count_);
  }

  void write(const Block& block) {
    const auto buffer = batch_.runtime.buffers.take(static_cast<std::size_t>(block.size));
    const auto bytes = buffer.span().first(static_cast<std::size_t>(block.size));
    for (auto i = block.first; i < block.end; ++i) {
      const auto& collection = collections_[i];
      const Address address{block.address.value + collection.offset};
      GlobalHeapFiller filler(
          bytes.subspan(static_cast<std::size_t>(collection.offset), static_cast<std::size_t>(collection.size)),
          widths_);
      const auto end = i + 1 < collections_.size() ? collections_[i + 1].first : count_;
      for (auto at = collection.first; at < end; ++at) {
        const auto text = text_(at);
        set_element(elements_.subspan(at * element_size_, element_size_), text.size(),
                    text.empty() ? HeapId{} : HeapId{address, filler.add(text)});
      }
      filler.finish();
      batch_.file.heap().forget(address);
    }
    auto& view = batch_.file.view();
    view.storage().write_at(view.base() + block.address.value, bytes);
    view.forget(block.address, block.size);
  }

  const TextBatch& batch_;
  FieldWidths widths_;
  std::size_t element_size_, count_;
  TextAt text_;
  MutableBytes elements_;
  std::vector<Collection> collections_;
  std::vector<Block> blocks_;
};

template <class TextAt>
std::optional<std::vector<HeapRange>> put_all(const TextBatch& batch, std::size_t count, TextAt text,
                                              MutableBytes elements) {
  return Putting<TextAt>(batch, count, std::move(text), elements).run();
}

}  // namespace

std::optional<std::vector<HeapRange>> TextBatch::put(std::span<const std::string> texts, MutableBytes elements) const {
  return put_all(
      *this, texts.size(), [texts](std::size_t i) { return bytes_of(texts[i]); }, elements);
}

std::optional<std::vector<HeapRange>> TextBatch::put(ByteView texts, MutableBytes elements) const {
  const auto text = [texts](std::size_t i) -> ByteView {
    VariablePart part;
    std::memcpy(&part, texts.data() + i * sizeof part, sizeof part);
    if (part.size != 0 && part.data == nullptr)
      throw Error(ErrorKind::invalid_argument,
                  fmt::format("variable-length element: {} elements at a null pointer", part.size));
    return {part.data, static_cast<std::size_t>(part.size)};
  };
  return put_all(*this, texts.size() / sizeof(VariablePart), text, elements);
}

}  // namespace fiver::object
