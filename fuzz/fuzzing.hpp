// What the fuzz targets share: choices taken from the input's first bytes, and what an input may do, which is throw fiver::Error.
#pragma once

#include <array>
#include <cstdio>
#include <cstdlib>

#include "base/bytes.hpp"
#include "base/field_widths.hpp"
#include "fiver/values/error.hpp"

namespace fiver::fuzzing {

/// Takes the first byte off `input`; 0 when there is none.
inline unsigned take_byte(ByteView& input) {
  if (input.empty()) return 0;
  const auto byte = std::to_integer<unsigned>(input.front());
  input = input.subspan(1);
  return byte;
}

inline FieldWidths widths_of(unsigned choice) {
  constexpr std::array<FieldWidths, 5> all = {{{8, 8}, {4, 4}, {4, 8}, {8, 4}, {2, 2}}};
  return all[choice % all.size()];
}

/// Stops with a message that libFuzzer reports as a crash.
[[noreturn]] inline void fail(const char* what) {
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

/// Runs `trial`, where fiver::Error is an answer and any other exception a crash. True when nothing was thrown.
template <class Trial>
bool survives(Trial trial) {
  try {
    trial();
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace fiver::fuzzing
