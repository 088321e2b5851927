// Decoding when the size of the result is only guessed: try, and try again with twice the room until the limit.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "base/checked.hpp"
#include "fiver/spi/filter.hpp"

namespace fiver::codecs {

/// What a decoder made of a buffer of a certain size.
struct Decoded {
  FilterStatus status;
  std::size_t size = 0;    ///< bytes written, when status is ok
  bool too_small = false;  ///< the buffer ended before the data did; status and size mean nothing
};

inline FilterStatus too_large(std::size_t room) {
  return FilterStatus::no_room("decodes to more than " + std::to_string(room) + " bytes");
}

/// The first buffer to try: what is expected, but never more than the codec can make of that many stored bytes, so that a short
/// chunk of nonsense costs no large allocation.
inline std::size_t first_guess(std::size_t expected, std::size_t room, std::size_t stored, std::size_t best_ratio) {
  const auto most = checked_multiply(std::max<std::size_t>(stored, 1), best_ratio);
  const auto guess = expected == 0 ? std::max<std::size_t>(64, 4 * std::min<std::size_t>(stored, room)) : expected;
  return std::min({guess, room, static_cast<std::size_t>(most.value_or(std::numeric_limits<std::uint64_t>::max()))});
}

/// `attempt(MutableBytes) -> Decoded` is called with ever larger buffers, the first of `first` bytes, the last of `room`.
template <class Attempt>
FilterStatus decode_growing(std::size_t first, std::size_t room, Bytes& out, Attempt attempt) {
  out.clear();
  for (std::size_t size = std::min(first, room);;) {
    out.resize(size);
    Decoded decoded = attempt(MutableBytes(out));
    if (!decoded.too_small) {
      out.resize(decoded.status ? decoded.size : 0);
      return std::move(decoded.status);
    }
    if (size == room) {
      out.clear();
      return too_large(room);
    }
    out.clear();  // nothing is kept, so nothing need be copied
    size = size > room / 2 ? room : std::max<std::size_t>(64, size * 2);
    size = std::min(size, room);
  }
}

/// The same codec's answer when the size of the result is known.
template <class Attempt>
FilterStatus decode_exactly(MutableBytes out, Attempt attempt) {
  Decoded decoded = attempt(out);
  if (decoded.too_small) return too_large(out.size());
  if (decoded.status && decoded.size != out.size())
    return FilterStatus::bad_data("decodes to " + std::to_string(decoded.size) + " bytes instead of " +
                                  std::to_string(out.size()));
  return std::move(decoded.status);
}

}  // namespace fiver::codecs
