// Addresses that were met on a walk through a file, each noted once: what meets itself has no end. One flat table: a walk over many
// small nodes would else spend more on nodes of a std::set than on the file's own.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace fiver::meta {

class AddressSet {
 public:
  std::size_t size() const { return size_; }

  /// False when it was there already.
  bool insert(std::uint64_t address) {
    if (address == empty) {
      if (has_empty_) return false;
      has_empty_ = true;
      ++size_;
      return true;
    }
    if (2 * size_ >= slots_.size()) grow();
    auto& slot = slot_of(address);
    if (slot == address) return false;
    slot = address;
    ++size_;
    return true;
  }

 private:
  static constexpr std::uint64_t empty = ~std::uint64_t{0};
  static constexpr std::size_t least_slots = 16;

  std::uint64_t& slot_of(std::uint64_t address) {
    const auto mask = slots_.size() - 1;
    for (auto i = place_of(address);; ++i)
      if (auto& slot = slots_[i & mask]; slot == address || slot == empty) return slot;
  }

  /// Depends on where this object stands: a file can't be made whose addresses all want one slot.
  std::size_t place_of(std::uint64_t address) const {
    auto mixed = (address ^ seed_) * 0x9E3779B97F4A7C15U;
    mixed = (mixed ^ mixed >> 29U) * (seed_ | 1U);
    return static_cast<std::size_t>(mixed ^ mixed >> 32U);
  }

  void grow() {
    std::vector<std::uint64_t> old(slots_.empty() ? least_slots : 2 * slots_.size(), empty);
    old.swap(slots_);
    for (const auto address : old)
      if (address != empty) slot_of(address) = address;
  }

  std::vector<std::uint64_t> slots_;
  std::size_t size_ = 0;
  bool has_empty_ = false;
  std::uint64_t seed_ = std::bit_cast<std::uintptr_t>(&size_) * 0xD1B54A32D192ED03U;
};

}  // namespace fiver::meta
