#include "format/small_messages.hpp"

#include <fmt/format.h>

#include <chrono>

#include "base/decoder.hpp"

namespace fiver::format {
namespace {

unsigned decode_digits(Decoder& in, unsigned count, std::string_view field) {
  unsigned value = 0;
  for (const auto byte : in.bytes(count, field)) {
    const auto digit = std::to_integer<unsigned>(byte) - '0';
    if (digit > 9) in.fail(fmt::format("{} is not a number", field));
    value = 10 * value + digit;
  }
  return value;
}

}  // namespace

Continuation decode_continuation(ByteView body, FieldWidths widths) {
  Decoder in(body, widths, "continuation message");
  Continuation continuation;
  continuation.address = in.defined_address("address");
  continuation.length = in.length("length");
  if (continuation.length == 0) in.fail("a block of 0 bytes");
  return continuation;
}

void encode_continuation(Encoder& out, const Continuation& continuation) {
  out.address(continuation.address);
  out.length(continuation.length);
}

std::uint32_t decode_modification_time(ByteView body, FieldWidths widths) {
  Decoder in(body, widths, "modification time message");
  in.version(1);
  in.reserved(3);
  return in.u32("seconds");
}

void encode_modification_time(Encoder& out, std::uint32_t seconds) {
  out.version(1);
  out.zeros(3);
  out.u32(seconds);
}

std::int64_t decode_old_modification_time(ByteView body, FieldWidths widths) {
  using namespace std::chrono;
  Decoder in(body, widths, "old modification time message");
  const auto y = decode_digits(in, 4, "year"), m = decode_digits(in, 2, "month"), d = decode_digits(in, 2, "day");
  const auto hour = decode_digits(in, 2, "hour"), minute = decode_digits(in, 2, "minute"),
             second = decode_digits(in, 2, "second");
  in.reserved(2);
  const year_month_day date{year{static_cast<int>(y)}, month{m}, day{d}};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60)
    in.fail(fmt::format("no such time: {:04}-{:02}-{:02} {:02}:{:02}:{:02}", y, m, d, hour, minute, second));
  const std::int64_t days = sys_days{date}.time_since_epoch().count();
  return ((days * 24 + hour) * 60 + minute) * 60 + second;
}

void encode_old_modification_time(Encoder& out, std::int64_t seconds) {
  using namespace std::chrono;
  constexpr std::int64_t day_seconds = 86400, first = -62167219200, last = 253402300799;
  if (seconds < first || seconds > last)
    throw Error(ErrorKind::invalid_argument,
                fmt::format("{} seconds since 1970 are not in the years 0 to 9999", seconds));
  auto count = seconds / day_seconds, rest = seconds % day_seconds;
  if (rest < 0) {
    rest += day_seconds;
    --count;
  }
  const year_month_day date{sys_days{days{count}}};
  out.bytes(bytes_of(fmt::format("{:04}{:02}{:02}{:02}{:02}{:02}", static_cast<int>(date.year()),
                                 static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), rest / 3600,
                                 rest / 60 % 60, rest % 60)));
  out.zeros(2);
}

std::string decode_comment(ByteView body, FieldWidths widths) {
  Decoder in(body, widths, "comment message");
  return in.text("comment");
}

void encode_comment(Encoder& out, std::string_view comment) {
  if (comment.find('\0') != std::string_view::npos)
    throw Error(ErrorKind::invalid_argument, "a comment with a NUL in it");
  out.text(comment);
}

std::uint32_t decode_reference_count(ByteView body, FieldWidths widths) {
  Decoder in(body, widths, "reference count message");
  in.version(0);
  return in.u32("reference count");
}

void encode_reference_count(Encoder& out, std::uint32_t count) {
  out.version(0);
  out.u32(count);
}

}  // namespace fiver::format
