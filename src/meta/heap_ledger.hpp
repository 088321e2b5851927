// Which objects of the file's global heap (format specification III.E) nothing leads to any more. A collection comes back whole, when a commit
// took the last of its objects away and nobody reads an older state that leads there. What is known is known for one session.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "base/heap_access.hpp"
#include "format/global_heap.hpp"
#include "meta/extent.hpp"

namespace fiver::meta {

/// Used by whoever has the turn to commit, but for distrust().
class HeapLedger {
 public:
  using GiveBack = std::function<void(const Extent&)>;
  /// What a collection has, as far as it can be read.
  using Look = std::function<std::optional<format::GlobalHeapCollection>(Address)>;

  HeapLedger(GiveBack give_back, Look look) : give_back_(std::move(give_back)), look_(std::move(look)) {}

  /// Elements may share an object from here on: no collection comes back any more.
  void distrust() { trusted_ = false; }
  bool is_trusted() const { return trusted_; }

  // A commit: note_gone() and take_holds() for each object of the file, then committed() or failed().
  /// The state that is being committed has no element that leads there. Its collection gets no more objects.
  void note_gone(HeapId id);
  /// Who looks at what led to the objects noted since the last call keeps these.
  std::vector<std::shared_ptr<const void>> take_holds();
  void committed();
  void failed();

 private:
  /// Kept by readers; the last one gives the collection back, if it is to go.
  class Hold {
   public:
    Hold(const GiveBack& give_back, const Extent& extent) : give_back_(give_back), extent_(extent) {}
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;
    ~Hold() {
      if (goes_) give_back_(extent_);
    }
    void let_go() { goes_ = true; }

   private:
    const GiveBack& give_back_;
    Extent extent_;
    std::atomic<bool> goes_{false};
  };
  struct Collection {
    std::shared_ptr<Hold> hold;  ///< null: it can't be read, and stays
    std::vector<bool> alive;     ///< by index
    std::size_t count = 0;       ///< of those
  };
  Collection& known(Address address);

  GiveBack give_back_;
  Look look_;
  std::atomic<bool> trusted_{true};
  std::map<std::uint64_t, Collection> collections_;
  std::uint64_t looked_at_ = 0;      ///< bytes of collections, in this commit
  std::vector<HeapId> noted_;        ///< by this commit
  std::set<std::uint64_t> to_hold_;  ///< collections noted since take_holds()
};

}  // namespace fiver::meta
