// The library of Blosc 2, opened when first needed from the path fixed at build (FIVER_BLOSC2_LIBRARY). No package of the distribution
// has it. It exports the functions of LZ4, zstd and zlib under their own names, so it is never linked: it is opened with its own
// symbols first and hidden from everybody else.
#pragma once

#include <cstdint>
#include <string>

namespace fiver::codecs {

struct Blosc2Library {
  using Frame = void;  // the library's super-chunk
  Frame* (*open_frame)(std::uint8_t* bytes, std::int64_t size, bool copy) = nullptr;
  int (*decode_chunk)(Frame* frame, std::int64_t index, void* to, std::int32_t size) = nullptr;
  int (*close_frame)(Frame* frame) = nullptr;
  std::string missing;  ///< why it cannot be used; empty when it can

  /// The one of this process.
  static const Blosc2Library& get();
};

}  // namespace fiver::codecs
