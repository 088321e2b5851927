// Fiver's own: the record that a commit leaves past the end of the file before it rewrites anything in place (docs/durability.md). HDF5 ignores
// bytes there; a writer of the C library cuts them off, so that a record is never applied to what somebody else has changed since.
//
//   record   "FVJRNL01" count(4) {position(8) size(4) images(1) image...}... 0... trailer
//   trailer  "FVJTRL01" trailer position(8) record position(8) end of file(8) 0... record checksum(4) trailer checksum(4)
//
// The trailer is the file's last 512 bytes, on a line of 512. Positions are bytes of the storage. Images are of one size: the old bytes, what
// stands there for a moment where links are moved, the new bytes. All stand there so that a torn rewrite is told from one by somebody else:
// each of its bytes is a byte of one of them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.hpp"

namespace fiver::format {

struct JournalEntry {
  std::uint64_t position = 0;
  std::vector<Bytes> images;  ///< two or three of one size, in the order of time
  friend bool operator==(const JournalEntry&, const JournalEntry&) = default;
};

/// The same, to be encoded; somebody else has the bytes.
struct JournalImages {
  std::uint64_t position = 0;
  std::array<ByteView, 3> images;
  unsigned count = 0;
};

struct JournalTrailer {
  std::uint64_t record_position = 0;
  std::uint64_t end_of_file = 0;  ///< where the file's contents end once the commit is done
  std::uint32_t record_checksum = 0;
  friend bool operator==(const JournalTrailer&, const JournalTrailer&) = default;
};

inline constexpr std::uint64_t journal_trailer_size = 512;

/// Record and trailer for a place, on a line of 512; the whole ends on one, too.
Bytes encode_journal(std::span<const JournalImages> entries, std::uint64_t position, std::uint64_t end_of_file);
Bytes encode_journal(const std::vector<JournalEntry>& entries, std::uint64_t position, std::uint64_t end_of_file);
/// `last`: the 512 bytes from `position` to the end of the file. Nothing when they are no trailer of that place: any data may stand there.
std::optional<JournalTrailer> decode_journal_trailer(ByteView last, std::uint64_t position);
/// `record`: the bytes from the record's to the trailer's position. Nothing when they don't fit the trailer.
std::optional<std::vector<JournalEntry>> decode_journal_record(ByteView record, const JournalTrailer& trailer);

}  // namespace fiver::format
