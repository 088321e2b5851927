/* The expert readers: what a good C programmer writes by hand for one chunked file of one filter, threads over whole chunks.
 *   X   chunk bytes by the library under a lock, stock bitshuffle outside it (or zlib)
 *   Xp  pread at the chunks' offsets without a lock, Fiver's own bit transposition, no memory allocated per block
 *   Xd  pread at the offsets, libdeflate
 *   walk  a pixel of a bitshuffle chunk: pread of the chunk, a walk over the block lengths, one block decoded
 *   expert X|Xp|Xd THREADS FILE DATASET [memory]     each pass decodes all chunks into a buffer of each thread
 *   expert walk 1 FILE DATASET NUMBERS
 * "memory": the chunk bytes are read once before the passes, which then show what the codec alone takes. */
#include <fcntl.h>
#include <hdf5.h>
#include <lz4.h>
#include <pthread.h>
#include <unistd.h>
#include <zlib.h>

#include "bitshuffle.h"
#include "serve.h"
#include "transpose.h"

enum { most_threads = 64, most_block = 65536 };

typedef struct {
  hid_t file, dataset;
  int descriptor, threads;
  char kind;
  hsize_t dims[3], chunks;
  size_t element, frame_bytes, largest;
  uint64_t *address, *size;
  unsigned char** memory;
  pthread_mutex_t lock;
  uint64_t next, sum;
  int checked;
  unsigned char *stored[most_threads], *decoded[most_threads];
  struct libdeflate_decompressor* inflater[most_threads];
  uint64_t* numbers;
  size_t number_count;
} job;

static void fail(const char* what) {
  fprintf(stderr, "expert: %s\n", what);
  exit(1);
}

static uint64_t big_endian(const unsigned char* bytes, int count) {
  uint64_t value = 0;
  for (int i = 0; i < count; ++i) value = value << 8 | bytes[i];
  return value;
}

/* The blocks of one bitshuffle-LZ4 chunk, and the elements after the last one. */
static void decode_blocks(const job* j, const unsigned char* in, size_t stored, unsigned char* out) {
  unsigned char rows[most_block];
  const size_t total = big_endian(in, 8), rest = total % (8 * j->element);
  size_t block = big_endian(in + 8, 4), at = 12;
  if (total != j->frame_bytes || block == 0 || block > most_block) fail("a header that is not for this reader");
  for (size_t made = 0; made < total - rest; made += block) {
    if (block > total - rest - made) block = total - rest - made;
    const size_t length = big_endian(in + at, 4);
    if (LZ4_decompress_safe((const char*)in + at + 4, (char*)rows, (int)length, (int)block) != (int)block) fail("a bad block");
    fiver_bench_untranspose(j->element, rows, block, out + made);
    at += 4 + length;
  }
  memcpy(out + total - rest, in + at, rest);
  if (at + rest != stored) fail("bytes left over");
}

static void decode(job* j, const unsigned char* in, size_t stored, int thread) {
  unsigned char* out = j->decoded[thread];
  size_t made;
  uLongf size = j->frame_bytes;
  switch (j->kind) {
    case 'X':
      if (bshuf_decompress_lz4(in + 12, out, j->frame_bytes / j->element, j->element, big_endian(in + 8, 4) / j->element) < 0) fail("a bad chunk");
      break;
    case 'p':
      decode_blocks(j, in, stored, out);
      break;
    case 'd':
      if (libdeflate_zlib_decompress(j->inflater[thread], in, stored, out, j->frame_bytes, &made) != 0) fail("a bad chunk");
      break;
    case 'z':
      if (uncompress(out, &size, in, stored) != Z_OK) fail("a bad chunk");
      break;
  }
}

typedef struct {
  job* j;
  int number;
} worker;

static void* work(void* p) {
  const worker* w = p;
  job* j = w->j;
  uint64_t sum = 0;
  for (;;) {
    const uint64_t i = __atomic_fetch_add(&j->next, 1, __ATOMIC_RELAXED);
    if (i >= j->chunks) break;
    const unsigned char* in = j->stored[w->number];
    if (j->memory) {
      in = j->memory[i];
    } else if (j->kind == 'X' || j->kind == 'z') {
      const hsize_t offset[3] = {i, 0, 0};
      uint32_t mask;
      pthread_mutex_lock(&j->lock);
      if (H5Dread_chunk(j->dataset, H5P_DEFAULT, offset, &mask, j->stored[w->number]) < 0) fail("a chunk cannot be read");
      pthread_mutex_unlock(&j->lock);
    } else if (pread(j->descriptor, j->stored[w->number], j->size[i], (off_t)j->address[i]) != (ssize_t)j->size[i]) {
      fail("a chunk cannot be read");
    }
    decode(j, in, j->size[i], w->number);
    if (j->checked) sum += piece_sum(i, j->decoded[w->number], j->frame_bytes);
  }
  __atomic_fetch_add(&j->sum, sum, __ATOMIC_RELAXED);
  return NULL;
}

