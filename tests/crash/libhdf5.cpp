// What the process of stock.cpp does: libhdf5 by its public calls, loaded when it is first needed, so that no test is linked with it.
#include <dlfcn.h>

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "io/test_folder.hpp"
#include "stock.hpp"

#if __has_include(<hdf5/serial/hdf5.h>)
#include <hdf5/serial/hdf5.h>
#define FIVER_HAS_LIBHDF5 1
#elif __has_include(<hdf5.h>)
#include <hdf5.h>
#define FIVER_HAS_LIBHDF5 1
#endif

namespace fiver::tests {

#ifndef FIVER_HAS_LIBHDF5

std::string libhdf5_missing() {
  return "the headers of libhdf5 are not installed";
}
std::string look_with_libhdf5(const std::byte*, std::size_t) {
  throw std::runtime_error(libhdf5_missing());
}
std::string make_with_libhdf5() {
  throw std::runtime_error(libhdf5_missing());
}

#else

namespace {

void* library() {
  static void* const handle = [] {
    for (const auto* name : {"libhdf5_serial.so.103", "libhdf5.so.103", "libhdf5_serial.so", "libhdf5.so"})
      if (auto* opened = dlopen(name, RTLD_NOW | RTLD_LOCAL)) return opened;
    return static_cast<void*>(nullptr);
  }();
  return handle;
}

template <class Function>
Function* find(const char* name) {
  auto* symbol = dlsym(library(), name);
  if (symbol == nullptr) throw std::runtime_error(std::string("libhdf5 has no ") + name);
  return reinterpret_cast<Function*>(symbol);
}

// A function of libhdf5 under its own name, looked up once.
#define FROM_LIBHDF5(name)                                       \
  [] {                                                           \
    static auto* const function = find<decltype(::name)>(#name); \
    return function;                                             \
  }()

hid_t constant(const char* name) {
  FROM_LIBHDF5(H5open)();
  return *find<hid_t>(name);
}

constexpr hid_t by_default = 0;
constexpr hid_t everything = 0;

/// Closes what it holds.
class Held {
 public:
  Held(hid_t id, const char* what) : id_(id) {
    if (id < 0) throw std::runtime_error(std::string("libhdf5: ") + what);
  }
  ~Held() {
    if (id_ >= 0) FROM_LIBHDF5(H5Idec_ref)(id_);
  }
  Held(Held&& other) noexcept : id_(std::exchange(other.id_, -1)) {}
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  operator hid_t() const { return id_; }  // NOLINT(google-explicit-constructor)

 private:
  hid_t id_;
};

void good(herr_t status, const char* what) {
  if (status < 0) throw std::runtime_error(std::string("libhdf5: ") + what);
}

Held in_memory() {
  Held access(FROM_LIBHDF5(H5Pcreate)(constant("H5P_CLS_FILE_ACCESS_ID_g")), "no property list");
  good(FROM_LIBHDF5(H5Pset_fapl_core)(access, 1 << 16, 0), "no core driver");
  return access;
}

/// Elements of a dataset or attribute, as Content::data has them.
template <class Read>
std::string elements(hid_t type, hid_t space, std::size_t& element_bytes, const Read& read) {
  const auto count = FROM_LIBHDF5(H5Sget_simple_extent_npoints)(space);
  if (count < 0) throw std::runtime_error("libhdf5: no extent");
  std::string data;
  if (FROM_LIBHDF5(H5Tis_variable_str)(type) > 0) {
    element_bytes = 0;
    std::vector<char*> texts(static_cast<std::size_t>(count), nullptr);
    if (count > 0) good(read(texts.data()), "texts can't be read");
    for (auto* text : texts) {
      data += text == nullptr ? "" : text;
      data += '\0';
      FROM_LIBHDF5(H5free_memory)(text);
    }
    return data;
  }
  element_bytes = FROM_LIBHDF5(H5Tget_size)(type);
  data.resize(static_cast<std::size_t>(count) * element_bytes);
  if (count > 0) good(read(data.data()), "elements can't be read");
  return data;
}

herr_t collect_name(hid_t, const char* name, const H5A_info_t*, void* into) {
  static_cast<std::vector<std::string>*>(into)->emplace_back(name);
  return 0;
}

herr_t collect_link(hid_t, const char* name, const H5L_info_t*, void* into) {
  static_cast<std::vector<std::string>*>(into)->emplace_back(name);
  return 0;
}

void read_attributes(hid_t object, Content& content) {
  std::vector<std::string> names;
  hsize_t at = 0;
  good(FROM_LIBHDF5(H5Aiterate2)(object, H5_INDEX_NAME, H5_ITER_NATIVE, &at, collect_name, &names),
       "attributes can't be listed");
  for (const auto& name : names) {
    const Held attribute(FROM_LIBHDF5(H5Aopen)(object, name.c_str(), by_default), "an attribute can't be opened");
    const Held type(FROM_LIBHDF5(H5Aget_type)(attribute), "an attribute's type");
    const Held space(FROM_LIBHDF5(H5Aget_space)(attribute), "an attribute's space");
    std::size_t unused = 0;
    if (!content.attributes
             .emplace(name, elements(type, space, unused,
                                     [&](void* into) { return FROM_LIBHDF5(H5Aread)(attribute, type, into); }))
             .second)
      throw std::runtime_error("libhdf5 lists an attribute twice");
  }
}

void read_elements(hid_t dataset, Content& content) {
  const Held type(FROM_LIBHDF5(H5Dget_type)(dataset), "a dataset's type");
  const Held space(FROM_LIBHDF5(H5Dget_space)(dataset), "a dataset's space");
  hsize_t dims[H5S_MAX_RANK];
  const auto rank = FROM_LIBHDF5(H5Sget_simple_extent_dims)(space, dims, nullptr);
  content.dims.assign(dims, dims + rank);
  content.data = elements(type, space, content.element_bytes, [&](void* into) {
    return FROM_LIBHDF5(H5Dread)(dataset, type, everything, everything, by_default, into);
  });
}

/// Also the names of what hard links lead to.
void read_links(hid_t group, Content& content, std::vector<std::string>& below) {
  std::vector<std::string> names;
  hsize_t at = 0;
  good(FROM_LIBHDF5(H5Literate)(group, H5_INDEX_NAME, H5_ITER_NATIVE, &at, collect_link, &names),
       "links can't be listed");
  for (const auto& name : names) {
    H5L_info_t info;
    good(FROM_LIBHDF5(H5Lget_info)(group, name.c_str(), &info, by_default), "a link can't be found");
    ModelLink link;
    if (info.type == H5L_TYPE_HARD) {
      link.target = info.u.address;
      below.push_back(name);
    } else {
      std::string value(info.u.val_size, '\0');
      good(FROM_LIBHDF5(H5Lget_val)(group, name.c_str(), value.data(), value.size(), by_default), "a link's value");
      if (info.type == H5L_TYPE_SOFT) {
        link.kind = ModelLink::Kind::soft;
        link.text = value.c_str();
      } else {
        link.kind = ModelLink::Kind::external;
        link.text = value.substr(1, value.size() - 2);  // without version and flags, and without the last byte 0
      }
    }
    if (!content.links.emplace(name, link).second) throw std::runtime_error("libhdf5 lists a link twice");
  }
}

void visit(hid_t object, Found& found) {
  H5O_info_t info;
  good(FROM_LIBHDF5(H5Oget_info2)(object, &info, H5O_INFO_BASIC), "an object can't be described");
  if (found.objects.contains(info.addr)) return;
  auto& content = found.objects[info.addr];
  content.is_group = info.type == H5O_TYPE_GROUP;
  content.references = info.rc;
  read_attributes(object, content);
  if (info.type == H5O_TYPE_DATASET) read_elements(object, content);
  if (!content.is_group) return;
  std::vector<std::string> below;
  read_links(object, content, below);
  for (const auto& name : below)
    visit(Held(FROM_LIBHDF5(H5Oopen)(object, name.c_str(), by_default), "an object can't be opened"), found);
}

/// A dataset of 4-byte integers 1, 2, 3, ... with chunks.
void make_dataset(hid_t file, const char* name, std::vector<hsize_t> dims, std::vector<hsize_t> most,
                  std::vector<hsize_t> chunk, bool filtered, bool early) {
  const auto integer = constant("H5T_STD_I32LE_g");
  const auto rank = static_cast<int>(dims.size());
  const Held space(FROM_LIBHDF5(H5Screate_simple)(rank, dims.data(), most.empty() ? nullptr : most.data()), "space");
  const Held create(FROM_LIBHDF5(H5Pcreate)(constant("H5P_CLS_DATASET_CREATE_ID_g")), "no property list");
  good(FROM_LIBHDF5(H5Pset_chunk)(create, rank, chunk.data()), "chunk");
  if (filtered) good(FROM_LIBHDF5(H5Pset_deflate)(create, 6), "deflate");
  if (early) good(FROM_LIBHDF5(H5Pset_alloc_time)(create, H5D_ALLOC_TIME_EARLY), "allocation");
  const Held dataset(FROM_LIBHDF5(H5Dcreate2)(file, name, integer, space, by_default, create, by_default), name);
  hsize_t count = 1;
  for (const auto dim : dims) count *= dim;
  std::vector<std::int32_t> values(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<std::int32_t>(i + 1);
  good(FROM_LIBHDF5(H5Dwrite)(dataset, integer, everything, everything, by_default, values.data()), name);
}

}  // namespace

std::string libhdf5_missing() {
  return library() != nullptr ? "" : "libhdf5 is not installed";
}

std::string look_with_libhdf5(const std::byte* file, std::size_t size) {
  FROM_LIBHDF5(H5open)();
  FROM_LIBHDF5(H5Eset_auto2)(H5E_DEFAULT, nullptr, nullptr);
  const auto access = in_memory();
  // It makes a copy of its own.
  std::vector<std::byte> image(file, file + size);
  good(FROM_LIBHDF5(H5Pset_file_image)(access, image.data(), image.size()), "file image");
  const Held opened(FROM_LIBHDF5(H5Fopen)("image", 0U, access), "the file can't be opened");
  const Held root(FROM_LIBHDF5(H5Oopen)(opened, "/", by_default), "no root");
  H5O_info_t info;
  good(FROM_LIBHDF5(H5Oget_info2)(root, &info, H5O_INFO_BASIC), "the root can't be described");
  Found found;
  found.root = info.addr;
  visit(root, found);
  std::string bytes;
  put_found(found, bytes);
  return bytes;
}

std::string make_with_libhdf5() {
  // Not in memory: an image from there is marked as open for writing.
  const io::TestFolder folder;
  {
    const Held access(FROM_LIBHDF5(H5Pcreate)(constant("H5P_CLS_FILE_ACCESS_ID_g")), "no property list");
    good(FROM_LIBHDF5(H5Pset_libver_bounds)(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST), "newest style");
    const Held file(FROM_LIBHDF5(H5Fcreate)((folder / "made").c_str(), 2U, by_default, access), "no new file");
    const auto endless = H5S_UNLIMITED;
    make_dataset(file, "single", {12}, {}, {12}, false, false);
    make_dataset(file, "implicit", {30}, {}, {4}, false, true);
    make_dataset(file, "fixed array", {30}, {}, {4}, false, false);
    make_dataset(file, "filtered fixed array", {30}, {}, {4}, true, false);
    make_dataset(file, "extensible array", {10}, {endless}, {4}, false, false);
    make_dataset(file, "filtered extensible array", {10}, {endless}, {4}, true, false);
    make_dataset(file, "tree", {6, 6}, {endless, endless}, {3, 3}, true, false);
  }
  std::ifstream made(folder / "made", std::ios::binary);
  std::ostringstream bytes;
  bytes << made.rdbuf();
  return bytes.str();
}

#endif

}  // namespace fiver::tests
