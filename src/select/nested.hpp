// Virtual datasets inside virtual datasets: elements whose places in the result are already given, met by mappings of the next level.
#pragma once

#include <cstdint>
#include <vector>

#include "select/placed.hpp"

namespace fiver::select {

class Nested {
 public:
  /// Throws limit when there are more than `max_runs` runs of elements.
  explicit Nested(const Placed& wanted, std::uint64_t max_runs = default_max_runs);

  /// The wanted elements as a selection of their own, to be met by mappings.
  const Normalized& selection() const { return selection_; }
  /// `placed` has positions in selection(); they become places in the result.
  Placed relocate(const Placed& placed) const;

 private:
  Normalized selection_;
  std::vector<Segment> places_;  ///< {from: position in selection(), to: place, length}
  std::uint64_t max_runs_;
};

}  // namespace fiver::select
