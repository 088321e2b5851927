#include "format/local_heap.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/checked.hpp"

namespace fiver::format {
namespace {

constexpr std::size_t alignment = 8;

}  // namespace

std::size_t local_heap_header_size(FieldWidths widths) {
  return described_size(LocalHeapHeader{}, widths);
}

LocalHeapHeader decode_local_heap_header(ByteView bytes, FieldWidths widths) {
  return decode_described<LocalHeapHeader>(bytes, widths, "local heap header");
}

Bytes encode_local_heap_header(const LocalHeapHeader& header, FieldWidths widths) {
  return encode_described(header, widths);
}

std::string_view local_heap_text(ByteView data, std::uint64_t offset) {
  if (offset >= data.size())
    throw Error(ErrorKind::corrupt,
                fmt::format("local heap: text at offset {}, the data have {} bytes", offset, data.size()));
  const auto text = text_of(data.subspan(static_cast<std::size_t>(offset)));
  const auto nul = text.find('\0');
  if (nul == std::string_view::npos)
    throw Error(ErrorKind::corrupt, fmt::format("local heap: text at offset {} has no NUL at its end", offset));
  return text.substr(0, nul);
}

std::vector<LocalHeapFreeBlock> decode_local_heap_free_list(ByteView data, FieldWidths widths, std::uint64_t head) {
  std::vector<LocalHeapFreeBlock> blocks;
  const std::uint64_t header = 2 * std::uint64_t{widths.length};
  // Blocks that do not overlap cannot be more than this: a list that returns to itself ends here.
  const auto most_blocks = data.size() / header;
  for (auto offset = head; offset != no_free_block;) {
    if (!lies_within(offset, header, data.size()))
      throw Error(ErrorKind::corrupt,
                  fmt::format("local heap: free block at offset {}, the data have {} bytes", offset, data.size()));
    if (blocks.size() == most_blocks)
      throw Error(ErrorKind::corrupt, "local heap: the list of free blocks does not end");
    Decoder decoder(data.subspan(static_cast<std::size_t>(offset)), widths, "local heap free block");
    const auto next = decoder.length("next free block");
    const auto size = decoder.length("size");
    if (size < header || !lies_within(offset, size, data.size()))
      throw Error(ErrorKind::corrupt, fmt::format("local heap: free block at offset {} of {} bytes, the data have {}",
                                                  offset, size, data.size()));
    blocks.push_back({offset, size});
    offset = next;
  }
  auto by_offset = blocks;
  std::sort(by_offset.begin(), by_offset.end(), [](const auto& a, const auto& b) { return a.offset < b.offset; });
  for (std::size_t i = 1; i < by_offset.size(); ++i)
    if (by_offset[i].offset - by_offset[i - 1].offset < by_offset[i - 1].size)
      throw Error(ErrorKind::corrupt, fmt::format("local heap: free blocks overlap at offset {}", by_offset[i].offset));
  return blocks;
}

std::uint64_t LocalHeapBuilder::add(std::string_view text) {
  const auto offset = data_.size();
  if (text.empty()) return 0;
  if (text.find('\0') != std::string_view::npos)
    throw Error(ErrorKind::invalid_argument, "local heap: a text with a NUL in it");
  const auto bytes = bytes_of(text);
  data_.insert(data_.end(), bytes.begin(), bytes.end());
  data_.resize((data_.size() / alignment + 1) * alignment);
  return offset;
}

LocalHeapBuilder::Built LocalHeapBuilder::build(std::size_t least_size, FieldWidths widths) const {
  Built built{data_, no_free_block};
  least_size = (least_size + alignment - 1) / alignment * alignment;
  if (least_size <= data_.size()) return built;
  const auto left_over = least_size - data_.size();
  if (left_over >= 2 * widths.length) {
    Encoder block(widths);
    block.length(no_free_block);
    block.length(left_over);
    built.free_list = data_.size();
    built.data.insert(built.data.end(), block.view().begin(), block.view().end());
  }
  built.data.resize(least_size);
  return built;
}

}  // namespace fiver::format
