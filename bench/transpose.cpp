// The C face of codecs/bit_transpose.hpp for bench/expert.c and expert_writer.c.
#include "transpose.h"

#include "codecs/bit_transpose.hpp"

void fiver_bench_untranspose(std::size_t element_size, const void* rows, std::size_t bytes, void* elements) {
  fiver::codecs::untranspose_bits(element_size, {static_cast<const std::byte*>(rows), bytes},
                                  {static_cast<std::byte*>(elements), bytes});
}

void fiver_bench_transpose(std::size_t element_size, const void* elements, std::size_t bytes, void* rows) {
  fiver::codecs::transpose_bits(element_size, {static_cast<const std::byte*>(elements), bytes},
                                {static_cast<std::byte*>(rows), bytes});
}
