// Space that an object gave up, kept while somebody may still read it: it hangs on the snapshots of the object that lead to it, and comes
// back when the last of them, and of all before them, is gone.
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "meta/extent.hpp"

namespace fiver::object {

class Garbage {
 public:
  using GiveBack = std::function<void(const std::vector<meta::Extent>&)>;

  explicit Garbage(GiveBack give_back) : give_back_(std::move(give_back)) {}
  Garbage(const Garbage&) = delete;
  Garbage& operator=(const Garbage&) = delete;
  ~Garbage() {
    if (!extents_.empty()) give_back_(extents_);
    // One after the other, not one inside the other: a reader that slept through many commits leaves a long chain.
    static thread_local std::shared_ptr<Garbage>* rest = nullptr;  // where one that goes leaves what hangs on it
    if (rest != nullptr) {
      *rest = std::move(next_);
      return;
    }
    auto next = std::move(next_);
    rest = &next;
    while (next) const auto one = std::move(next);
    rest = nullptr;
  }

  /// A commit has given these up; who looks at the object from now on holds `next`, and so does who looked before.
  /// `holds`: what goes elsewhere when the last one lets go.
  void hand_over(std::vector<meta::Extent> extents, std::vector<std::shared_ptr<const void>> holds,
                 std::shared_ptr<Garbage> next) {
    extents_ = std::move(extents);
    holds_ = std::move(holds);
    next_ = std::move(next);
  }

 private:
  GiveBack give_back_;
  std::vector<meta::Extent> extents_;
  std::vector<std::shared_ptr<const void>> holds_;
  std::shared_ptr<Garbage> next_;
};

}  // namespace fiver::object
