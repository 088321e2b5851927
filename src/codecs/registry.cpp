#include "codecs/registry.hpp"

#include <fmt/format.h>

#include "codecs/builtin.hpp"
#include "fiver/values/error.hpp"

namespace fiver {

FilterRegistry FilterRegistry::with_builtins() {
  FilterRegistry registry;
  for (auto& filter : codecs::builtin_filters()) {
    const auto id = filter->id();
    registry.entries_.emplace(id, Entry{std::move(filter), true});
  }
  return registry;
}

void FilterRegistry::add(std::shared_ptr<const Filter> filter) {
  if (!filter) throw Error(ErrorKind::invalid_argument, "a filter to add is null");
  const auto id = filter->id();
  const std::scoped_lock lock(mutex_);
  auto& entry = entries_[id];
  if (entry.built_in)
    throw Error(ErrorKind::invalid_argument, fmt::format("filter {} ({}) is built in and cannot be replaced by \"{}\"",
                                                         id, entry.filter->name(), filter->name()));
  entry.filter = std::move(filter);
}

std::shared_ptr<const Filter> FilterRegistry::find(std::uint16_t id) const {
  const std::scoped_lock lock(mutex_);
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : found->second.filter;
}

std::vector<std::shared_ptr<const Filter>> FilterRegistry::all() const {
  const std::scoped_lock lock(mutex_);
  std::vector<std::shared_ptr<const Filter>> filters;
  filters.reserve(entries_.size());
  for (const auto& [id, entry] : entries_) filters.push_back(entry.filter);
  return filters;
}

}  // namespace fiver
