// The filters a Runtime knows, by number: the built-in ones and those that users add.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "fiver/spi/filter.hpp"

namespace fiver {

class FilterRegistry {
 public:
  FilterRegistry() = default;
  FilterRegistry(FilterRegistry&& other) noexcept : entries_(std::move(other.entries_)) {}

  static FilterRegistry with_builtins();

  /// Adds a user's filter; one that was added before under the same number is replaced. Throws
  /// invalid_argument for a null pointer and for the number of a built-in filter: what the standard filters
  /// mean is not the user's to change.
  void add(std::shared_ptr<const Filter> filter);

  /// nullptr when no filter has that number.
  std::shared_ptr<const Filter> find(std::uint16_t id) const;

  /// In the order of their numbers.
  std::vector<std::shared_ptr<const Filter>> all() const;

 private:
  struct Entry {
    std::shared_ptr<const Filter> filter;
    bool built_in = false;
  };
  mutable std::mutex mutex_;
  std::map<std::uint16_t, Entry> entries_;
};

}  // namespace fiver
