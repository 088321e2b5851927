// How wide a file's addresses and lengths are (format specification II.A, "Size of Offsets" and "Size of Lengths").
#pragma once

namespace fiver {

struct FieldWidths {
  unsigned offset = 8, length = 8;  ///< bytes: 2, 4 or 8
  friend bool operator==(const FieldWidths&, const FieldWidths&) = default;
};

}  // namespace fiver
