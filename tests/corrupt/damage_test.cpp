// Whole files, damaged: cut at every byte, and with flipped bits in every byte. Whatever the damage, reading everything ends with the
// right values or with an Error; where structures have checksums, never with other values. FIVER_SOAK takes every place and bit,
// otherwise a sample of them.
#include <gtest/gtest.h>

#include <cstdlib>
#include <numeric>
#include <sstream>

#include "common/file_builder.hpp"
#include "fiver/fiver.hpp"
#include "io/memory_storage.hpp"

namespace fiver::tests {
namespace {

std::vector<std::uint16_t> numbers(std::size_t count) {
  std::vector<std::uint16_t> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<std::uint16_t>(i * i % 251);
  return values;
}

AttributeSpec attribute(const std::string& name, std::int32_t value) {
  return {name, native_type<std::int32_t>(), {}, bytes_from(std::vector<std::int32_t>{value})};
}

DatasetSpec chunked(IndexForm index, const Shape& chunk, FilterPipeline filters = {}) {
  auto spec = dataset_of(numbers(12 * 10), {12, 10});
  spec.chunk = chunk;
  spec.index = index;
  spec.filters = std::move(filters);
  spec.attributes = {attribute("answer", 42), attribute("other", -7)};
  return spec;
}

const FilterPipeline deflated = {{2, 0, "", {}}, {1, 0, "", {6}}};

/// Only structures with checksums.
Bytes new_style_file() {
  FileBuilder builder;
  std::vector<Link> dense;
  for (int i = 0; i < 12; ++i)
    dense.push_back(hard_link("member " + std::to_string(i), builder.add_dataset(dataset_of(numbers(4), {4}))));
  const auto group = builder.add_group(dense, GroupForm::dense, {attribute("of a group", 1)});
  return builder.finish(builder.add_group(
      {hard_link("contiguous", builder.add_dataset(dataset_of(numbers(30), {5, 6}))), hard_link("dense", group),
       hard_link("fixed array", builder.add_dataset(chunked(IndexForm::fixed_array, {5, 4}))),
       hard_link("v2 tree", builder.add_dataset(chunked(IndexForm::btree2, {3, 10}, deflated))),
       hard_link("one chunk", builder.add_dataset(chunked(IndexForm::single, {12, 10}, deflated))),
       soft_link("soft", "/dense/member 3")}));
}

/// Version 1 trees, a symbol table and heaps, which have none.
Bytes old_style_file() {
  FileBuilder builder;
  std::vector<Link> links;
  for (int i = 0; i < 20; ++i)
    links.push_back(hard_link("old " + std::to_string(i), builder.add_dataset(dataset_of(numbers(3), {3}))));
  links.push_back(hard_link("v1 tree", builder.add_dataset(chunked(IndexForm::btree1, {5, 4}, deflated))));
  return builder.finish(builder.add_group(links, GroupForm::symbol_table));
}

std::shared_ptr<Runtime> one_thread() {
  static const auto runtime = std::make_shared<Runtime>(Runtime::Settings{1, 64 << 20, 16});
  return runtime;
}

File open(Bytes bytes) {
  Options options;
  options.runtime = one_thread();
  return File::open(std::make_shared<io::ImageStorage>(std::move(bytes)), options);
}

/// Everything that the file says, as text.
std::string everything(const File& file) {
  std::ostringstream out;
  walk(file.root(), [&](const std::string& path, const Object& object) {
    out << path << ' ' << to_string(object.kind()) << '\n';
    for (const auto& attribute : object.attributes())
      out << ' ' << attribute.name() << '=' << attribute.read_string() << '\n';
    if (object.kind() == ObjectKind::group) {
      for (const auto& link : object.as_group().links()) out << ' ' << link.name << '\n';
    } else if (object.kind() == ObjectKind::dataset) {
      const auto elements = object.as_dataset().read_elements();
      out << to_string(elements.type)
          << std::accumulate(elements.shape.begin(), elements.shape.end(), std::string(),
                             [](auto text, auto n) { return text + ' ' + std::to_string(n); });
      for (const auto byte : elements.bytes.span()) out << ' ' << std::to_integer<int>(byte);
      out << '\n';
    }
    return true;
  });
  return out.str();
}

bool soaking() {
  return std::getenv("FIVER_SOAK") != nullptr;
}

std::size_t step_for(std::size_t size) {
  return soaking() ? 1 : std::max<std::size_t>(1, size / 2000);
}

class Damage : public testing::TestWithParam<bool> {
 protected:
  Bytes whole = GetParam() ? new_style_file() : old_style_file();
  std::string right = everything(open(whole));
};

TEST_P(Damage, WholeFilesAreRead) {
  EXPECT_NE(right.find("answer=42"), std::string::npos);
  EXPECT_NE(right.find(GetParam() ? "/dense/member 11" : "/old 19"), std::string::npos);
}

TEST_P(Damage, CutFilesAreRefused) {
  for (std::size_t size = 0; size < whole.size(); size += step_for(whole.size()))
    EXPECT_THROW(everything(open(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)))), Error)
        << size;
}

TEST_P(Damage, FlippedBitsGiveTheRightValuesOrAnError) {
  std::vector<bool> is_data(whole.size());
  const auto file = open(whole);
  walk(file.root(), [&](const std::string&, const Object& object) {
    if (object.kind() == ObjectKind::dataset)
      for (const auto& chunk : object.as_dataset().chunk_map())
        for (auto i = chunk.file_offset; i < chunk.file_offset + chunk.stored_size; ++i)
          is_data[static_cast<std::size_t>(i)] = true;
    return true;
  });
  std::size_t refused = 0;
  for (std::size_t at = 0; at < whole.size(); at += step_for(whole.size())) {
    for (unsigned bit = 0; bit < 8; bit += soaking() ? 1 : 5) {
      auto damaged = whole;
      damaged[at] ^= static_cast<std::byte>(1U << bit);
      try {
        const auto found = everything(open(std::move(damaged)));
        // Only data have no checksum in a new-style file; bytes that nothing uses change nothing.
        if (GetParam() && !is_data[at]) {
          EXPECT_EQ(found, right) << "byte " << at << " bit " << bit;
        }
      } catch (const Error& error) {
        EXPECT_FALSE(error.reason().empty());
        ++refused;
      }
    }
  }
  EXPECT_GT(refused, 50U);  // the damage is met at all
}

INSTANTIATE_TEST_SUITE_P(OldAndNew, Damage, testing::Bool());

}  // namespace
}  // namespace fiver::tests
