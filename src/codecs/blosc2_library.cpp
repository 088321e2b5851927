#include "codecs/blosc2_library.hpp"

#include <dlfcn.h>

namespace fiver::codecs {
namespace {

template <class Function>
bool find(void* library, const char* name, Function*& function) {
  function = reinterpret_cast<Function*>(dlsym(library, name));
  return function != nullptr;
}

Blosc2Library open_library() {
  Blosc2Library library;
#if defined(__SANITIZE_ADDRESS__)
  // AddressSanitizer forbids RTLD_DEEPBIND, without which the library would call our LZ4 and zstd with its own structures.
  library.missing = "Blosc 2 cannot be opened in a build with AddressSanitizer";
#else
  const std::string path = FIVER_BLOSC2_LIBRARY;
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
#endif
  return library;
}

}  // namespace

const Blosc2Library& Blosc2Library::get() {
  static const Blosc2Library library = open_library();
  return library;
}

}  // namespace fiver::codecs
