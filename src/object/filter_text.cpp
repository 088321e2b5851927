// Pipelines as people write them. A part is a name and, after "=", its arguments; a part that is only a number is one more argument
// where the part before has arguments, so that commas serve for both: "32008=0,2,shuffle".
#include <fmt/format.h>

#include <charconv>
#include <functional>
#include <optional>

#include "fiver/filters.hpp"
#include "fiver/values/error.hpp"

namespace fiver {
namespace {

struct Part {
  std::string_view name;
  std::vector<std::string_view> arguments;
  std::string_view whole;  ///< as written
  bool has_arguments = false;
};

[[noreturn]] void refuse(const Part& part, std::string_view reason) {
  throw Error(ErrorKind::invalid_argument, fmt::format("\"{}\": {}", part.whole, reason)).in("filters");
}

template <class Number>
std::optional<Number> number_of(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// Takes a part's arguments in turn; those that are not given have their default.
class Arguments {
 public:
  explicit Arguments(const Part& part) : part_(part) {}
  std::string_view text(std::string_view otherwise) {
    const auto given = next();
    return given.value_or(otherwise);
  }
  template <class Number>
  Number number(std::optional<Number> otherwise, std::string_view what) {
    const auto given = next();
    if (!given) {
      if (otherwise) return *otherwise;
      refuse(part_, fmt::format("needs {}, as in {}=3", what, part_.name));
    }
    const auto number = number_of<Number>(*given);
    if (!number) refuse(part_, fmt::format("\"{}\" is no number for {}", *given, what));
    return *number;
  }
  void end() const {
    if (used_ < part_.arguments.size()) refuse(part_, fmt::format("does not take \"{}\"", part_.arguments[used_]));
  }
  const Part& part() const { return part_; }

 private:
  std::optional<std::string_view> next() {
    if (used_ == part_.arguments.size()) return std::nullopt;
    return part_.arguments[used_++];
  }
  const Part& part_;
  std::size_t used_ = 0;
};

filters::BloscShuffle blosc_shuffle(Arguments& arguments) {
  const auto text = arguments.text("bytes");
  if (text == "none" || text == "0") return filters::BloscShuffle::none;
  if (text == "bytes" || text == "1") return filters::BloscShuffle::bytes;
  if (text == "bits" || text == "2") return filters::BloscShuffle::bits;
  refuse(arguments.part(), fmt::format("\"{}\" is not none, bytes or bits", text));
}

using Make = FilterSpec (*)(Arguments&);
struct Form {
  std::string_view name, arguments, meaning;
  Make make;
};

constexpr std::uint32_t no_block = 0;

// clang-format off
const Form forms[] = {
    {"gzip", "[=LEVEL]", "deflate, level 0 to 9 (4)",
     [](Arguments& a) { return filters::deflate(a.number<int>(4, "its level")); }},
    {"deflate", "[=LEVEL]", "the same",
     [](Arguments& a) { return filters::deflate(a.number<int>(4, "its level")); }},
    {"shuffle", "", "bytes of equal rank together, before a compressor", [](Arguments&) { return filters::shuffle(); }},
    {"fletcher32", "", "a checksum on every chunk", [](Arguments&) { return filters::fletcher32(); }},
    {"szip", "[=CODING[:PIXELS]]", "CODING nn or ec (nn), PIXELS of a block, even, to 32 (8)",
     [](Arguments& a) {
       const auto coding = a.text("nn");
       if (coding != "nn" && coding != "ec") refuse(a.part(), fmt::format("\"{}\" is not nn or ec", coding));
       return filters::szip(coding == "nn" ? filters::SzipCoding::nearest_neighbour : filters::SzipCoding::entropy,
                            a.number<int>(8, "the pixels of a block"));
     }},
    {"nbit", "", "only the bits that the type uses", [](Arguments&) { return filters::nbit(); }},
    {"scaleoffset", "[=BITS]", "integers less their minimum, in BITS (0: as many as needed)",
     [](Arguments& a) { return filters::scale_offset_integer(a.number<int>(0, "its bits")); }},
    {"scaleoffset-decimal", "=DIGITS", "floats, to DIGITS after the point",
     [](Arguments& a) { return filters::scale_offset_decimal(a.number<int>(std::nullopt, "its digits")); }},
    {"lzf", "", "fast, of h5py", [](Arguments&) { return filters::lzf(); }},
    {"lz4", "[=BYTES]", "fast, BYTES of a block (0: its own choice)",
     [](Arguments& a) { return filters::lz4(a.number<std::uint32_t>(no_block, "the bytes of a block")); }},
    {"zstd", "[=LEVEL]", "Zstandard, level to 22 (3)",
     [](Arguments& a) { return filters::zstd(a.number<int>(3, "its level")); }},
    {"bzip2", "[=BLOCK]", "slow, blocks of 1 to 9 times 100 000 bytes (9)",
     [](Arguments& a) { return filters::bzip2(a.number<int>(9, "its block")); }},
    {"bitshuffle", "[=BLOCK]", "bits of equal rank together, BLOCK elements at a time (0: its own choice)",
     [](Arguments& a) { return filters::bitshuffle(a.number<std::uint32_t>(no_block, "the elements of a block")); }},
    {"bitshuffle-lz4", "[=BLOCK]", "the same, then LZ4: what Eiger detectors write",
     [](Arguments& a) { return filters::bitshuffle_lz4(a.number<std::uint32_t>(no_block, "the elements of a block")); }},
    {"bitshuffle-zstd", "[=LEVEL[:BLOCK]]", "the same, then Zstandard, level 0 to 22 (3)",
     [](Arguments& a) {
       const auto level = a.number<int>(3, "its level");
       return filters::bitshuffle_zstd(level, a.number<std::uint32_t>(no_block, "the elements of a block"));
     }},
    {"blosc", "[=CODEC[:LEVEL[:SHUFFLE]]]",
     "CODEC blosclz, lz4, lz4hc, snappy, zlib or zstd (lz4), level 0 to 9 (5), SHUFFLE none, bytes or bits (bytes)",
     [](Arguments& a) {
       const auto codec = a.text("lz4");
       const auto level = a.number<int>(5, "its level");
       return filters::blosc(codec, level, blosc_shuffle(a));
     }},
    {"blosc2", "[=CODEC[:LEVEL[:SHUFFLE]]]", "the same without snappy (blosclz)",
     [](Arguments& a) {
       const auto codec = a.text("blosclz");
       const auto level = a.number<int>(5, "its level");
       return filters::blosc2(codec, level, blosc_shuffle(a));
     }},
    {"zfp", "", "numbers of 4 or 8 bytes, lossy, in its default mode", [](Arguments&) { return filters::zfp(); }},
    {"zfp-rate", "=BITS", "BITS of every element",
     [](Arguments& a) { return filters::zfp_rate(a.number<double>(std::nullopt, "its bits")); }},
    {"zfp-precision", "=PLANES", "the uppermost PLANES of bits",
     [](Arguments& a) { return filters::zfp_precision(a.number<std::uint32_t>(std::nullopt, "its planes")); }},
    {"zfp-accuracy", "=TOLERANCE", "an absolute error of at most TOLERANCE",
     [](Arguments& a) { return filters::zfp_accuracy(a.number<double>(std::nullopt, "its tolerance")); }},
    {"zfp-reversible", "", "lossless", [](Arguments&) { return filters::zfp_reversible(); }},
    {"zfp-expert", "=MINBITS:MAXBITS:MAXPREC:MINEXP", "the library's four parameters",
     [](Arguments& a) {
       const auto min_bits = a.number<std::uint32_t>(std::nullopt, "its least bits");
       const auto max_bits = a.number<std::uint32_t>(std::nullopt, "its most bits");
       const auto precision = a.number<std::uint32_t>(std::nullopt, "its precision");
       return filters::zfp_expert(min_bits, max_bits, precision, a.number<int>(std::nullopt, "its least exponent"));
     }},
    {"jpegls", "", "images of 1- or 2-byte integers", [](Arguments&) { return filters::jpegls(); }},
    {"fcidecomp", "", "the same, as EUMETSAT stores it", [](Arguments&) { return filters::fcidecomp(); }},
    {"vbz", "[=SIZE[:DIFFERENCES[:LEVEL]]]",
     "nanopore signals: integers of SIZE bytes (2), DIFFERENCES taken 0 or 1 (1), zstd level to 22 (1)",
     [](Arguments& a) {
       const auto size = a.number<int>(2, "the size of an integer");
       const auto differences = a.number<int>(1, "whether differences are taken");
       if (differences != 0 && differences != 1) refuse(a.part(), "differences are taken, 1, or not, 0");
       return filters::vbz(size, differences == 1, a.number<int>(1, "its level"));
     }},
};
// clang-format on

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

void split(std::string_view text, char separator, const std::function<void(std::string_view)>& each) {
  for (std::size_t at = 0;;) {
    const auto end = text.find(separator, at);
    each(trimmed(text.substr(at, end == std::string_view::npos ? end : end - at)));
    if (end == std::string_view::npos) return;
    at = end + 1;
  }
}

std::vector<Part> parts_of(std::string_view text) {
  std::vector<Part> parts;
  split(text, ',', [&](std::string_view piece) {
    if (piece.empty())
      throw Error(ErrorKind::invalid_argument, fmt::format("\"{}\" has an empty part", text)).in("filters");
    if (!parts.empty() && parts.back().has_arguments && number_of<double>(piece)) {
      auto& part = parts.back();
      part.arguments.push_back(piece);
      part.whole = {part.whole.data(), static_cast<std::size_t>(piece.data() + piece.size() - part.whole.data())};
      return;
    }
    Part part{piece, {}, piece, false};
    if (const auto sign = piece.find('='); sign != std::string_view::npos) {
      part.name = trimmed(piece.substr(0, sign));
      part.has_arguments = true;
      if (const auto rest = trimmed(piece.substr(sign + 1)); !rest.empty())
        split(rest, ':', [&part](std::string_view argument) { part.arguments.push_back(argument); });
    }
    parts.push_back(std::move(part));
  });
  return parts;
}

FilterSpec by_number(const Part& part, std::uint16_t id) {
  FilterSpec spec{id, 1, {}, {}};
  if (id == filters::fletcher32().id) spec.flags = filters::fletcher32().flags;
  for (const auto argument : part.arguments) {
    if (const auto value = number_of<std::uint32_t>(argument))
      spec.values.push_back(*value);
    else if (const auto negative = number_of<std::int32_t>(argument))
      spec.values.push_back(static_cast<std::uint32_t>(*negative));
    else
      refuse(part, fmt::format("\"{}\" is no parameter of 32 bits", argument));
  }
  return spec;
}

FilterSpec filter_of(const Part& part) {
  if (const auto id = number_of<std::uint16_t>(part.name); id && *id != 0) return by_number(part, *id);
  for (const auto& form : forms) {
    if (form.name != part.name) continue;
    Arguments arguments(part);
    try {
      auto spec = form.make(arguments);
      arguments.end();
      return spec;
    } catch (const Error& error) {
      if (error.reason().starts_with("filters: ")) throw;
      refuse(part, error.reason());
    }
  }
  if (number_of<double>(part.name)) refuse(part, "filters have numbers from 1 to 65535");
  refuse(part, "no filter has that name");
}

}  // namespace

FilterPipeline parse_filters(std::string_view text) {
  FilterPipeline pipeline;
  if (trimmed(text).empty()) return pipeline;
  for (const auto& part : parts_of(text)) pipeline.push_back(filter_of(part));
  return pipeline;
}

std::vector<FilterHelp> filter_help() {
  std::vector<FilterHelp> help;
  for (const auto& form : forms) help.push_back({form.name, form.arguments, form.meaning});
  help.push_back({"NUMBER", "[=VALUE,...]", "any registered filter, with its raw parameters"});
  return help;
}

}  // namespace fiver
