#include "object/name_order.hpp"

namespace fiver::object {
namespace {

constexpr std::size_t key_bytes = 8;

/// How many bytes all names begin with.
std::size_t common_start(const std::vector<std::string_view>& names) {
  auto common = names.front();
  for (const auto name : names) {
    const auto end = std::mismatch(common.begin(), common.end(), name.begin(), name.end()).first;
    common = common.substr(0, static_cast<std::size_t>(end - common.begin()));
    if (common.empty()) break;
  }
  return common.size();
}

std::uint64_t key_of(std::string_view rest) {
  std::uint64_t key = 0;
  for (std::size_t i = 0; i < key_bytes; ++i)
    key = key << 8U | (i < rest.size() ? static_cast<unsigned char>(rest[i]) : 0U);
  return key;
}

}  // namespace

std::vector<NameKey> name_order(const std::vector<std::string_view>& names) {
  std::vector<NameKey> keys;
  if (names.empty()) return keys;
  keys.reserve(names.size());
  const auto skipped = common_start(names);
  for (const auto name : names) keys.push_back({key_of(name.substr(skipped)), keys.size()});
  std::sort(keys.begin(), keys.end(), [&](const NameKey& a, const NameKey& b) {
    if (a.start != b.start) return a.start < b.start;
    const auto order = names[a.place].compare(names[b.place]);
    return order != 0 ? order < 0 : a.place < b.place;
  });
  return keys;
}

}  // namespace fiver::object
