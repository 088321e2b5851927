#include "format/journal_record.hpp"

#include <algorithm>

#include "base/checksum.hpp"
#include "base/decoder.hpp"
#include "base/encoder.hpp"
#include "fiver/values/error.hpp"

namespace fiver::format {
namespace {

constexpr std::string_view record_signature = "FVJRNL01", trailer_signature = "FVJTRL01";
constexpr std::size_t checksums_at = journal_trailer_size - 8;

}  // namespace

Bytes encode_journal(const std::vector<JournalEntry>& entries, std::uint64_t position, std::uint64_t end_of_file) {
  std::vector<JournalImages> views;
  for (const auto& entry : entries) {
    auto& view = views.emplace_back(JournalImages{entry.position, {}, 0});
    for (const auto& image : entry.images) view.images.at(view.count++) = image;
  }
  return encode_journal(std::span<const JournalImages>(views), position, end_of_file);
}

Bytes encode_journal(std::span<const JournalImages> entries, std::uint64_t position, std::uint64_t end_of_file) {
  Encoder out;
  out.signature(record_signature);
  out.u32(static_cast<std::uint32_t>(entries.size()));
  for (const auto& entry : entries) {
    out.u64(entry.position);
    out.u32(static_cast<std::uint32_t>(entry.images.front().size()));
    out.u8(static_cast<std::uint8_t>(entry.count));
    for (unsigned i = 0; i < entry.count; ++i) out.bytes(entry.images.at(i));
  }
  out.pad_to_multiple(journal_trailer_size);
  const auto record_size = out.size();
  const auto record_checksum = lookup3(out.view());
  out.signature(trailer_signature);
  out.u64(position + record_size);
  out.u64(position);
  out.u64(end_of_file);
  out.zeros(record_size + checksums_at - out.size());
  out.u32(record_checksum);
  out.u32(lookup3(out.view().subspan(record_size)));
  return std::move(out).take();
}

std::optional<JournalTrailer> decode_journal_trailer(ByteView last, std::uint64_t position) {
  if (last.size() != journal_trailer_size || position % journal_trailer_size != 0) return std::nullopt;
  Decoder in(last, {}, "journal trailer");
  if (!std::equal(trailer_signature.begin(), trailer_signature.end(), last.begin(),
                  [](char c, std::byte b) { return static_cast<std::byte>(c) == b; }))
    return std::nullopt;
  in.skip(trailer_signature.size(), "signature");
  JournalTrailer trailer;
  const auto own = in.u64("own position");
  trailer.record_position = in.u64("record position");
  trailer.end_of_file = in.u64("end of file");
  in.skip(checksums_at - in.position(), "gap");
  trailer.record_checksum = in.u32("record checksum");
  if (in.u32("trailer checksum") != lookup3(last.first(journal_trailer_size - 4)) || own != position)
    return std::nullopt;
  if (trailer.record_position > position || trailer.record_position % journal_trailer_size != 0) return std::nullopt;
  return trailer;
}

std::optional<std::vector<JournalEntry>> decode_journal_record(ByteView record, const JournalTrailer& trailer) {
  if (lookup3(record) != trailer.record_checksum) return std::nullopt;
  try {
    Decoder in(record, {}, "journal record");
    in.signature(record_signature);
    std::vector<JournalEntry> entries;
    for (auto left = in.u32("count"); left > 0; --left) {
      JournalEntry entry;
      entry.position = in.u64("position");
      const auto size = in.u32("size");
      const auto images = in.u8("images");
      if (images < 2) in.fail("no new bytes");
      for (unsigned i = 0; i < images; ++i) {
        const auto image = in.bytes(size, "image");
        entry.images.emplace_back(image.begin(), image.end());
      }
      entries.push_back(std::move(entry));
    }
    return entries;
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace fiver::format
