#include <gtest/gtest.h>

#include "fiver/fiver.hpp"
#include "fiver/values/variable.hpp"
#include "io/memory_storage.hpp"

namespace fiver::object {
namespace {

FillValue text_fill(std::string_view text) {
  const VariablePart part{text.size(), std::as_bytes(std::span(text)).data()};
  const auto bytes = std::as_bytes(std::span(&part, 1));
  FillValue fill;
  fill.defined = FillValue::Defined::by_user;
  fill.bytes.assign(bytes.begin(), bytes.end());
  return fill;
}

TEST(Creating, TextOfAFillValueIsInTheFile) {
  using Texts = std::vector<std::string>;
  const auto storage = std::make_shared<io::MemoryStorage>(), other = std::make_shared<io::MemoryStorage>();
  {
    const auto file = File::create(storage);
    std::string text = "none yet";
    const auto fill = text_fill(text);
    const auto space = Dataspace::simple({4});
    const auto chunked = file.root().create_dataset("chunked", text_type(), space, {.chunk = Shape{2}, .fill = fill});
    file.root().create_dataset("contiguous", text_type(), space, {.fill = fill});
    file.root().create_dataset("compact", text_type(), space, {.fill = fill, .compact = true});
    text.assign(text.size(), 'x');  // nobody looks at it any more
    EXPECT_EQ(chunked.read_strings(), Texts(4, "none yet"));
    const std::string first = "first";
    for (const auto* name : {"chunked", "contiguous", "compact"})
      file.root().dataset(name).write_strings(std::span(&first, 1), box({1}, {1}));
    file.close();
  }
  const auto file = File::open(std::make_shared<io::ImageStorage>(storage->content()));
  const auto copies = File::create(other);
  for (const auto* name : {"chunked", "contiguous", "compact"}) {
    const Texts expected = {"none yet", "first", "none yet", "none yet"};
    EXPECT_EQ(file.dataset(name).read_strings(), expected) << name;
    EXPECT_EQ(file.dataset(name).fill_text(), "none yet") << name;
    copies.root().copy(file.object(name), name);
    EXPECT_EQ(copies.dataset(name).read_strings(), expected) << name;
  }
}

TEST(Creating, AFillValueHasTheSizeOfAnElement) {
  const auto file = File::create(std::make_shared<io::MemoryStorage>());
  auto fill = text_fill("x");
  fill.bytes.pop_back();
  EXPECT_THROW(file.root().create_dataset("a", text_type(), Dataspace::simple({4}), {.fill = fill}), Error);
}

}  // namespace
}  // namespace fiver::object