static uint64_t all_chunks(void* p, int checked) {
  job* j = p;
  pthread_t thread[most_threads];
  worker workers[most_threads];
  j->next = j->sum = 0;
  j->checked = checked;
  for (int t = 0; t < j->threads; ++t) workers[t] = (worker){j, t};
  for (int t = 1; t < j->threads; ++t) pthread_create(&thread[t], NULL, work, &workers[t]);
  work(&workers[0]);
  for (int t = 1; t < j->threads; ++t) pthread_join(thread[t], NULL);
  return j->sum;
}

static uint64_t walk(void* p, int checked) {
  job* j = p;
  (void)checked;
  unsigned char rows[most_block], elements[most_block];
  uint64_t sum = 0;
  for (size_t i = 0; i + 3 <= j->number_count; i += 3) {
    const uint64_t frame = j->numbers[i], byte = (j->numbers[i + 1] * j->dims[2] + j->numbers[i + 2]) * j->element;
    const unsigned char* in = j->stored[0];
    if (pread(j->descriptor, j->stored[0], j->size[frame], (off_t)j->address[frame]) != (ssize_t)j->size[frame]) fail("a chunk cannot be read");
    const size_t rest = j->frame_bytes % (8 * j->element);
    size_t block = big_endian(in + 8, 4), at = 12, made = 0;
    while (made + block <= byte && made + block <= j->frame_bytes - rest) {
      at += 4 + big_endian(in + at, 4);
      made += block;
    }
    if (block > j->frame_bytes - rest - made) block = j->frame_bytes - rest - made;
    const size_t length = big_endian(in + at, 4);
    if (block == 0 || LZ4_decompress_safe((const char*)in + at + 4, (char*)rows, (int)length, (int)block) != (int)block) fail("a bad block");
    fiver_bench_untranspose(j->element, rows, block, elements);
    uint64_t value = 0;
    memcpy(&value, elements + (byte - made), j->element);
    sum += (i / 3 + 1) * value;
  }
  return sum;
}

int main(int argc, char** argv) {
  if (argc < 5) fail("X|Xp|Xd|walk THREADS FILE DATASET [memory | NUMBERS]");
  job j = {.threads = atoi(argv[2]), .lock = PTHREAD_MUTEX_INITIALIZER};
  if (j.threads < 1 || j.threads > most_threads) fail("threads");
  j.kind = argv[1][strlen(argv[1]) - 1];
  j.file = H5Fopen(argv[3], H5F_ACC_RDONLY, H5P_DEFAULT);
  j.dataset = H5Dopen2(j.file, argv[4], H5P_DEFAULT);
  if (j.dataset < 0) fail(argv[3]);
  const hid_t space = H5Dget_space(j.dataset), type = H5Dget_type(j.dataset);
  H5Sget_simple_extent_dims(space, j.dims, NULL);
  j.element = H5Tget_size(type);
  j.frame_bytes = j.dims[1] * j.dims[2] * j.element;
  H5Dget_num_chunks(j.dataset, space, &j.chunks);
  if (j.chunks != j.dims[0]) fail("a chunk is not a frame");
  j.address = calloc(j.chunks, 8);
  j.size = calloc(j.chunks, 8);
  for (hsize_t i = 0; i < j.chunks; ++i) {
    hsize_t offset[3], size;
    unsigned mask;
    haddr_t address;
    H5Dget_chunk_info(j.dataset, space, i, offset, &mask, &address, &size);
    j.address[offset[0]] = address;
    j.size[offset[0]] = size;
    if (size > j.largest) j.largest = size;
  }
  j.descriptor = open(argv[3], O_RDONLY);
  for (int t = 0; t < j.threads; ++t) {
    j.stored[t] = malloc(j.largest);
    j.decoded[t] = malloc(j.frame_bytes);
    j.inflater[t] = libdeflate_alloc_decompressor();
  }
  if (strcmp(argv[1], "walk") == 0) {
    j.numbers = read_numbers(argv[5], &j.number_count);
    return serve(walk, &j, j.number_count / 3);
  }
  if (argc > 5 && strcmp(argv[5], "memory") == 0) {
    unsigned char** memory = calloc(j.chunks, sizeof *memory);
    for (hsize_t i = 0; i < j.chunks; ++i) {
      memory[i] = malloc(j.size[i]);
      if (pread(j.descriptor, memory[i], j.size[i], (off_t)j.address[i]) != (ssize_t)j.size[i]) fail("a chunk cannot be read");
    }
    j.memory = memory;
  }
  return serve(all_chunks, &j, j.chunks);
}
