// What a read will do, known before any data are read; the same numbers come back with the result.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

namespace fiver {

/// A file or dataset that a virtual dataset names and that is not there.
struct MissingSource {
  std::string file, dataset;
  std::string reason;          ///< "no such file", "no such object", "not a dataset", "not allowed"
  std::uint64_t elements = 0;  ///< of the selection, shown as fill values
  friend bool operator==(const MissingSource&, const MissingSource&) = default;
};

/// The part of a read that one dataset supplies: the dataset itself, or one source of a virtual dataset.
struct PlanSource {
  std::string file, dataset;
  std::uint64_t chunks = 0;         ///< stored chunks touched (1 for contiguous and compact data)
  std::uint64_t stored_bytes = 0;   ///< bytes read from the file
  std::uint64_t decoded_bytes = 0;  ///< bytes that the filters make of them
  std::uint64_t used_bytes = 0;     ///< bytes of those that the selection wants
  friend bool operator==(const PlanSource&, const PlanSource&) = default;
};

struct Plan {
  std::uint64_t elements = 0;       ///< selected
  std::uint64_t element_size = 0;   ///< bytes as stored
  std::uint64_t fill_elements = 0;  ///< selected, but never written: fill values
  std::vector<PlanSource> sources;
  std::vector<MissingSource> missing;

  std::uint64_t chunks() const;
  std::uint64_t stored_bytes() const;
  std::uint64_t decoded_bytes() const;
  std::uint64_t used_bytes() const;
  /// Used bytes of decoded bytes, 0 to 1; 1 when nothing is decoded.
  double useful_share() const;
  friend bool operator==(const Plan&, const Plan&) = default;
};

/// A few lines for people.
std::ostream& operator<<(std::ostream& out, const Plan& plan);

}  // namespace fiver
