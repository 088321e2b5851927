/* What every measured program does, in C for all of them: run the job once checked, print its checksum and the number of units it does
 * (frames, pixels, objects), then one timed pass for each line on standard input, so that bench/run.py can let programs alternate.
 * Output: {"check": "SUM", "units": N}, then {"seconds": S} a pass. */
#ifndef FIVER_BENCH_SERVE_H
#define FIVER_BENCH_SERVE_H

#include <inttypes.h>
#include <libdeflate.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* `checked`: also sum what was read. Cheap sums are always made. */
typedef uint64_t (*job_function)(void* job, int checked);

static inline double seconds_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* The sum of piece number `index`: the pieces may then be read in any order. */
static inline uint64_t piece_sum(uint64_t index, const void* bytes, size_t size) {
  return (index + 1) * libdeflate_crc32(0, bytes, size);
}

static inline int serve(job_function run, void* job, uint64_t units) {
  char line[64];
  printf("{\"check\": \"%" PRIu64 "\", ", run(job, 1));
  printf("\"units\": %" PRIu64 "}\n", units);
  fflush(stdout);
  while (fgets(line, sizeof line, stdin)) {
    const double start = seconds_now();
    run(job, 0);
    printf("{\"seconds\": %.9f}\n", seconds_now() - start);
    fflush(stdout);
  }
  return 0;
}

#ifndef __cplusplus
/* Numbers from a text file, for pixels and regions: the same for every program. */
static inline uint64_t* read_numbers(const char* path, size_t* count) {
  size_t room = 1024;
  unsigned long long value = 0;
  uint64_t* numbers = malloc(room * sizeof *numbers);
  FILE* file = fopen(path, "r");
  if (!file || !numbers) {
    fprintf(stderr, "%s: cannot be read\n", path);
    exit(1);
  }
  *count = 0;
  while (fscanf(file, "%llu", &value) == 1) {
    if (*count == room) numbers = realloc(numbers, (room *= 2) * sizeof *numbers);
    numbers[(*count)++] = value;
  }
  fclose(file);
  return numbers;
}
#endif

#endif
