// What a crash may leave of a file, from a recording of what was done to it.
#pragma once

#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "io/recording_storage.hpp"

namespace fiver::tests {

struct State {
  Bytes file;
  std::size_t flush = 0;  ///< the last one that had returned
  std::string origin;     ///< for messages
};

/// What is done with a state; false: no more of them.
using Visit = std::function<bool(const State&)>;

/// A recording with marks that say how many flushes had returned, over a file that was there before.
class Recording {
 public:
  Recording(Bytes start, std::vector<io::RecordedChange> changes);

  /// The process died: the file after every change, and after a part of a write that ends where a page of 4096 bytes does. Of each `keep`
  /// says whether it is wanted.
  void kills(const std::function<bool()>& keep, const Visit& visit) const;

  /// The power went, each sector of 512 bytes that was written since the last sync is old or new (or between two of several writes), and so is
  /// the size. Of each stretch between syncs: everything but one sector, only one sector, `random` states.
  void power_cuts(std::size_t random, std::mt19937& generator, const std::function<bool()>& keep,
                  const Visit& visit) const;

  /// As power_cuts(), and of one sector only the beginning is new.
  void torn_sectors(std::size_t random, std::mt19937& generator, const std::function<bool()>& keep,
                    const Visit& visit) const;

  std::size_t writes() const;

 private:
  struct Sector;
  struct Window;
  std::vector<Window> windows() const;

  Bytes start_;
  std::vector<io::RecordedChange> changes_;
};

}  // namespace fiver::tests
