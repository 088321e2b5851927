/* The expert writers: what a good C programmer writes by hand for one filter. Threads encode whole frames; the library stores them under
 * a lock as ready-made chunks.
 *   X   stock bitshuffle-LZ4
 *   Xk  Fiver's own bit transposition, no memory allocated per block
 *   Xd  libdeflate, level 4
 *   expert_writer X|Xk|Xd THREADS OUTPUT DATASET INPUT COUNT KEPT [memory]      "memory": encode only, as a limit */
#include <hdf5.h>
#include <lz4.h>
#include <pthread.h>

#include "bshuf_h5filter.h"
#include "bitshuffle.h"
#include "serve.h"
#include "transpose.h"

enum { most_threads = 64, block = 8192 };

typedef struct {
  const char *path, *name;
  char kind;
  int threads, memory_only;
  hsize_t count, kept, height, width;
  size_t frame_bytes, room;
  uint16_t* frames;
  hid_t dataset;
  pthread_mutex_t lock;
  uint64_t next;
  unsigned char* stored[most_threads];
  struct libdeflate_compressor* deflater[most_threads];
} job;

static void fail(const char* what) {
  fprintf(stderr, "expert_writer: %s\n", what);
  exit(1);
}

static void put_big_endian(unsigned char* to, uint64_t value, int count) {
  for (int i = count; i-- > 0; value >>= 8) to[i] = (unsigned char)value;
}

static size_t encode_blocks(const job* j, const unsigned char* in, unsigned char* out) {
  unsigned char rows[block];
  const size_t rest = j->frame_bytes % 16;
  size_t at = 12;
  for (size_t done = 0; done < j->frame_bytes - rest;) {
    const size_t size = j->frame_bytes - rest - done < block ? j->frame_bytes - rest - done : block;
    fiver_bench_transpose(2, in + done, size, rows);
    const int made = LZ4_compress_default((const char*)rows, (char*)out + at + 4, (int)size, (int)(j->room - at - 4));
    if (made <= 0) fail("a block can't be encoded");
    put_big_endian(out + at, (uint64_t)made, 4);
    at += 4 + (size_t)made;
    done += size;
  }
  memcpy(out + at, in + j->frame_bytes - rest, rest);
  return at + rest;
}

static size_t encode(job* j, const uint16_t* frame, int thread) {
  unsigned char* out = j->stored[thread];
  if (j->kind == 'd') return libdeflate_zlib_compress(j->deflater[thread], frame, j->frame_bytes, out, j->room);
  put_big_endian(out, j->frame_bytes, 8);
  put_big_endian(out + 8, block, 4);
  if (j->kind == 'k') return encode_blocks(j, (const unsigned char*)frame, out);
  const int64_t made = bshuf_compress_lz4(frame, out + 12, j->frame_bytes / 2, 2, block / 2);
  if (made < 0) fail("a frame can't be encoded");
  return (size_t)made + 12;
}

typedef struct {
  job* j;
  int number;
} worker;

static void* work(void* p) {
  const worker* w = p;
  job* j = w->j;
  for (;;) {
    const uint64_t i = __atomic_fetch_add(&j->next, 1, __ATOMIC_RELAXED);
    if (i >= j->count) return NULL;
    uint16_t* frame = j->frames + i % j->kept * j->height * j->width;
    frame[0] = (uint16_t)i;
    const size_t size = encode(j, frame, w->number);
    if (j->memory_only) continue;
    const hsize_t offset[3] = {i, 0, 0};
    pthread_mutex_lock(&j->lock);
    if (H5Dwrite_chunk(j->dataset, H5P_DEFAULT, 0, offset, size, j->stored[w->number]) < 0) fail("a chunk can't be written");
    pthread_mutex_unlock(&j->lock);
  }
}

static void make_dataset(job* j, hid_t file) {
  const hsize_t dims[3] = {j->count, j->height, j->width}, chunk[3] = {1, j->height, j->width};
  const hid_t creation = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(3, dims, NULL);
  const unsigned lz4[2] = {0, BSHUF_H5_COMPRESS_LZ4};
  H5Pset_chunk(creation, 3, chunk);
  if (j->kind == 'd')
    H5Pset_deflate(creation, 4);
  else
    H5Pset_filter(creation, BSHUF_H5FILTER, H5Z_FLAG_OPTIONAL, 2, lz4);
  j->dataset = H5Dcreate2(file, j->name, H5T_STD_U16LE, space, H5P_DEFAULT, creation, H5P_DEFAULT);
  if (j->dataset < 0) fail(j->name);
  H5Sclose(space);
  H5Pclose(creation);
}

static uint64_t all_frames(void* p, int checked) {
  job* j = p;
  pthread_t thread[most_threads];
  worker workers[most_threads];
  (void)checked;
  j->next = 0;
  const hid_t file = H5Fcreate(j->path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  if (file < 0) fail(j->path);
  make_dataset(j, file);
  for (int t = 0; t < j->threads; ++t) workers[t] = (worker){j, t};
  for (int t = 1; t < j->threads; ++t) pthread_create(&thread[t], NULL, work, &workers[t]);
  work(&workers[0]);
  for (int t = 1; t < j->threads; ++t) pthread_join(thread[t], NULL);
  H5Dclose(j->dataset);
  H5Fclose(file);
  return 0;
}

static void read_frames(job* j, const char* path) {
  const hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT), data = H5Dopen2(file, "data", H5P_DEFAULT);
  if (data < 0) fail(path);
  const hid_t space = H5Dget_space(data);
  hsize_t dims[3];
  H5Sget_simple_extent_dims(space, dims, NULL);
  const hsize_t start[3] = {0}, size[3] = {j->kept, j->height = dims[1], j->width = dims[2]};
  j->frame_bytes = j->height * j->width * 2;
  j->frames = malloc(j->kept * j->frame_bytes);
  H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, size, NULL);
  const hid_t memory = H5Screate_simple(3, size, NULL);
  if (H5Dread(data, H5T_NATIVE_UINT16, memory, space, H5P_DEFAULT, j->frames) < 0) fail("the input can't be read");
  H5Fclose(file);
}

int main(int argc, char** argv) {
  if (argc < 8) fail("X|Xk|Xd THREADS OUTPUT DATASET INPUT COUNT KEPT [memory]");
  bshuf_register_h5filter();
  job j = {.threads = atoi(argv[2]), .path = argv[3], .name = argv[4], .lock = PTHREAD_MUTEX_INITIALIZER, .memory_only = argc > 8};
  j.kind = argv[1][strlen(argv[1]) - 1];
  j.count = strtoull(argv[6], NULL, 10), j.kept = strtoull(argv[7], NULL, 10);
  read_frames(&j, argv[5]);
  j.room = j.frame_bytes + j.frame_bytes / 32 + 4096;
  for (int t = 0; t < j.threads; ++t) {
    j.stored[t] = malloc(j.room);
    j.deflater[t] = libdeflate_alloc_compressor(4);
  }
  return serve(all_frames, &j, j.count);
}
