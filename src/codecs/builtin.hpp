// The filters that come with the library; each is one file of this directory (format specification IV.A.2.l
// and the register of filters). The rest of them is in builtin_large.hpp.
#pragma once

#include <memory>
#include <vector>

#include "fiver/spi/filter.hpp"

namespace fiver::codecs {

std::unique_ptr<Filter> make_deflate();            // 1
std::unique_ptr<Filter> make_shuffle();            // 2
std::unique_ptr<Filter> make_fletcher32();         // 3
std::unique_ptr<Filter> make_szip();               // 4
std::unique_ptr<Filter> make_nbit();               // 5
std::unique_ptr<Filter> make_scaleoffset();        // 6
std::unique_ptr<Filter> make_lzo();                // 305
std::unique_ptr<Filter> make_bzip2();              // 307
std::unique_ptr<Filter> make_lzf();                // 32000
std::unique_ptr<Filter> make_lz4();                // 32004
std::unique_ptr<Filter> make_zstd();               // 32015
std::unique_ptr<Filter> make_bitgroom();           // 32022
std::unique_ptr<Filter> make_granular_bitround();  // 32023
std::unique_ptr<Filter> make_bitround();           // 32032

/// One of each, those of builtin_large.hpp included.
std::vector<std::shared_ptr<const Filter>> builtin_filters();

}  // namespace fiver::codecs
