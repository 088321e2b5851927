// The C face of codecs/bit_transpose.hpp for bench/expert.c.
#include "transpose.h"

#include "codecs/bit_transpose.hpp"

void fiver_bench_untranspose(std::size_t element_size, const void* rows, std::size_t bytes, void* elements) {
  fiver::codecs::untranspose_bits(element_size, {static_cast<const std::byte*>(rows), bytes},
                                  {static_cast<std::byte*>(elements), bytes});
}
