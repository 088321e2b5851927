/* The libhdf5 peers, C1.10 and C2.2: each job of bench/run.py as a good C programmer writes it against the public calls, with buffers
 * that are used again. Compiled by run.py once for each version, with the stock bitshuffle filter registered.
 *   peer JOB CACHE_MB FILE [DATASET [ARGS]]      CACHE_MB 0: the library's own setting
 * Built by a C compiler against a library that is never part of Fiver. */
#include <hdf5.h>

#include "bshuf_h5filter.h"
#include "serve.h"

typedef struct {
  const char *file_path, *name, *extra;
  hid_t access, dataset_access, file, dataset, space, memory_type;
  hsize_t dims[8];
  int rank;
  size_t element, frame_bytes;
  void* buffer;
  uint64_t *numbers, first, count;
  size_t number_count;
} job;

static void fail(const char* what) {
  fprintf(stderr, "peer_libhdf5: %s\n", what);
  exit(1);
}
static hid_t good(hid_t id, const char* what) {
  if (id < 0) fail(what);
  return id;
}

static void open_dataset(job* j) {
  j->file = good(H5Fopen(j->file_path, H5F_ACC_RDONLY, j->access), j->file_path);
  j->dataset = good(H5Dopen2(j->file, j->name, j->dataset_access), j->name);
  j->space = H5Dget_space(j->dataset);
  j->rank = H5Sget_simple_extent_dims(j->space, j->dims, NULL);
}
static void close_dataset(job* j) {
  H5Sclose(j->space);
  H5Dclose(j->dataset);
  H5Fclose(j->file);
}

static void read_box(job* j, const hsize_t* start, const hsize_t* size, void* into) {
  /* Of the file's rank: with another one libhdf5 maps element by element, a hundred times slower. */
  H5Sselect_hyperslab(j->space, H5S_SELECT_SET, start, NULL, size, NULL);
  const hid_t memory = H5Screate_simple(j->rank, size, NULL);
  if (H5Dread(j->dataset, j->memory_type, memory, j->space, H5P_DEFAULT, into) < 0) fail("a read failed");
  H5Sclose(memory);
}

/* Frames one by one into one buffer. */
static uint64_t frames(void* p, int checked) {
  job* j = p;
  uint64_t sum = 0;
  for (uint64_t i = j->first; i < j->first + j->count; ++i) {
    const hsize_t start[4] = {i}, size[4] = {1, j->dims[1], j->dims[2]};
    read_box(j, start, size, j->buffer);
    if (checked) sum += piece_sum(i, j->buffer, j->frame_bytes);
  }
  return sum;
}

/* The first `count` frames in one call. */
static uint64_t slice(void* p, int checked) {
  job* j = p;
  uint64_t sum = 0;
  const hsize_t start[4] = {0}, size[4] = {j->count, j->dims[1], j->dims[2]};
  read_box(j, start, size, j->buffer);
  if (checked)
    for (uint64_t i = 0; i < j->count; ++i) sum += piece_sum(i, (char*)j->buffer + i * j->frame_bytes, j->frame_bytes);
  return sum;
}

static uint64_t open_slice(void* p, int checked) {
  job* j = p;
  open_dataset(j);
  const uint64_t sum = slice(j, checked);
  close_dataset(j);
  return sum;
}

/* Open the file, read `count` frames one by one, close. */
static uint64_t open_frame(void* p, int checked) {
  job* j = p;
  open_dataset(j);
  const uint64_t sum = frames(j, checked);
  close_dataset(j);
  return sum;
}

/* [:, y, :] for `count` y from `first`. */
static uint64_t columns(void* p, int checked) {
  job* j = p;
  uint64_t sum = 0;
  for (uint64_t y = j->first; y < j->first + j->count; ++y) {
    const hsize_t start[4] = {0, y}, size[4] = {j->dims[0], 1, j->dims[2]};
    read_box(j, start, size, j->buffer);
    if (checked) sum += piece_sum(y, j->buffer, j->dims[0] * j->dims[2] * j->element);
  }
  return sum;
}
static uint64_t cold_columns(void* p, int checked) {
  job* j = p;
  open_dataset(j);
  const uint64_t sum = columns(j, checked);
  close_dataset(j);
  return sum;
}

/* Pixels: 3 numbers each. The file is opened anew, so that no chunk is left from the pass before. */
static uint64_t pixels(void* p, int checked) {
  job* j = p;
  (void)checked;
  uint64_t sum = 0, value = 0;
  open_dataset(j);
  for (size_t i = 0; i + 3 <= j->number_count; i += 3) {
    const hsize_t start[3] = {j->numbers[i], j->numbers[i + 1], j->numbers[i + 2]}, size[3] = {1, 1, 1};
    value = 0;
    read_box(j, start, size, &value);
    sum += (i / 3 + 1) * value;
  }
  close_dataset(j);
  return sum;
}

