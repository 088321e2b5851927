#include "codecs/blosc2_library.hpp"

#include <dlfcn.h>

#include <string>
#include <string_view>

#if defined(__SANITIZE_ADDRESS__)  // g++
#define FIVER_ADDRESS_SANITIZER
#elif defined(__has_feature)  // clang
#if __has_feature(address_sanitizer)
#define FIVER_ADDRESS_SANITIZER
#endif
#endif

namespace fiver::codecs {
namespace {

template <class Function>
bool find(void* library, const char* name, Function*& function) {
  function = reinterpret_cast<Function*>(dlsym(library, name));
  return function != nullptr;
}

#if !defined(FIVER_ADDRESS_SANITIZER)
bool knows_structures(const Blosc2Coding& coding) {
  constexpr std::array<std::uint8_t, 6> only_shuffle = {0, 0, 0, 0, 0, 1};
  return coding.codec == 0 && coding.level == 5 && coding.use_dictionary == 0 && coding.element_size == 8 &&
         coding.threads == 1 && coding.block_size == 0 && coding.frame == nullptr && coding.filters == only_shuffle;
}

void find_encoder(void* handle, Blosc2Library& library) {
  Blosc2Coding (*defaults)() = nullptr;
  const char* (*version)() = nullptr;
  if (!find(handle, "blosc2_get_version_string", version) || !find(handle, "blosc2_schunk_new", library.new_frame) ||
      !find(handle, "blosc2_schunk_append_buffer", library.append_chunk) ||
      !find(handle, "blosc2_schunk_to_buffer", library.bytes_of_frame) ||
      !find(handle, "blosc2_get_blosc2_cparams_defaults", defaults))
    return;
  const std::string_view text = version();
  if ((text.starts_with("2.") || text.starts_with("3.")) && knows_structures(defaults()))
    library.default_coding = defaults;
}
#endif

#if !defined(FIVER_ADDRESS_SANITIZER)
/// Where the library is: a path as it is, a mere name in the folder of the library that this code is in.
std::string library_path(std::string name) {
  Dl_info here{};
  if (name.find('/') != std::string::npos || dladdr(reinterpret_cast<const void*>(&library_path), &here) == 0)
    return name;
  const std::string_view ours = here.dli_fname;
  const auto folder = ours.rfind('/');
  return folder == std::string_view::npos ? name : std::string(ours.substr(0, folder + 1)) + name;
}
#endif

Blosc2Library open_library() {
  Blosc2Library library;
#if defined(FIVER_ADDRESS_SANITIZER)
  // AddressSanitizer forbids RTLD_DEEPBIND, without which the library would call our LZ4 and zstd with its own structures.
  library.missing = "Blosc 2 cannot be opened in a build with AddressSanitizer";
#else
  const std::string path = library_path(FIVER_BLOSC2_LIBRARY);
  int flags = RTLD_NOW | RTLD_LOCAL;
#if defined(RTLD_DEEPBIND)
  flags |= RTLD_DEEPBIND;
#endif
  void* const handle = dlopen(path.c_str(), flags);
  if (handle == nullptr) {
    library.missing = "the library of Blosc 2 is not at " + path + ": scripts/fetch-blosc2.sh puts it there";
    return library;
  }
  void (*initialise)() = nullptr;
  if (!find(handle, "blosc2_init", initialise) || !find(handle, "blosc2_schunk_from_buffer", library.open_frame) ||
      !find(handle, "blosc2_schunk_decompress_chunk", library.decode_chunk) ||
      !find(handle, "blosc2_schunk_free", library.close_frame)) {
    library.missing = path + " is no library of Blosc 2";
    dlclose(handle);
    return library;
  }
  initialise();
  find_encoder(handle, library);
#endif
  return library;
}

}  // namespace

const Blosc2Library& Blosc2Library::get() {
  static const Blosc2Library library = open_library();
  return library;
}

}  // namespace fiver::codecs
