// Messages of a few bytes (format specification IV.A.2.n, o, q, s, w).
//
//   continuation (0x10)           address(O) length(L)
//   modification time (0x12)      1 0(3) seconds(4)            old (0x0E): "YYYYMMDDhhmmss" 0(2)
//   comment (0x0D)                text NUL
//   reference count (0x16)        0 count(4)
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/encoder.hpp"
#include "base/field_widths.hpp"
#include "fiver/values/address.hpp"

namespace fiver::format {

/// Another block of the same object header. length: the whole block, signature and checksum included.
struct Continuation {
  Address address;
  std::uint64_t length = 0;
  friend bool operator==(const Continuation&, const Continuation&) = default;
};

/// A length of 0 is corrupt.
Continuation decode_continuation(ByteView body, FieldWidths widths);
void encode_continuation(Encoder& out, const Continuation& continuation);

/// Seconds since 1970-01-01 UTC.
std::uint32_t decode_modification_time(ByteView body, FieldWidths widths);
void encode_modification_time(Encoder& out, std::uint32_t seconds);
std::int64_t decode_old_modification_time(ByteView body, FieldWidths widths);
/// Years 0 to 9999.
void encode_old_modification_time(Encoder& out, std::int64_t seconds);

std::string decode_comment(ByteView body, FieldWidths widths);
void encode_comment(Encoder& out, std::string_view comment);

std::uint32_t decode_reference_count(ByteView body, FieldWidths widths);
void encode_reference_count(Encoder& out, std::uint32_t count);

}  // namespace fiver::format