/* Regions of 32 x 32 through frames: 4 numbers each, the first and the number of frames, then the corner. */
static uint64_t regions(void* p, int checked) {
  job* j = p;
  uint64_t sum = 0;
  open_dataset(j);
  for (size_t i = 0; i + 4 <= j->number_count; i += 4) {
    const hsize_t start[3] = {j->numbers[i], j->numbers[i + 2], j->numbers[i + 3]}, size[3] = {j->numbers[i + 1], 32, 32};
    read_box(j, start, size, j->buffer);
    if (checked) sum += piece_sum(i / 4, j->buffer, j->numbers[i + 1] * 1024 * j->element);
  }
  close_dataset(j);
  return sum;
}

static herr_t add_name(hid_t group, const char* name, const H5L_info_t* info, void* sum) {
  (void)group, (void)info;
  *(uint64_t*)sum += libdeflate_crc32(0, name, strlen(name));
  return 0;
}
static uint64_t names(void* p, int checked) {
  job* j = p;
  (void)checked;
  uint64_t sum = 0;
  j->file = good(H5Fopen(j->file_path, H5F_ACC_RDONLY, j->access), j->file_path);
  const hid_t group = H5Gopen2(j->file, j->name, H5P_DEFAULT);
  if (H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, NULL, add_name, &sum) < 0) fail("H5Literate");
  H5Gclose(group);
  H5Fclose(j->file);
  return sum;
}

static herr_t add_object(hid_t object, const char* name, const H5O_info_t* info, void* sum) {
  (void)object;
  *(uint64_t*)sum += (uint64_t)libdeflate_crc32(0, name, strlen(name)) * ((uint64_t)info->type + 1);
  return 0;
}
static uint64_t visit(void* p, int checked) {
  job* j = p;
  (void)checked;
  uint64_t sum = 0;
  j->file = good(H5Fopen(j->file_path, H5F_ACC_RDONLY, j->access), j->file_path);
#if H5_VERSION_GE(1, 12, 0)
  if (H5Ovisit3(j->file, H5_INDEX_NAME, H5_ITER_INC, add_object, &sum, H5O_INFO_BASIC) < 0) fail("H5Ovisit");
#else
  if (H5Ovisit2(j->file, H5_INDEX_NAME, H5_ITER_INC, add_object, &sum, H5O_INFO_BASIC) < 0) fail("H5Ovisit");
#endif
  H5Fclose(j->file);
  return sum;
}

/* Open by name, read one number, close: `numbers` are the numbers in the names d000000... */
static uint64_t by_name(void* p, int checked) {
  job* j = p;
  (void)checked;
  uint64_t sum = 0;
  int value;
  char path[256];
  j->file = good(H5Fopen(j->file_path, H5F_ACC_RDONLY, j->access), j->file_path);
  for (size_t i = 0; i < j->number_count; ++i) {
    snprintf(path, sizeof path, "%s/d%06" PRIu64, j->name, j->numbers[i]);
    const hid_t dataset = good(H5Dopen2(j->file, path, H5P_DEFAULT), path);
    H5Dread(dataset, H5T_NATIVE_INT, H5S_ALL, H5S_ALL, H5P_DEFAULT, &value);
    H5Dclose(dataset);
    sum += (i + 1) * (uint64_t)value;
  }
  H5Fclose(j->file);
  return sum;
}

static herr_t add_attribute(hid_t object, const char* name, const H5A_info_t* info, void* sum) {
  (void)info;
  int value;
  const hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
  H5Aread(attribute, H5T_NATIVE_INT, &value);
  H5Aclose(attribute);
  *(uint64_t*)sum += (uint64_t)value * (1 + libdeflate_crc32(0, name, strlen(name)) % 1000);
  return 0;
}
static herr_t add_attributes(hid_t group, const char* name, const H5L_info_t* info, void* sum) {
  (void)info;
  const hid_t object = H5Oopen(group, name, H5P_DEFAULT);
  H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, NULL, add_attribute, sum);
  H5Oclose(object);
  return 0;
}
static uint64_t attributes(void* p, int checked) {
  job* j = p;
  (void)checked;
  uint64_t sum = 0;
  j->file = good(H5Fopen(j->file_path, H5F_ACC_RDONLY, j->access), j->file_path);
  H5Literate(j->file, H5_INDEX_NAME, H5_ITER_INC, NULL, add_attributes, &sum);
  H5Fclose(j->file);
  return sum;
}

