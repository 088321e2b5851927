#include "base/budget.hpp"

namespace fiver {

bool Budget::try_take(std::uint64_t amount) noexcept {
  auto used = used_.load(std::memory_order_relaxed);
  do {
    if (used > limit_ || amount > limit_ - used) return false;
  } while (!used_.compare_exchange_weak(used, used + amount, std::memory_order_relaxed));
  note_peak(used + amount);
  return true;
}

void Budget::take_anyway(std::uint64_t amount) noexcept {
  note_peak(used_.fetch_add(amount, std::memory_order_relaxed) + amount);
}

void Budget::give_back(std::uint64_t amount) noexcept {
  used_.fetch_sub(amount, std::memory_order_relaxed);
}

std::uint64_t Budget::left() const noexcept {
  const auto taken = used();
  return taken < limit_ ? limit_ - taken : 0;
}

void Budget::note_peak(std::uint64_t used) noexcept {
  auto peak = peak_.load(std::memory_order_relaxed);
  while (peak < used && !peak_.compare_exchange_weak(peak, used, std::memory_order_relaxed)) {
  }
}

}  // namespace fiver
