/* The libhdf5 peers that write: each job of bench/writing_jobs.py as a good C programmer writes it, into a file made anew in each pass.
 *   peer_writer JOB CACHE_MB OUTPUT DATASET ARGS      CACHE_MB 0: the library's own setting */
#include <fcntl.h>
#include <hdf5.h>
#include <unistd.h>

#include "bshuf_h5filter.h"
#include "serve.h"

enum { big_chunk_hash = 100003 };

typedef struct {
  const char *path, *name;
  char** arguments;
  size_t cache;
  int full;
  hid_t text, input_space;
  hsize_t count, height, width, kept, axis;
  uint16_t* frames;
  char** texts;
  unsigned char* chunk;
} job;

static void fail(const char* what) {
  fprintf(stderr, "peer_writer: %s\n", what);
  exit(1);
}
static hid_t good(hid_t id, const char* what) {
  if (id < 0) fail(what);
  return id;
}
static uint64_t number(const job* j, int index) {
  return strtoull(j->arguments[index], NULL, 10);
}

/* To the disk, as close() with durability full does. */
static void end_file(const job* j, hid_t file) {
  if (H5Fclose(file) < 0) fail("the file can't be closed");
  if (!j->full) return;
  const int descriptor = open(j->path, O_RDWR);
  if (descriptor < 0 || fdatasync(descriptor) != 0) fail("fdatasync");
  close(descriptor);
}

static uint16_t* stamped(const job* j, hsize_t i) {
  uint16_t* frame = j->frames + i % j->kept * j->height * j->width;
  frame[0] = (uint16_t)i;
  return frame;
}

static hid_t make_frames(const job* j, hid_t file) {
  const hsize_t dims[3] = {j->count, j->height, j->width};
  hsize_t chunk[3] = {j->count, j->height, j->width};
  chunk[j->axis] = 1;
  const hid_t creation = H5Pcreate(H5P_DATASET_CREATE), access = H5Pcreate(H5P_DATASET_ACCESS), space = H5Screate_simple(3, dims, NULL);
  H5Pset_chunk(creation, 3, chunk);
  const char* filter = j->arguments[4];
  const unsigned lz4[2] = {0, BSHUF_H5_COMPRESS_LZ4};
  if (strcmp(filter, "bitshuffle-lz4") == 0)
    H5Pset_filter(creation, BSHUF_H5FILTER, H5Z_FLAG_MANDATORY, 2, lz4);
  else if (strncmp(filter, "gzip=", 5) == 0)
    H5Pset_deflate(creation, (unsigned)atoi(filter + 5));
  else
    fail(filter);
  if (j->cache) H5Pset_chunk_cache(access, big_chunk_hash, j->cache, 0.75);
  const hid_t dataset = good(H5Dcreate2(file, j->name, H5T_STD_U16LE, space, H5P_DEFAULT, creation, access), j->name);
  H5Sclose(space);
  H5Pclose(access);
  H5Pclose(creation);
  return dataset;
}

/* INPUT COUNT KEPT AXIS FILTER [SOME]: SOME frames of the COUNT only. */
static uint64_t write_frames(void* p, int checked) {
  job* j = p;
  (void)checked;
  const hid_t file = good(H5Fcreate(j->path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), j->path);
  const hid_t dataset = make_frames(j, file), space = H5Dget_space(dataset);
  const hsize_t size[3] = {1, j->height, j->width}, some = j->arguments[5] ? number(j, 5) : j->count;
  const hid_t memory = H5Screate_simple(3, size, NULL);
  for (hsize_t i = 0; i < some; ++i) {
    const hsize_t start[3] = {i, 0, 0};
    H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, size, NULL);
    if (H5Dwrite(dataset, H5T_NATIVE_UINT16, memory, space, H5P_DEFAULT, stamped(j, i)) < 0) fail("a write failed");
  }
  H5Sclose(memory);
  H5Sclose(space);
  H5Dclose(dataset);
  end_file(j, file);
  return 0;
}

