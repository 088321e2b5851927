#include "object/live_links.hpp"

#include <algorithm>
#include <mutex>

namespace fiver::object {

std::shared_ptr<const LinkMap> LiveLinks::now() const {
  std::lock_guard lock(mutex_);
  return links_;
}

std::shared_ptr<LinkMap> LiveLinks::own() {
  if (links_.use_count() > 1) links_ = std::make_shared<LinkMap>(*links_);
  return links_;
}

void LiveLinks::for_each(const std::function<bool(Link&&)>& visit) const {
  const auto links = now();
  for (const auto& [name, link] : *links)
    if (!visit(Link(link))) return;
}

std::optional<Link> LiveLinks::find(std::string_view name) const {
  std::lock_guard lock(mutex_);
  const auto found = links_->find(name);
  if (found == links_->end()) return std::nullopt;
  return found->second;
}

std::uint64_t LiveLinks::count() const {
  std::lock_guard lock(mutex_);
  return links_->size();
}

bool LiveLinks::add(Link link) {
  std::lock_guard lock(mutex_);
  if (links_->contains(link.name)) return false;
  if (tracks_order_)
    link.creation_order = next_order_++;
  else
    link.creation_order.reset();
  auto name = link.name;
  fresh_.insert(name);
  own()->emplace(std::move(name), std::move(link));
  added_ = true;
  return true;
}

std::optional<Link> LiveLinks::remove(std::string_view name) {
  std::lock_guard lock(mutex_);
  if (!links_->contains(name)) return std::nullopt;
  const auto links = own();
  const auto found = links->find(name);
  auto link = std::move(found->second);
  links->erase(found);
  if (fresh_.erase(link.name) == 0) removed_.push_back(link);
  return link;
}

void LiveLinks::note_added() {
  std::lock_guard lock(mutex_);
  added_ = true;
}

LiveLinks::Frozen LiveLinks::freeze() {
  std::lock_guard lock(mutex_);
  Frozen frozen{links_, next_order_, std::move(removed_), std::move(fresh_), added_};
  removed_.clear();
  fresh_.clear();
  added_ = false;
  return frozen;
}

void LiveLinks::failed(const Frozen& frozen) {
  std::lock_guard lock(mutex_);
  // What came with the failed commit and went since was never in the file.
  for (const auto& name : frozen.fresh) {
    const auto gone =
        std::find_if(removed_.begin(), removed_.end(), [&](const Link& link) { return link.name == name; });
    if (gone != removed_.end())
      removed_.erase(gone);
    else
      fresh_.insert(name);
  }
  removed_.insert(removed_.begin(), frozen.removed.begin(), frozen.removed.end());
  added_ = added_ || frozen.added;
}

}  // namespace fiver::object
