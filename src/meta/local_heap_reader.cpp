#include "meta/local_heap_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/checked.hpp"

namespace fiver::meta {

LocalHeapReader::LocalHeapReader(const FileView& file, Address heap)
    : file_(file),
      heap_(heap),
      header_(file.decode_at(
          heap, format::local_heap_header_size(file.widths()), "local heap",
          [&](const SharedBytes& b) { return format::decode_local_heap_header(b.bytes, file.widths()); })) {}

void LocalHeapReader::load() {
  if (!all_.keeper) all_ = file_.read(header_.data, header_.data_size.value, "local heap data");
}

LocalHeapReader::Text LocalHeapReader::find(std::uint64_t offset) const {
  if (all_.keeper) return {{}, format::local_heap_text(all_.bytes, offset)};
  const auto size = header_.data_size.value;
  if (offset >= size)
    throw Error(ErrorKind::corrupt, fmt::format("local heap: a name at offset {} of {} bytes", offset, size)).at(heap_);
  const auto start = checked_add(header_.data.value, offset);
  if (!start) throw Error(ErrorKind::corrupt, "local heap: its data lie beyond all addresses").at(heap_);
  for (std::uint64_t room = 256;; room *= 16) {
    const auto wanted = std::min(room, size - offset);
    const auto part = file_.read_up_to(Address{*start}, wanted);
    const auto nul = std::find(part.bytes.begin(), part.bytes.end(), std::byte{0});
    if (nul != part.bytes.end()) return {part, text_of(ByteView(part.bytes.begin(), nul))};
    if (wanted == size - offset || part.bytes.size() < wanted)
      throw Error(ErrorKind::corrupt, fmt::format("local heap: the name at offset {} has no end", offset)).at(heap_);
  }
}

std::string LocalHeapReader::text(std::uint64_t offset) const {
  return std::string(find(offset).text);
}

int LocalHeapReader::compare(std::uint64_t offset, std::string_view name) const {
  return find(offset).text.compare(name);
}

}  // namespace fiver::meta
