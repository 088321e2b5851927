// What a process shares: the worker pool, the budgets, the filters, and the files that are open. One is enough for nearly everybody.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "fiver/spi/filter.hpp"

namespace fiver {

namespace object {
class RuntimeState;
}

class Runtime {
 public:
  struct Settings {
    unsigned threads = 0;      ///< workers, the calling thread included; 0: one a core
    std::uint64_t memory = 0;  ///< bytes of scratch and cached metadata; 0: a quarter of the machine's
    unsigned descriptors = 0;  ///< open files kept open; 0: half of the process's limit
  };

  Runtime() : Runtime(Settings{}) {}
  explicit Runtime(const Settings& settings);
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  /// The process's own, made on first use.
  static std::shared_ptr<Runtime> shared();

  unsigned threads() const;
  /// Adds a filter for files opened with this runtime. Throws invalid_argument when its number is a built-in one's.
  void add_filter(std::shared_ptr<const Filter> filter);
  std::shared_ptr<const Filter> find_filter(std::uint16_t id) const;
  std::vector<std::shared_ptr<const Filter>> filters() const;

  object::RuntimeState& state() const { return *state_; }

 private:
  std::unique_ptr<object::RuntimeState> state_;
};

}  // namespace fiver