static uint64_t strings(void* p, int checked) {
  job* j = p;
  uint64_t sum = 0;
  open_dataset(j);
  const hid_t type = H5Dget_type(j->dataset);
  char** texts = j->buffer;
  if (H5Dread(j->dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, texts) < 0) fail("a read failed");
  if (checked)
    for (hsize_t i = 0; i < j->dims[0]; ++i) sum += piece_sum(i, texts[i], strlen(texts[i]));
  H5Dvlen_reclaim(type, j->space, H5P_DEFAULT, texts);
  H5Tclose(type);
  close_dataset(j);
  return sum;
}

/* One member, named by `extra`, of a compound: a double. */
static uint64_t member(void* p, int checked) {
  job* j = p;
  open_dataset(j);
  const hid_t type = H5Tcreate(H5T_COMPOUND, sizeof(double));
  H5Tinsert(type, j->extra, 0, H5T_NATIVE_DOUBLE);
  if (H5Dread(j->dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, j->buffer) < 0) fail("a read failed");
  H5Tclose(type);
  const uint64_t sum = checked ? piece_sum(0, j->buffer, j->dims[0] * sizeof(double)) : 0;
  close_dataset(j);
  return sum;
}

/* Open, read the attribute `extra` of an object, close; `count` times. */
static uint64_t open_attribute(void* p, int checked) {
  job* j = p;
  (void)checked;
  uint64_t sum = 0;
  int value;
  for (uint64_t i = 0; i < j->count; ++i) {
    j->file = good(H5Fopen(j->file_path, H5F_ACC_RDONLY, j->access), j->file_path);
    const hid_t attribute = good(H5Aopen_by_name(j->file, j->name, j->extra, H5P_DEFAULT, H5P_DEFAULT), j->extra);
    H5Aread(attribute, H5T_NATIVE_INT, &value);
    H5Aclose(attribute);
    H5Fclose(j->file);
    sum += (uint64_t)value;
  }
  return sum;
}

/* Through the links e0 to e9 of a group to a number in ten other files. */
static uint64_t external_links(void* p, int checked) {
  job* j = p;
  (void)checked;
  uint64_t sum = 0;
  int value;
  char path[64];
  j->file = good(H5Fopen(j->file_path, H5F_ACC_RDONLY, j->access), j->file_path);
  for (int i = 0; i < 10; ++i) {
    snprintf(path, sizeof path, "%s/e%d", j->name, i);
    const hid_t dataset = good(H5Dopen2(j->file, path, H5P_DEFAULT), path);
    H5Dread(dataset, H5T_NATIVE_INT, H5S_ALL, H5S_ALL, H5P_DEFAULT, &value);
    H5Dclose(dataset);
    sum += (uint64_t)(i + 1) * (uint64_t)value;
  }
  H5Fclose(j->file);
  return sum;
}

static uint64_t chunk_sum(const hsize_t* offset, int rank, uint64_t address, uint64_t size) {
  uint64_t where = 1;
  for (int i = 0; i < rank; ++i) where = where * 1000003 + offset[i];
  return where * (address + size * 31);
}

#if H5_VERSION_GE(1, 14, 0)
typedef struct {
  uint64_t sum;
  int rank;
} chunk_total;
static int add_chunk(const hsize_t* offset, unsigned mask, haddr_t address, hsize_t size, void* p) {
  (void)mask;
  chunk_total* total = p;
  total->sum += chunk_sum(offset, total->rank, address, size);
  return 0;
}
static uint64_t chunk_map(void* p, int checked) {
  job* j = p;
  (void)checked;
  open_dataset(j);
  chunk_total total = {0, j->rank};
  if (H5Dchunk_iter(j->dataset, H5P_DEFAULT, add_chunk, &total) < 0) fail("H5Dchunk_iter");
  close_dataset(j);
  return total.sum;
}
#endif

/* Chunks asked for one by one, by coordinate: `numbers` are first coordinates; or by index. */
static uint64_t chunk_at(void* p, int checked) {
  job* j = p;
  (void)checked;
  uint64_t sum = 0;
  open_dataset(j);
  for (size_t i = 0; i < j->number_count; ++i) {
    hsize_t offset[8] = {j->numbers[i]}, size;
    unsigned mask;
    haddr_t address;
    H5Dget_chunk_info_by_coord(j->dataset, offset, &mask, &address, &size);
    sum += chunk_sum(offset, j->rank, address, size);
  }
  close_dataset(j);
  return sum;
}
static uint64_t chunk_by_index(void* p, int checked) {
  job* j = p;
  (void)checked;
  uint64_t sum = 0;
  open_dataset(j);
  for (uint64_t i = 0; i < j->count; ++i) {
    hsize_t offset[8] = {0}, size;
    unsigned mask;
    haddr_t address;
    H5Dget_chunk_info(j->dataset, H5S_ALL, i, offset, &mask, &address, &size);
    sum += chunk_sum(offset, j->rank, address, size);
  }
  close_dataset(j);
  return sum;
}

