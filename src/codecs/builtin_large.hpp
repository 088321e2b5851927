// Factories of the built-in filters that wrap a large library or a block format of their own.
#pragma once

#include <memory>

#include "fiver/spi/filter.hpp"

namespace fiver::codecs {

std::unique_ptr<Filter> make_bitshuffle();  ///< 32008: bit transposition, alone or followed by LZ4 or zstd
std::unique_ptr<Filter> make_blosc();       ///< 32001
std::unique_ptr<Filter> make_blosc2();      ///< 32026: needs the library named when this was built
std::unique_ptr<Filter> make_zfp();         ///< 32013
std::unique_ptr<Filter> make_jpegls();      ///< 32012
std::unique_ptr<Filter> make_fcidecomp();   ///< 32018
std::unique_ptr<Filter> make_vbz();         ///< 32020

}  // namespace fiver::codecs
