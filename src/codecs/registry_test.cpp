#include "codecs/registry.hpp"

#include <gtest/gtest.h>

#include "fiver/values/error.hpp"

namespace fiver {
namespace {

class Custom final : public Filter {
 public:
  explicit Custom(std::uint16_t id) : id_(id) {}
  std::uint16_t id() const noexcept override { return id_; }
  std::string_view name() const noexcept override { return "custom"; }
  FilterStatus decode(std::span<const std::uint32_t>, std::span<const std::byte> in, std::size_t, std::size_t,
                      std::vector<std::byte>& out) const override {
    out.assign(in.begin(), in.end());
    return FilterStatus::ok();
  }
  FilterStatus encode(std::span<const std::uint32_t>, std::span<const std::byte> in, std::size_t,
                      std::vector<std::byte>& out) const override {
    out.assign(in.begin(), in.end());
    return FilterStatus::ok();
  }

 private:
  std::uint16_t id_;
};

TEST(FilterRegistry, HasTheBuiltInFilters) {
  const auto registry = FilterRegistry::with_builtins();
  for (const auto id :
       std::initializer_list<std::uint16_t>{1,     2,     3,     4,     5,     6,     305,   307,   32000, 32001, 32004,
                                            32008, 32012, 32013, 32015, 32018, 32020, 32022, 32023, 32026, 32032}) {
    const auto filter = registry.find(id);
    ASSERT_TRUE(filter) << id;
    EXPECT_EQ(filter->id(), id);
    EXPECT_FALSE(filter->name().empty());
    EXPECT_FALSE(registered_filter_name(id).empty()) << id;
  }
  EXPECT_EQ(registry.find(300), nullptr);
  EXPECT_EQ(registry.all().size(), 21U);
}

TEST(FilterRegistry, UsersFiltersCanBeReplacedAndBuiltInOnesNot) {
  auto registry = FilterRegistry::with_builtins();
  const auto first = std::make_shared<Custom>(std::uint16_t{300}),
             second = std::make_shared<Custom>(std::uint16_t{300});
  registry.add(first);
  EXPECT_EQ(registry.find(300), first);
  registry.add(second);
  EXPECT_EQ(registry.find(300), second);
  try {
    registry.add(std::make_shared<Custom>(std::uint16_t{1}));
    FAIL() << "deflate was replaced";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
    EXPECT_NE(error.reason().find("deflate"), std::string::npos) << error.reason();
  }
  EXPECT_THROW(registry.add(nullptr), Error);
  EXPECT_EQ(registry.find(1)->name(), "deflate");
}

TEST(FilterRegistry, StartsEmptyWithoutBuiltIns) {
  FilterRegistry registry;
  EXPECT_TRUE(registry.all().empty());
  registry.add(std::make_shared<Custom>(std::uint16_t{1}));
  EXPECT_EQ(registry.find(1)->name(), "custom");
}

TEST(FilterNames, AreEmptyForUnregisteredNumbers) {
  EXPECT_EQ(registered_filter_name(32020), "VBZ");
  EXPECT_EQ(registered_filter_name(1), "deflate");
  EXPECT_EQ(registered_filter_name(0), "");
  EXPECT_EQ(registered_filter_name(7), "");
  EXPECT_EQ(registered_filter_name(65535), "");
}

TEST(Filter, DefaultDecodeIntoWantsTheWholeSize) {
  const Custom filter(300);
  const std::vector<std::byte> in(5, std::byte{7});
  std::vector<std::byte> out(5);
  EXPECT_TRUE(filter.decode_into({}, in, out));
  EXPECT_EQ(out, in);
  out.resize(6);
  EXPECT_EQ(filter.decode_into({}, in, out).code, FilterStatus::Code::bad_data);
  EXPECT_FALSE(filter.blocks({}, in, 5));
  EXPECT_FALSE(filter.decode_block({}, {}, in, out));
}

}  // namespace
}  // namespace fiver