/* COUNT BYTES */
static uint64_t write_chunks(void* p, int checked) {
  job* j = p;
  (void)checked;
  const hsize_t dims[2] = {number(j, 0), number(j, 1)}, chunk[2] = {1, dims[1]};
  const hid_t file = good(H5Fcreate(j->path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), j->path), space = H5Screate_simple(2, dims, NULL);
  const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_chunk(creation, 2, chunk);
  const hid_t dataset = good(H5Dcreate2(file, j->name, H5T_STD_U8LE, space, H5P_DEFAULT, creation, H5P_DEFAULT), j->name);
  for (hsize_t i = 0; i < dims[0]; ++i) {
    const hsize_t offset[2] = {i, 0};
    if (H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, offset, dims[1], j->chunk) < 0) fail("a chunk can't be written");
  }
  H5Pclose(creation);
  H5Sclose(space);
  H5Dclose(dataset);
  end_file(j, file);
  return 0;
}

/* INPUT APPENDS */
static uint64_t write_strings(void* p, int checked) {
  job* j = p;
  (void)checked;
  const hsize_t appends = number(j, 1), each = j->count / appends, unlimited = H5S_UNLIMITED, none = 0;
  const hid_t file = good(H5Fcreate(j->path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), j->path);
  const hid_t creation = H5Pcreate(H5P_DATASET_CREATE), memory = H5Screate_simple(1, &each, NULL);
  if (appends > 1) H5Pset_chunk(creation, 1, &each);
  const hid_t space = appends > 1 ? H5Screate_simple(1, &none, &unlimited) : H5Screate_simple(1, &j->count, NULL);
  const hid_t dataset = good(H5Dcreate2(file, j->name, j->text, space, H5P_DEFAULT, creation, H5P_DEFAULT), j->name);
  for (hsize_t i = 0; i < appends; ++i) {
    const hsize_t now = (i + 1) * each, start = i * each;
    if (appends > 1) H5Dset_extent(dataset, &now);
    const hid_t place = H5Dget_space(dataset);
    H5Sselect_hyperslab(place, H5S_SELECT_SET, &start, NULL, &each, NULL);
    if (H5Dwrite(dataset, j->text, memory, place, H5P_DEFAULT, j->texts + start) < 0) fail("a write failed");
    H5Sclose(place);
  }
  H5Sclose(space);
  H5Sclose(memory);
  H5Pclose(creation);
  H5Dclose(dataset);
  end_file(j, file);
  return 0;
}

