// The links of a group that is being written, in memory. Each question is answered from one state.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/mutexes.hpp"
#include "meta/links_reader.hpp"

namespace fiver::object {

using LinkMap = std::map<std::string, Link, std::less<>>;

class LiveLinks final : public meta::LinksReader {
 public:
  LiveLinks(LinkMap links, bool tracks_order, std::int64_t next_order)
      : links_(std::make_shared<LinkMap>(std::move(links))), tracks_order_(tracks_order), next_order_(next_order) {}

  void for_each(const std::function<bool(Link&&)>& visit) const override;
  std::optional<Link> find(std::string_view name) const override;
  std::uint64_t count() const override;

  // Changes, under the lock of the file's edits.
  /// False when the name is taken.
  bool add(Link link);
  std::optional<Link> remove(std::string_view name);
  /// A new group is written even without links.
  void note_added();

  struct Frozen {
    std::shared_ptr<const LinkMap> links;
    std::int64_t next_order = 0;
    std::vector<Link> removed;                 ///< since the last commit, of which the file has them
    std::set<std::string, std::less<>> fresh;  ///< names that came since
    bool added = false;
  };
  Frozen freeze();
  void failed(const Frozen& frozen);

 private:
  std::shared_ptr<LinkMap> own();  // the map, copied when somebody looks at it; the lock is held
  std::shared_ptr<const LinkMap> now() const;

  mutable Mutex mutex_;
  std::shared_ptr<LinkMap> links_;
  bool tracks_order_;
  std::int64_t next_order_;
  std::vector<Link> removed_;
  std::set<std::string, std::less<>> fresh_;
  bool added_ = false;
};

}  // namespace fiver::object
