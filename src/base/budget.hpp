// A shared allowance, of bytes or of anything counted. Nobody ever waits for it: a request is granted or
// refused at once, and the caller chooses (do it later, with less, or in another way).
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <utility>

namespace fiver {

class Budget {
 public:
  /// A part of the budget, given back when it dies. The budget must outlive it.
  class Lease {
   public:
    Lease() = default;
    Lease(Lease&& other) noexcept
        : budget_(std::exchange(other.budget_, nullptr)), amount_(std::exchange(other.amount_, 0)) {}
    Lease& operator=(Lease&& other) noexcept {
      if (this != &other) {
        release();
        budget_ = std::exchange(other.budget_, nullptr);
        amount_ = std::exchange(other.amount_, 0);
      }
      return *this;
    }
    ~Lease() { release(); }

    std::uint64_t amount() const { return amount_; }
    void release() noexcept {
      if (budget_ != nullptr) budget_->give_back(amount_);
      budget_ = nullptr;
      amount_ = 0;
    }

   private:
    friend class Budget;
    Lease(Budget* budget, std::uint64_t amount) : budget_(budget), amount_(amount) {}
    Budget* budget_ = nullptr;
    std::uint64_t amount_ = 0;
  };

  explicit Budget(std::uint64_t limit) : limit_(limit) {}
  Budget(const Budget&) = delete;
  Budget& operator=(const Budget&) = delete;

  /// False when less than `amount` is left; nothing is taken then.
  bool try_take(std::uint64_t amount) noexcept;
  /// Takes even what is not there: for the one piece of work that has to go on when all else waits for it.
  void take_anyway(std::uint64_t amount) noexcept;
  void give_back(std::uint64_t amount) noexcept;

  std::optional<Lease> try_lease(std::uint64_t amount) noexcept {
    if (!try_take(amount)) return std::nullopt;
    return Lease(this, amount);
  }
  Lease lease_anyway(std::uint64_t amount) noexcept {
    take_anyway(amount);
    return Lease(this, amount);
  }

  std::uint64_t limit() const noexcept { return limit_; }
  std::uint64_t used() const noexcept { return used_.load(std::memory_order_relaxed); }
  /// 0 when more is taken than there is.
  std::uint64_t left() const noexcept;
  /// The most that was ever taken at once.
  std::uint64_t peak() const noexcept { return peak_.load(std::memory_order_relaxed); }

 private:
  void note_peak(std::uint64_t used) noexcept;

  const std::uint64_t limit_;
  std::atomic<std::uint64_t> used_{0}, peak_{0};
};

}  // namespace fiver
