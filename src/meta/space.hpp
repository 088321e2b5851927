// Which bytes of a file are free: what lies behind its contents, and what was given back. Only a writer has one. Space that a file left unused
// before it was opened is not known here.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "base/mutexes.hpp"
#include "fiver/values/address.hpp"
#include "meta/extent.hpp"

namespace fiver::meta {

/// Any thread may ask; the same calls in the same order give the same addresses.
class Space {
 public:
  /// A record of at most this many bytes is rewritten by one sector's write, when it does not cross a line of as many.
  static constexpr std::uint64_t sector = 512;

  /// `end`: where the contents end. `base`: the byte of the storage that addresses count from.
  Space(std::uint64_t end, std::uint64_t base) : end_(end), base_(base), known_from_(end) {}

  /// Aligned to 8: the smallest free extent that is large enough, the first of those, else at the end. Throws limit when addresses run out.
  Address allocate(std::uint64_t size);
  /// As allocate(), not across a line of 512 bytes when it fits between two.
  Address allocate_record(std::uint64_t size);
  /// What follows may be handed out again. Of what was not handed out here only whole units of 8 bytes: libhdf5 packs its blocks to the byte, and
  /// what stands behind one may begin within its last unit.
  void give_back(const Extent& extent);
  /// Where the contents end now.
  std::uint64_t end() const;
  /// Forgets free space at the end. Returns the new end.
  std::uint64_t trim();
  /// Of all free extents.
  std::uint64_t free_bytes() const;

 private:
  Address take(std::map<std::uint64_t, std::uint64_t>::iterator from, std::uint64_t at, std::uint64_t size, bool full);
  Address extend(std::uint64_t at, std::uint64_t size);
  void insert(std::uint64_t address, std::uint64_t size);
  void erase(std::map<std::uint64_t, std::uint64_t>::iterator which);

  mutable Mutex mutex_;
  std::uint64_t end_, base_;
  std::uint64_t known_from_;        ///< all that is handed out from here on was handed out here
  std::set<std::uint64_t> reused_;  ///< before that, what was handed out with a last unit that is not full
  std::map<std::uint64_t, std::uint64_t> by_address_;          // start -> size; never two that touch
  std::set<std::pair<std::uint64_t, std::uint64_t>> by_size_;  // {size, start}
};

}  // namespace fiver::meta
