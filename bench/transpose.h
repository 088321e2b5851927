/* Fiver's own bit transposition for the experts Xp and Xk, which are written in C: the ratio to Xp then shows what the engine costs over a
 * loop written by hand for one file. */
#ifndef FIVER_BENCH_TRANSPOSE_H
#define FIVER_BENCH_TRANSPOSE_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif
void fiver_bench_transpose(size_t element_size, const void* elements, size_t bytes, void* rows);
void fiver_bench_untranspose(size_t element_size, const void* rows, size_t bytes, void* elements);
#ifdef __cplusplus
}
#endif

#endif
