// The record that a commit leaves past the end of the file, and recovery over a file that ends with one. Byte 0 chooses.
#include "format/journal_record.hpp"
#include "io/memory_storage.hpp"
#include "meta/recovery.hpp"
#include "sealing.hpp"

namespace {

using namespace fiver;
using namespace fiver::format;
using namespace fiver::fuzzing;

constexpr std::uint64_t place = 1024;

/// Any record under a right checksum.
void record(ByteView input) {
  JournalTrailer trailer;
  trailer.record_checksum = lookup3(input);
  const auto entries = decode_journal_record(input, trailer);
  if (!entries) return;
  for (const auto& entry : *entries)
    if (entry.images.size() < 2) fail("an entry without new bytes");
  const auto bytes = encode_journal(*entries, place, place);
  const auto last = ByteView(bytes).last(journal_trailer_size);
  const auto again = decode_journal_trailer(last, place + bytes.size() - journal_trailer_size);
  if (!again) fail("a trailer that is not found");
  if (decode_journal_record(ByteView(bytes).first(bytes.size() - journal_trailer_size), *again) != entries)
    fail("a record changed on its way through the encoder");
}

void trailer(ByteView input) {
  const auto bytes = sealed(input, journal_trailer_size);
  decode_journal_trailer(bytes, place);
}

/// A file of two lines, the first half of which a record says something about.
void recovery(ByteView input) {
  const auto number = take_byte(input) % 8;
  Bytes file(place);
  std::copy_n(input.begin(), std::min(file.size(), input.size()), file.begin());
  std::vector<JournalEntry> entries;
  for (unsigned i = 0; i < number; ++i) {
    JournalEntry entry;
    entry.position = take_byte(input) * 4U;
    const auto size = take_byte(input);
    for (unsigned images = 2 + take_byte(input) % 2; images > 0; --images) {
      Bytes image(size);
      std::copy_n(input.begin(), std::min<std::size_t>(size, input.size()), image.begin());
      input = input.subspan(std::min<std::size_t>(size, input.size()));
      entry.images.push_back(std::move(image));
    }
    if (take_byte(input) % 2 == 0 && entry.position + size <= file.size())
      std::copy(entry.images.front().begin(), entry.images.front().end(),
                file.begin() + static_cast<std::ptrdiff_t>(entry.position));
    entries.push_back(std::move(entry));
  }
  const auto journal = encode_journal(entries, place, place);
  file.insert(file.end(), journal.begin(), journal.end());
  io::MemoryStorage storage(file);
  const auto found = meta::find_unfinished_commit(storage);
  meta::finish_commit(storage, found);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto input = std::as_bytes(std::span(data, size));
  const auto choice = take_byte(input) % 3;
  survives([&] {
    if (choice == 0)
      record(input);
    else if (choice == 1)
      trailer(input);
    else
      recovery(input);
  });
  return 0;
}
