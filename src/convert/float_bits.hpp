// Floats of any description (format specification IV.A.2.d class 1) to and from binary64: binary16, bfloat16,
// FP8, x87's 80 bits, VAX.
#pragma once

#include "base/bytes.hpp"
#include "fiver/values/datatype.hpp"

namespace fiver::convert {

/// True for binary16, binary32 or binary64 in any byte order but VAX's, filling the element.
bool is_ieee(const FloatType& type, std::size_t size);

/// The value of one element, to the nearest binary64 (ties to even). All exponent bits set: infinity when the
/// fraction is zero, else NaN (0x7FF8000000000000 or its negative never: always positive and quiet). An
/// implied leading bit comes with IEEE-like subnormals; with "msb set" or "none" the mantissa field holds the
/// integer bit too, which infinity ignores.
double decode_float_bits(const FloatType& type, ByteView element);

/// The nearest value that `type` has (ties to even) written into `element`, padding bits as the type says.
/// Beyond the largest: infinity.
void encode_float_bits(const FloatType& type, double value, MutableBytes element);

}  // namespace fiver::convert