/* How a job's arguments after the dataset are meant: first and count, a file of numbers, a name, or a name and a count. */
enum shape { range, listed, text };
static const struct {
  const char* name;
  job_function run;
  enum shape arguments;
  int per_number, stays_open;
} jobs[] = {
    {"frames", frames, range, 0, 1},
    {"slice", slice, range, 0, 1},
    {"open_slice", open_slice, range, 0, 0},
    {"open_frame", open_frame, range, 0, 0},
    {"columns", columns, range, 0, 1},
    {"cold_columns", cold_columns, range, 0, 0},
    {"pixels", pixels, listed, 3, 0},
    {"regions", regions, listed, 4, 0},
    {"names", names, text, 0, 0},
    {"visit", visit, text, 0, 0},
    {"by_name", by_name, listed, 1, 0},
    {"attributes", attributes, text, 0, 0},
    {"strings", strings, text, 0, 0},
    {"member", member, text, 0, 0},
    {"open_attribute", open_attribute, text, 0, 0},
    {"external_links", external_links, text, 0, 0},
#if H5_VERSION_GE(1, 14, 0)
    {"chunk_map", chunk_map, text, 0, 0},
#endif
    {"chunk_at", chunk_at, listed, 1, 0},
    {"chunk_by_index", chunk_by_index, range, 0, 0},
};

int main(int argc, char** argv) {
  if (argc < 5) fail("JOB CACHE_MB FILE DATASET [ARGS]");
  bshuf_register_h5filter();
  job j = {.file_path = argv[3], .name = argv[4]};
  const size_t cache = (size_t)atol(argv[2]) << 20;
  j.access = H5Pcreate(H5P_FILE_ACCESS);
  j.dataset_access = H5Pcreate(H5P_DATASET_ACCESS);
  if (cache) H5Pset_chunk_cache(j.dataset_access, 100003, cache, 0.75);
  for (size_t i = 0; i < sizeof jobs / sizeof *jobs; ++i) {
    if (strcmp(argv[1], jobs[i].name) != 0) continue;
    uint64_t units = 1;
    if (jobs[i].arguments == range) {
      j.first = strtoull(argv[5], NULL, 10);
      units = j.count = strtoull(argv[6], NULL, 10);
    } else if (jobs[i].arguments == listed) {
      j.numbers = read_numbers(argv[5], &j.number_count);
      units = j.number_count / (size_t)jobs[i].per_number;
    } else {
      j.extra = argc > 5 ? argv[5] : "";
      units = j.count = argc > 6 ? strtoull(argv[6], NULL, 10) : 1;
    }
    if (jobs[i].run != names && jobs[i].run != visit && jobs[i].run != by_name && jobs[i].run != attributes && jobs[i].run != open_attribute &&
        jobs[i].run != external_links) {
      open_dataset(&j);
      const hid_t stored = H5Dget_type(j.dataset);
      j.memory_type = H5Tget_class(stored) == H5T_INTEGER ? H5Tget_native_type(stored, H5T_DIR_ASCEND) : stored;
      if (argc > 7 && strcmp(argv[7], "int32") == 0) j.memory_type = H5T_NATIVE_INT32;
      j.element = H5Tget_size(j.memory_type);
      j.frame_bytes = j.element * (j.rank > 1 ? j.dims[1] : 1) * (j.rank > 2 ? j.dims[2] : 1);
      uint64_t room = j.frame_bytes;
      if (jobs[i].run == slice || jobs[i].run == open_slice) room = j.frame_bytes * j.count;
      if (jobs[i].run == strings || jobs[i].run == member) room = j.dims[0] * 8;
      if (jobs[i].run == columns || jobs[i].run == cold_columns) room = j.dims[0] * j.dims[2] * j.element;
      if (jobs[i].run == regions) room = j.dims[0] * 1024 * j.element;
      j.buffer = malloc(room);
      memset(j.buffer, 0, room);
      if (!jobs[i].stays_open) close_dataset(&j);
    }
    return serve(jobs[i].run, &j, units);
  }
  fail("no such job in this version");
  return 1;
}
