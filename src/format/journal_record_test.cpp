#include "format/journal_record.hpp"

#include <gtest/gtest.h>

#include "base/checksum.hpp"
#include "format/damage_testing.hpp"

namespace fiver::format {
namespace {

constexpr std::uint64_t place = 4096, end_of_file = 4000;

Bytes image(std::size_t size, unsigned seed) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>((i * 7 + seed) & 0xFFU);
  return bytes;
}

std::vector<JournalEntry> some_entries() {
  return {{0, {image(48, 1), image(48, 2)}},
          {512, {image(300, 3), image(300, 4), image(300, 5)}},
          {2048, {image(1, 6), image(1, 7)}}};
}

struct Parts {
  Bytes record, trailer;
  std::uint64_t trailer_position = 0;
};

Parts parts_of(const Bytes& journal) {
  const auto split = journal.end() - static_cast<std::ptrdiff_t>(journal_trailer_size);
  return {Bytes(journal.begin(), split), Bytes(split, journal.end()), place + journal.size() - journal_trailer_size};
}

/// Both parts, as recovery reads them.
std::optional<std::vector<JournalEntry>> decode(ByteView journal) {
  if (journal.size() < journal_trailer_size) return std::nullopt;
  const auto trailer =
      decode_journal_trailer(journal.last(journal_trailer_size), place + journal.size() - journal_trailer_size);
  if (!trailer || trailer->record_position != place) return std::nullopt;
  return decode_journal_record(journal.first(journal.size() - journal_trailer_size), *trailer);
}

TEST(JournalRecord, ComesBackAsItWas) {
  const auto journal = encode_journal(some_entries(), place, end_of_file);
  EXPECT_EQ(journal.size() % journal_trailer_size, 0U);
  EXPECT_EQ(decode(journal), some_entries());
  const auto parts = parts_of(journal);
  const auto trailer = decode_journal_trailer(parts.trailer, parts.trailer_position);
  ASSERT_TRUE(trailer);
  EXPECT_EQ(trailer->record_position, place);
  EXPECT_EQ(trailer->end_of_file, end_of_file);
}

TEST(JournalRecord, MayHaveOneEntryOrMany) {
  std::vector<JournalEntry> many;
  for (unsigned i = 0; i < 200; ++i) many.push_back({i * 512, {image(100 + i, i), image(100 + i, i + 1)}});
  EXPECT_EQ(decode(encode_journal(many, place, end_of_file)), many);
  many.resize(1);
  EXPECT_EQ(decode(encode_journal(many, place, end_of_file)), many);
  many.clear();
  EXPECT_EQ(decode(encode_journal(many, place, end_of_file)), many);
}

TEST(JournalRecord, OfAnotherPlaceIsNone) {
  const auto parts = parts_of(encode_journal(some_entries(), place, end_of_file));
  for (const std::uint64_t position : {parts.trailer_position - 512, parts.trailer_position + 512, std::uint64_t{0}})
    EXPECT_FALSE(decode_journal_trailer(parts.trailer, position)) << position;
  EXPECT_FALSE(decode_journal_trailer(parts.trailer, parts.trailer_position + 8));
}

TEST(JournalRecord, CutShortIsNone) {
  const auto journal = encode_journal(some_entries(), place, end_of_file);
  for (std::size_t size = 0; size < journal.size(); ++size) EXPECT_FALSE(decode(ByteView(journal).first(size))) << size;
  const auto parts = parts_of(journal);
  const auto trailer = decode_journal_trailer(parts.trailer, parts.trailer_position);
  for (std::size_t size = 0; size < parts.record.size(); ++size)
    EXPECT_FALSE(decode_journal_record(ByteView(parts.record).first(size), *trailer)) << size;
}

TEST(JournalRecord, WithAFlippedBitIsNone) {
  auto journal = encode_journal(some_entries(), place, end_of_file);
  for (std::size_t bit = 0; bit < 8 * journal.size(); ++bit) {
    const auto mask = static_cast<std::byte>(1U << (bit % 8));
    journal[bit / 8] ^= mask;
    EXPECT_FALSE(decode(journal)) << "bit " << bit;
    journal[bit / 8] ^= mask;
  }
}

/// Trailers with right checksums around records that say nonsense.
TEST(JournalRecord, ThatContradictsItselfIsNone) {
  const auto good = parts_of(encode_journal(some_entries(), place, end_of_file));
  const auto trailer = decode_journal_trailer(good.trailer, good.trailer_position);
  const auto refused = [&](std::size_t at, std::uint8_t value) {
    auto record = good.record;
    record[at] = static_cast<std::byte>(value);
    auto sealed = *trailer;
    sealed.record_checksum = lookup3(record);
    return !decode_journal_record(record, sealed);
  };
  EXPECT_FALSE(refused(12, 1));    // a position may be any
  EXPECT_TRUE(refused(0, 'X'));    // signature
  EXPECT_TRUE(refused(11, 0xFF));  // a count beyond the record
  EXPECT_TRUE(refused(23, 0x7F));  // a size beyond the record
  EXPECT_TRUE(refused(24, 0));     // no images
  EXPECT_TRUE(refused(24, 1));     // only the old one
  EXPECT_TRUE(refused(24, 0xFF));  // more than there are
}

}  // namespace
}  // namespace fiver::format