/* GROUPS EACH */
static uint64_t write_attributes(void* p, int checked) {
  job* j = p;
  (void)checked;
  const uint64_t groups = number(j, 0), each = number(j, 1);
  const hid_t file = good(H5Fcreate(j->path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), j->path), scalar = H5Screate(H5S_SCALAR);
  char name[16];
  for (uint64_t g = 0; g < groups; ++g) {
    snprintf(name, sizeof name, "g%05u", (unsigned)g);
    const hid_t group = H5Gcreate2(file, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    for (uint64_t a = 0; a < each; ++a) {
      const int32_t value = (int32_t)(g + a);
      snprintf(name, sizeof name, "a%02u", (unsigned)a);
      const hid_t attribute = H5Acreate2(group, name, H5T_STD_I32LE, scalar, H5P_DEFAULT, H5P_DEFAULT);
      if (H5Awrite(attribute, H5T_NATIVE_INT32, &value) < 0) fail("an attribute can't be written");
      H5Aclose(attribute);
    }
    H5Gclose(group);
  }
  H5Sclose(scalar);
  end_file(j, file);
  return 0;
}

/* COUNT HEIGHT WIDTH: SWMR, each frame flushed. */
static uint64_t append_frames(void* p, int checked) {
  job* j = p;
  (void)checked;
  const hsize_t height = number(j, 1), width = number(j, 2);
  const hsize_t none[3] = {0, height, width}, most[3] = {H5S_UNLIMITED, height, width}, one[3] = {1, height, width};
  const hid_t newest = H5Pcreate(H5P_FILE_ACCESS), creation = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_libver_bounds(newest, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
  H5Pset_chunk(creation, 3, one);
  const hid_t file = good(H5Fcreate(j->path, H5F_ACC_TRUNC, H5P_DEFAULT, newest), j->path);
  const hid_t space = H5Screate_simple(3, none, most), memory = H5Screate_simple(3, one, NULL);
  const hid_t dataset = good(H5Dcreate2(file, j->name, H5T_STD_U16LE, space, H5P_DEFAULT, creation, H5P_DEFAULT), j->name);
  if (H5Fstart_swmr_write(file) < 0) fail("SWMR can't start");
  uint16_t* frame = calloc(height * width, 2);
  for (hsize_t i = 0; i < height * width; ++i) frame[i] = 3;
  for (hsize_t i = 0; i < number(j, 0); ++i) {
    const hsize_t now[3] = {i + 1, height, width}, start[3] = {i, 0, 0};
    frame[0] = (uint16_t)i;
    H5Dset_extent(dataset, now);
    const hid_t place = H5Dget_space(dataset);
    H5Sselect_hyperslab(place, H5S_SELECT_SET, start, NULL, one, NULL);
    if (H5Dwrite(dataset, H5T_NATIVE_UINT16, memory, place, H5P_DEFAULT, frame) < 0 || H5Dflush(dataset) < 0) fail("a write failed");
    H5Sclose(place);
  }
  free(frame);
  H5Sclose(space);
  H5Sclose(memory);
  H5Pclose(creation);
  H5Pclose(newest);
  H5Dclose(dataset);
  end_file(j, file);
  return 0;
}

static hid_t open_input(job* j, hid_t* file) {
  *file = good(H5Fopen(j->arguments[0], H5F_ACC_RDONLY, H5P_DEFAULT), j->arguments[0]);
  return good(H5Dopen2(*file, "data", H5P_DEFAULT), "data");
}

static void read_frames(job* j) {
  hid_t file;
  const hid_t dataset = open_input(j, &file), space = H5Dget_space(dataset);
  hsize_t dims[3];
  H5Sget_simple_extent_dims(space, dims, NULL);
  j->count = number(j, 1), j->kept = number(j, 2), j->axis = number(j, 3), j->height = dims[1], j->width = dims[2];
  const hsize_t start[3] = {0}, size[3] = {j->kept, j->height, j->width};
  j->frames = malloc(j->kept * j->height * j->width * 2);
  H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, size, NULL);
  const hid_t memory = H5Screate_simple(3, size, NULL);
  if (H5Dread(dataset, H5T_NATIVE_UINT16, memory, space, H5P_DEFAULT, j->frames) < 0) fail("the input can't be read");
  H5Fclose(file);
}

static void read_texts(job* j) {
  hid_t file;
  const hid_t dataset = open_input(j, &file), space = H5Dget_space(dataset);
  H5Sget_simple_extent_dims(space, &j->count, NULL);
  j->texts = malloc(j->count * sizeof *j->texts);
  if (H5Dread(dataset, j->text, H5S_ALL, H5S_ALL, H5P_DEFAULT, j->texts) < 0) fail("the input can't be read");
  H5Fclose(file);
}

int main(int argc, char** argv) {
  if (argc < 6) fail("JOB CACHE_MB OUTPUT DATASET ARGS");
  bshuf_register_h5filter();
  job j = {.cache = (size_t)atol(argv[2]) << 20, .path = argv[3], .name = argv[4], .arguments = argv + 5};
  if (strcmp(argv[argc - 1], "full=1") == 0) j.full = 1, argv[argc - 1] = NULL;
  j.text = H5Tcopy(H5T_C_S1);
  H5Tset_size(j.text, H5T_VARIABLE);
  H5Tset_cset(j.text, H5T_CSET_UTF8);
  if (strcmp(argv[1], "write_frames") == 0) {
    read_frames(&j);
    return serve(write_frames, &j, j.arguments[5] ? number(&j, 5) : j.count);
  }
  if (strcmp(argv[1], "write_chunks") == 0) {
    j.chunk = malloc(number(&j, 1));
    memset(j.chunk, 7, number(&j, 1));
    return serve(write_chunks, &j, number(&j, 0));
  }
  if (strcmp(argv[1], "write_strings") == 0) {
    read_texts(&j);
    return serve(write_strings, &j, 1);
  }
  if (strcmp(argv[1], "write_attributes") == 0) return serve(write_attributes, &j, 1);
  if (strcmp(argv[1], "append_frames") == 0) return serve(append_frames, &j, number(&j, 0));
  fail("no such job");
  return 1;
}
