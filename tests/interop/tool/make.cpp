#include <fmt/format.h>

#include "fiver/filters.hpp"
#include "fiver/values/variable.hpp"
#include "tool.hpp"

namespace fiver::interop {

std::vector<std::byte> pattern(const Datatype& type, std::uint64_t count, std::uint64_t seed) {
  std::vector<std::byte> bytes(static_cast<std::size_t>(count) * type.size());
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = type.is<EnumType>()     ? static_cast<std::byte>((i + seed) % 2 * (i % type.size() == 0 ? 1 : 0))
               : type.is<StringType>() ? static_cast<std::byte>('a' + (i * 7 + seed) % 26)
                                       : static_cast<std::byte>((i * 31 + seed * 17 + i / 64) % 90);
  return bytes;
}

namespace {

struct NamedType {
  std::string name;
  Datatype type;
};

std::vector<NamedType> fixed_types() {
  std::vector<NamedType> types;
  for (const auto order : {ByteOrder::little, ByteOrder::big}) {
    const char* mark = order == ByteOrder::little ? "le" : "be";
    for (const std::uint32_t size : {1U, 2U, 4U, 8U})
      for (const bool is_signed : {false, true})
        types.push_back(
            {fmt::format("{}{}{}", is_signed ? "i" : "u", size, mark), integer_type(size, is_signed, order)});
    for (const std::uint32_t size : {2U, 4U, 8U})
      types.push_back({fmt::format("f{}{}", size, mark), float_type(size, order)});
    types.push_back({fmt::format("bits{}", mark), Datatype(2, BitFieldType{order, 0, 16})});
  }
  types.push_back({"i3", integer_type(3, true)});
  types.push_back({"bits of 12", Datatype(2, IntegerType{ByteOrder::little, true, 2, 12})});
  types.push_back({"bool", native_type<bool>()});
  types.push_back({"opaque", Datatype(6, OpaqueType{"a tag"})});
  for (const auto padding : {StringPadding::null_terminated, StringPadding::null_padded, StringPadding::space_padded})
    types.push_back(
        {fmt::format("string {}", static_cast<int>(padding)), Datatype(9, StringType{padding, CharacterSet::ascii})});
  types.push_back({"string utf8", Datatype(12, StringType{StringPadding::null_padded, CharacterSet::utf8})});
  types.push_back({"array", Datatype(24, ArrayType{integer_type(4, true), {2, 3}})});
  types.push_back({"enum", Datatype(2, EnumType{integer_type(2, true),
                                                {{"zero", {std::byte{0}, std::byte{0}}},
                                                 {"one", {std::byte{1}, std::byte{0}}},
                                                 {"far", {std::byte{0x30}, std::byte{0x75}}}}})});
  const Datatype inner(12, CompoundType{{{"x", 0, float_type(8)}, {"n", 8, integer_type(2, false, ByteOrder::big)}}});
  types.push_back(
      {"compound", Datatype(32, CompoundType{{{"a", 0, integer_type(1, true)},
                                              {"inside", 4, inner},
                                              {"text", 16, Datatype(5, StringType{})},
                                              {"list", 24, Datatype(6, ArrayType{integer_type(2, true), {3}})}}})});
  return types;
}

struct Maker {
  std::filesystem::path folder;
  Compatibility compatibility;
  std::string prefix() const { return compatibility == Compatibility::native ? "native_" : "earliest_"; }
  File file(const std::string& name, NewFile settings = {}) const {
    settings.compatibility = compatibility;
    return File::create((folder / (prefix() + name + ".h5")).string(), settings);
  }
};

Dataset fill(const Dataset& dataset, std::uint64_t seed) {
  const auto space = dataset.space();
  const auto bytes = pattern(dataset.type(), space.element_count(), seed);
  dataset.write_converted(dataset.type(), bytes);
  return dataset;
}

void make_types(const Maker& make) {
  const auto file = make.file("types");
  const auto root = file.root();
  std::uint64_t seed = 0;
  for (const auto& [name, type] : fixed_types()) {
    fill(root.create_dataset("plain/" + name, type, Dataspace::simple({5})), ++seed);
    NewDataset chunked;
    chunked.chunk = Shape{3, 2};
    chunked.fill.defined = FillValue::Defined::by_user;
    chunked.fill.bytes = pattern(type, 1, 1);
    const auto dataset =
        root.create_dataset("chunked/" + name, type, Dataspace::simple({7, 5}, Shape{unlimited, 5}), chunked);
    dataset.write_converted(type, pattern(type, 10, ++seed), box({1, 0}, {2, 5}));
    root.group("plain").write_attribute(name, type, Dataspace::simple({2, 2}), type, pattern(type, 4, ++seed));
    root.group("chunked").write_attribute(name, type, Dataspace::scalar(), type, pattern(type, 1, ++seed));
    root.commit_datatype("named/" + name, type);
  }
  const Datatype text(16, VariableStringType{StringPadding::null_terminated, CharacterSet::utf8});
  const auto strings = root.create_dataset("variable strings", text, Dataspace::simple({6}));
  strings.write_strings(std::vector<std::string>{"one", "", "gr\xc3\xbc\xc3\x9f", std::string(9000, 'x'), "four", "5"});
  NewDataset chunked;
  chunked.chunk = Shape{4};
  const auto grows = root.create_dataset("growing strings", text, Dataspace::simple({6}, Shape{unlimited}), chunked);
  grows.write_strings(std::vector<std::string>{"a", "bb"}, box({3}, {2}));
  const Datatype sequence(16, VariableLengthType{integer_type(4, true)});
  const std::vector<std::int32_t> numbers = {1, 2, 3, 4, 5};
  const auto part = [&](std::size_t n) {
    return VariablePart{n, n == 0 ? nullptr : std::as_bytes(std::span(numbers)).data()};
  };
  const std::vector<VariablePart> parts = {part(0), part(1), part(5), part(3)};
  root.create_dataset("sequences", sequence, Dataspace::simple({4}))
      .write_converted(sequence, std::as_bytes(std::span(parts)));
  root.write_attribute("sequences", sequence, Dataspace::simple({4}), sequence, std::as_bytes(std::span(parts)));
  root.set_attribute("text", "value");
  root.set_attribute("texts", std::vector<std::string>{"a", "", "ccc"});
  const auto named = root.commit_datatype("committed", integer_type(4, true));
  NewDataset shared;
  shared.committed_type = named.address();
  fill(root.create_dataset("of committed type", named.type(), Dataspace::simple({4}), shared), 3);
  root.write_attribute("of committed type", named.type(), Dataspace::scalar(), named.type(),
                       pattern(named.type(), 1, 2), named.address());
  // References to objects.
  const Datatype reference(8, ReferenceType{ReferenceKind::object});
  std::vector<std::uint64_t> targets = {root.address().value, named.address().value, 0, strings.address().value};
  root.create_dataset("references", reference, Dataspace::simple({4}))
      .write_converted(reference, std::as_bytes(std::span(targets)));
  root.write_attribute("reference", reference, Dataspace::scalar(), reference,
                       std::as_bytes(std::span(targets)).first(8));
  file.close();
}

void make_layouts(const Maker& make) {
  const auto file = make.file("layouts");
  const auto root = file.root();
  const auto f4 = float_type(4);
  fill(root.create_dataset("scalar", f4, Dataspace::scalar()), 1);
  root.create_dataset("null", f4, Dataspace::null());
  root.create_dataset("empty", f4, Dataspace::simple({0, 4}));
  fill(root.create_dataset("contiguous", f4, Dataspace::simple({40, 50})), 2);
  root.create_dataset("never written", f4, Dataspace::simple({40, 50}));
  NewDataset compact;
  compact.compact = true;
  fill(root.create_dataset("compact", f4, Dataspace::simple({3, 4}), compact), 3);
  fill(root.create_dataset("compact of 60000 bytes", f4, Dataspace::simple({15000}), compact), 4);
  const auto chunked = [&](const std::string& name, const Shape& dims, std::optional<Shape> most, const Shape& chunk,
                           bool partial = true) {
    NewDataset settings;
    settings.chunk = chunk;
    settings.filter_partial_chunks = partial;
    settings.filters = {filters::shuffle(), filters::deflate(1)};
    for (const bool filtered : {true, false}) {
      if (!filtered) settings.filters.clear();
      fill(root.create_dataset(name + (filtered ? " filtered" : ""), f4, Dataspace::simple(dims, most), settings), 5);
    }
  };
  chunked("single", {20, 30}, {}, {20, 30});
  chunked("fixed", {20, 30}, {}, {7, 8});
  chunked("fixed, may grow", {20, 30}, Shape{50, 30}, {7, 8});
  chunked("one unlimited", {20, 30}, Shape{unlimited, 30}, {7, 8});
  chunked("second unlimited", {20, 30}, Shape{20, unlimited}, {7, 8});
  chunked("both unlimited", {20, 30}, Shape{unlimited, unlimited}, {7, 8});
  chunked("many chunks", {100, 100}, Shape{unlimited, unlimited}, {3, 1});
  chunked("three", {9, 9, 9}, Shape{unlimited, unlimited, unlimited}, {2, 3, 4});
  chunked("one dimension", {3000}, Shape{unlimited}, {1});
  chunked("partial chunks unfiltered", {20, 30}, Shape{unlimited, unlimited}, {7, 8}, false);
  chunked("six", {2, 3, 2, 3, 2, 3}, {}, {1, 2, 1, 2, 1, 2});
  NewDataset external;
  external.external = {{make.prefix() + "raw1.bin", 16, 1000}, {make.prefix() + "raw2.bin", 0, unlimited}};
  fill(root.create_dataset("external", f4, Dataspace::simple({20, 30}), external), 6);
  file.close();
}

void make_filters(const Maker& make) {
  const auto file = make.file("filters");
  const auto root = file.root();
  const auto add = [&](const std::string& name, const Datatype& type, const std::vector<FilterSpec>& pipeline) {
    NewDataset settings;
    settings.chunk = Shape{16, 24};
    settings.filters = pipeline;
    fill(root.create_dataset(name, type, Dataspace::simple({40, 40}, Shape{unlimited, unlimited}), settings), 7);
  };
  const std::vector<std::pair<std::string, FilterPipeline>> pipelines = {
      {"deflate", {filters::deflate(6)}},
      {"shuffle", {filters::shuffle()}},
      {"fletcher32", {filters::fletcher32()}},
      {"all three", {filters::shuffle(), filters::deflate(9), filters::fletcher32()}},
      {"szip nn", {filters::szip()}},
      {"szip entropy", {filters::szip(filters::SzipCoding::entropy, 16)}},
      {"nbit", {filters::nbit()}},
      {"scale offset", {filters::scale_offset_integer()}},
      {"lzf", {filters::lzf()}},
      {"shuffle lzf", {filters::shuffle(), filters::lzf()}},
      {"lz4", {filters::lz4()}},
      {"zstd", {filters::zstd(5)}},
      {"bzip2", {filters::bzip2(2)}},
      {"bitshuffle", {filters::bitshuffle()}},
      {"bitshuffle lz4", {filters::bitshuffle_lz4()}},
      {"bitshuffle zstd", {filters::bitshuffle_zstd()}},
      {"blosc lz4", {filters::blosc()}},
      {"blosc zstd bits", {filters::blosc("zstd", 3, filters::BloscShuffle::bits)}},
      {"blosc2", {filters::blosc2()}},
  };
  for (const auto& [name, pipeline] : pipelines)
    for (const auto& [kind, type] : {std::pair<std::string, Datatype>{"u2", integer_type(2, false)},
                                     {"i4be", integer_type(4, true, ByteOrder::big)}})
      add(name + " " + kind, type, pipeline);
  NewDataset decimal;
  decimal.chunk = Shape{16, 24};
  decimal.filters = {filters::scale_offset_decimal(3)};
  std::vector<double> numbers(1600);
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<double>(i % 90) / 8;
  root.create_dataset("scale offset f8", float_type(8), Dataspace::simple({40, 40}, Shape{unlimited, unlimited}),
                      decimal)
      .write(numbers);
  add("zfp f4", float_type(4), {filters::zfp_rate(8)});
  add("zfp reversible f8", float_type(8), {filters::zfp_reversible()});
  file.close();
}

void make_groups(const Maker& make, bool track_order) {
  NewFile settings;
  settings.track_order = track_order;
  if (track_order) settings.user_block = 1024;
  const auto file = make.file(track_order ? "ordered" : "groups", settings);
  const auto root = file.root();
  for (const unsigned count : {0U, 1U, 8U, 9U, 300U}) {
    const auto group = root.create_group(fmt::format("of {}", count), {track_order});
    for (unsigned i = count; i-- > 0;) {
      const auto name = fmt::format("name {}{}", i, i % 50 == 7 ? std::string(300, 'n') : "");
      if (i % 3 == 0) group.create_soft_link(name, "/of 8/name 1");
      if (i % 3 == 1) group.create_group(name, {track_order});
      if (i % 3 == 2) group.create_external_link(name, "other.h5", "/place");
    }
  }
  root.create_hard_link("again", root.group("of 8"));
  root.create_hard_link("of 1/loop", root);
  root.create_soft_link("nowhere", "not/there");
  root.create_group("gr\xc3\xbc\xc3\x9f/deep/deeper");
  root.move("of 9/name 1", "gr\xc3\xbc\xc3\x9f/moved");
  root.remove("of 300/name 1");
  for (unsigned i = 0; i < 290; ++i)
    if (i % 3 == 0) root.remove(fmt::format("of 300/name {}{}", i, i % 50 == 7 ? std::string(300, 'n') : ""));
  for (const unsigned count : {0U, 7U, 8U, 9U, 100U}) {
    const auto group = root.create_group(fmt::format("attributes {}", count), {track_order});
    for (unsigned i = count; i-- > 0;) group.set_attribute(fmt::format("a{}", i), static_cast<std::int32_t>(i));
    if (count > 2) group.remove_attribute("a1");
    if (count > 2) group.rename_attribute("a2", "renamed");
  }
  const auto types = root.create_group("attribute shapes");
  const auto i4 = integer_type(4, true);
  types.write_attribute("null", i4, Dataspace::null(), i4, {});
  types.write_attribute("empty", i4, Dataspace::simple({0}), i4, {});
  types.write_attribute("9000 bytes", i4, Dataspace::simple({2250}), i4, pattern(i4, 2250, 1));
  types.write_attribute("60000 bytes", i4, Dataspace::simple({15000}), i4, pattern(i4, 15000, 1));
  if (make.compatibility == Compatibility::native || track_order)
    root.create_group("large", {track_order})
        .write_attribute("200000 bytes", i4, Dataspace::simple({50000}), i4, pattern(i4, 50000, 2));
  file.close();
}

void make_virtual(const Maker& make) {
  const auto i4 = integer_type(4, true);
  for (unsigned i = 0; i < 3; ++i) {
    const auto source = make.file(fmt::format("source{}", i));
    NewDataset chunked;
    chunked.chunk = Shape{2, 5};
    fill(source.root().create_dataset("data", i4, Dataspace::simple({4, 10}, Shape{unlimited, 10}), chunked), i);
    source.close();
  }
  const auto file = make.file("virtual");
  const auto root = file.root();
  const auto name = [&](unsigned i) { return fmt::format("{}source{}.h5", make.prefix(), i); };
  NewDataset fixed;
  for (unsigned i = 0; i < 3; ++i) fixed.mappings.push_back({name(i), "/data", all(), box({4 * i, 0}, {4, 10})});
  root.create_dataset("stacked", i4, Dataspace::simple({12, 10}), fixed);
  NewDataset stride;
  for (unsigned i = 0; i < 3; ++i)
    stride.mappings.push_back({name(i), "data", box({0, 0}, {4, 10}), strided({i, 0}, {3, 1}, {4, 10})});
  stride.fill.defined = FillValue::Defined::by_user;
  stride.fill.bytes = pattern(i4, 1, 5);
  root.create_dataset("interleaved", i4, Dataspace::simple({13, 12}), stride);
  NewDataset open;
  open.mappings = {{name(0), "data", hyperslab({0, 0}, {1, 1}, {unlimited, 1}, {1, 10}),
                    hyperslab({0, 0}, {1, 1}, {unlimited, 1}, {1, 10})}};
  root.create_dataset("unlimited", i4, Dataspace::simple({4, 10}, Shape{unlimited, 10}), open);
  NewDataset printed;
  printed.mappings = {{make.prefix() + "source%b.h5", "data", box({0, 0}, {4, 10}),
                       hyperslab({0, 0}, {4, 1}, {unlimited, 1}, {4, 10})}};
  root.create_dataset("printf", i4, Dataspace::simple({4, 10}, Shape{unlimited, 10}), printed);
  fill(root.create_dataset("own", i4, Dataspace::simple({6})), 9);
  NewDataset same;
  same.mappings = {{".", "/own", all(), box({2}, {6})}, {"missing.h5", "/none", box({0}, {2}), box({0}, {2})}};
  root.create_dataset("same file", i4, Dataspace::simple({9}), same);
  NewDataset none;
  none.is_virtual = true;
  root.create_dataset("no mappings", i4, Dataspace::simple({5}), none);
  file.close();
}

}  // namespace

void make_files(const std::filesystem::path& folder, Compatibility compatibility) {
  std::filesystem::create_directories(folder);
  const Maker make{folder, compatibility};
  make_types(make);
  make_layouts(make);
  make_filters(make);
  make_groups(make, false);
  make_groups(make, true);
  make_virtual(make);
}

}  // namespace fiver::interop
