#include "codecs/builtin.hpp"

#include "codecs/builtin_large.hpp"

namespace fiver::codecs {

std::vector<std::shared_ptr<const Filter>> builtin_filters() {
  std::vector<std::shared_ptr<const Filter>> filters;
  for (auto* make :
       {make_deflate,    make_shuffle, make_fletcher32, make_szip, make_nbit,     make_scaleoffset,       make_lzo,
        make_bzip2,      make_lzf,     make_lz4,        make_zstd, make_bitgroom, make_granular_bitround, make_bitround,
        make_bitshuffle, make_blosc,   make_blosc2,     make_zfp,  make_jpegls,   make_fcidecomp,         make_vbz})
    filters.push_back(make());
  return filters;
}

}  // namespace fiver::codecs
