// The library of Blosc 2, opened when first needed from the path fixed at build (FIVER_BLOSC2_LIBRARY). No package of the distribution
// has it. It exports the functions of LZ4, zstd and zlib under their own names, so it is never linked: it is opened with its own
// symbols first and hidden from everybody else.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace fiver::codecs {

/// What the library wants to know to encode, laid out as its versions 2 and 3 have it. It is asked for its own defaults, and these
/// are checked to be where this says; a later version may append to it.
struct Blosc2Coding {
  std::uint8_t codec, codec_extra, level;
  int use_dictionary;
  std::int32_t element_size;
  std::int16_t threads;
  std::int32_t block_size;
  std::int32_t split;
  void* frame;
  std::array<std::uint8_t, 6> filters, filters_extra;
  std::array<std::byte, 512> rest;
};

/// Where the library keeps a frame; null: its defaults, in memory.
struct Blosc2Place {
  bool contiguous;
  char* path;
  Blosc2Coding* coding;
  void* decoding;
  void* storage;
};

struct Blosc2Library {
  using Frame = void;  // the library's super-chunk
  Frame* (*open_frame)(std::uint8_t* bytes, std::int64_t size, bool copy) = nullptr;
  int (*decode_chunk)(Frame* frame, std::int64_t index, void* to, std::int32_t size) = nullptr;
  int (*close_frame)(Frame* frame) = nullptr;
  // For encoding; null where this version of the library is not one whose structures are known.
  Blosc2Coding (*default_coding)() = nullptr;
  Frame* (*new_frame)(Blosc2Place* place) = nullptr;
  std::int64_t (*append_chunk)(Frame* frame, const void* from, std::int32_t size) = nullptr;
  std::int64_t (*bytes_of_frame)(Frame* frame, std::uint8_t** bytes, bool* caller_frees) = nullptr;
  std::string missing;  ///< why it cannot be used; empty when it can
  bool encodes() const { return missing.empty() && default_coding != nullptr; }

  /// The one of this process.
  static const Blosc2Library& get();
};

}  // namespace fiver::codecs
