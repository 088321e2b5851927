// Putting many things in the order of their names' bytes. They are large and their names lie in different places of memory, so what is
// sorted are eight bytes of each name, from where the names begin to differ; each thing is moved once, and nothing is moved where all
// stand in order already.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fiver::object {

struct NameKey {
  std::uint64_t start = 0;  ///< eight bytes, the first one the highest; zeros after the end
  std::size_t place = 0;
};

/// The places of `names` in their order; empty when they are in order.
std::vector<NameKey> name_order(const std::vector<std::string_view>& names);

/// `name_of(thing)` gives a reference to its name.
template <class Thing, class NameOf>
void sort_by_name(std::vector<Thing>& things, NameOf&& name_of) {
  if (std::is_sorted(things.begin(), things.end(),
                     [&](const Thing& a, const Thing& b) { return name_of(a) < name_of(b); }))
    return;
  std::vector<std::string_view> names;
  names.reserve(things.size());
  for (const auto& thing : things) names.push_back(name_of(thing));
  auto order = name_order(names);
  for (std::size_t i = 0; i < order.size();
       ++i) {  // one round of the permutation: i gets what belongs there, and so on
    if (order[i].place == i) continue;
    auto first = std::move(things[i]);
    auto at = i;
    while (order[at].place != i) {
      const auto from = std::exchange(order[at].place, at);
      things[at] = std::move(things[from]);
      at = from;
    }
    things[at] = std::move(first);
    order[at].place = at;
  }
}

}  // namespace fiver::object
