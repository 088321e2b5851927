// Bit transposition for x86 processors with AVX-512 VBMI and GFNI, where one instruction transposes eight 8 by 8 bit matrices; and the
// portable version, named here so that tests reach both on any machine.
#pragma once

#include "codecs/bit_transpose.hpp"

namespace fiver::codecs {

/// True where the two functions below may be called.
bool has_gfni() noexcept;

/// As transpose_bits() and untranspose_bits(), for elements of 1, 2, 4 and 8 bytes.
void transpose_bits_gfni(std::size_t element_size, ByteView elements, MutableBytes rows);
void untranspose_bits_gfni(std::size_t element_size, ByteView rows, MutableBytes elements);

/// As transpose_bits() and untranspose_bits(), by Highway where it has a version for the size, else by the plain one.
void transpose_bits_portable(std::size_t element_size, ByteView elements, MutableBytes rows);
void untranspose_bits_portable(std::size_t element_size, ByteView rows, MutableBytes elements);

}  // namespace fiver::codecs
