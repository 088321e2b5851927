// The numbers that the HDF Group has registered for filters, and their names.
#include <algorithm>
#include <array>
#include <string_view>

#include "fiver/values/filter_spec.hpp"

namespace fiver {
namespace {

struct Registered {
  std::uint16_t id;
  std::string_view name;
};

constexpr std::array names{
    Registered{1, "deflate"},        Registered{2, "shuffle"},
    Registered{3, "fletcher32"},     Registered{4, "szip"},
    Registered{5, "nbit"},           Registered{6, "scaleoffset"},
    Registered{257, "hzip"},         Registered{258, "fpzip"},
    Registered{305, "LZO"},          Registered{307, "bzip2"},
    Registered{32000, "LZF"},        Registered{32001, "Blosc"},
    Registered{32002, "MAFISC"},     Registered{32003, "Snappy"},
    Registered{32004, "LZ4"},        Registered{32005, "APAX"},
    Registered{32006, "CBF"},        Registered{32007, "JPEG-XR"},
    Registered{32008, "bitshuffle"}, Registered{32009, "SPDP"},
    Registered{32010, "LPC-Rice"},   Registered{32011, "CCSDS-123"},
    Registered{32012, "JPEG-LS"},    Registered{32013, "ZFP"},
    Registered{32014, "fpzip"},      Registered{32015, "Zstandard"},
    Registered{32016, "B3D"},        Registered{32017, "SZ"},
    Registered{32018, "FCIDECOMP"},  Registered{32019, "JPEG"},
    Registered{32020, "VBZ"},        Registered{32021, "FAPEC"},
    Registered{32022, "BitGroom"},   Registered{32023, "Granular BitRound"},
    Registered{32024, "SZ3"},        Registered{32025, "Delta-Rice"},
    Registered{32026, "Blosc2"},     Registered{32027, "FLAC"},
    Registered{32028, "SPERR"},      Registered{32029, "TERSE/PROLIX"},
    Registered{32030, "FFMPEG"},     Registered{32031, "JPEG2000"},
    Registered{32032, "BitRound"},
};
static_assert(std::ranges::is_sorted(names, {}, &Registered::id));

}  // namespace

std::string registered_filter_name(std::uint16_t id) {
  const auto found = std::ranges::lower_bound(names, id, {}, &Registered::id);
  return found != names.end() && found->id == id ? std::string(found->name) : std::string();
}

}  // namespace fiver
