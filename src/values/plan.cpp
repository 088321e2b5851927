#include "fiver/values/plan.hpp"

#include <numeric>
#include <ostream>

namespace fiver {
namespace {

std::uint64_t sum(const std::vector<PlanSource>& sources, std::uint64_t PlanSource::*field) {
  return std::accumulate(sources.begin(), sources.end(), std::uint64_t{0},
                         [&](std::uint64_t total, const PlanSource& source) { return total + source.*field; });
}

}  // namespace

std::uint64_t Plan::chunks() const {
  return sum(sources, &PlanSource::chunks);
}
std::uint64_t Plan::stored_bytes() const {
  return sum(sources, &PlanSource::stored_bytes);
}
std::uint64_t Plan::decoded_bytes() const {
  return sum(sources, &PlanSource::decoded_bytes);
}
std::uint64_t Plan::used_bytes() const {
  return sum(sources, &PlanSource::used_bytes);
}

double Plan::useful_share() const {
  const auto decoded = decoded_bytes();
  return decoded == 0 ? 1.0 : static_cast<double>(used_bytes()) / static_cast<double>(decoded);
}

std::ostream& operator<<(std::ostream& out, const Plan& plan) {
  out << plan.elements << " elements of " << plan.element_size << " bytes: " << plan.chunks() << " chunks, "
      << plan.stored_bytes() << " bytes stored, " << plan.decoded_bytes() << " decoded, " << plan.used_bytes()
      << " of them used\n";
  if (plan.fill_elements > 0) out << plan.fill_elements << " elements were never written and are fill values\n";
  for (const auto& source : plan.sources)
    out << source.file << ": " << source.dataset << ": " << source.chunks << " chunks, " << source.stored_bytes
        << " bytes\n";
  for (const auto& source : plan.missing)
    out << "missing: " << source.file << ": " << source.dataset << " (" << source.reason << "), " << source.elements
        << " elements\n";
  return out;
}

}  // namespace fiver
