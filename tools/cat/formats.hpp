// The forms in which `h5 cat` prints a part of a dataset.
#pragma once

#include "common/console.hpp"
#include "common/part.hpp"

namespace fiver::tools {

/// Bytes as bytes, strings a line each, numbers in rows, with a blank line between planes.
void print_text(Console& console, const Part& part);
/// RFC 4180: a line a row; of a compound, its members' names first.
void print_csv(Console& console, const Part& part);
/// NumPy's format. Throws invalid_argument for types that it doesn't have.
void print_npy(Console& console, const Part& part);
/// The elements as stored, filters undone. Throws invalid_argument for types with variable-length parts.
void print_raw(Console& console, const Part& part);
/// {"shape": ..., "type": ..., "data": nested arrays}.
void print_json(Console& console, const Part& part);

/// About how much is read at once.
inline constexpr std::uint64_t piece_bytes = 32U << 20;

}  // namespace fiver::tools
