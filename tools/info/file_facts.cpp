#include "info/file_facts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "common/advice.hpp"
#include "common/console.hpp"
#include "common/facts.hpp"
#include "fiver/fiver.hpp"
#include "info/origin.hpp"

namespace fiver::tools {
namespace {

constexpr std::size_t most_large = 5;

/// Warnings of one kind: the first few, then how many more.
class WarningList {
 public:
  explicit WarningList(std::string_view noun) : noun_(noun) {}
  void add(std::string text) {
    ++count_;
    if (texts_.size() < most) texts_.push_back(std::move(text));
  }
  void append_to(std::vector<std::string>& warnings) const {
    warnings.insert(warnings.end(), texts_.begin(), texts_.end());
    if (count_ > most) warnings.push_back("and " + plural(count_ - most, noun_));
  }

 private:
  static constexpr std::size_t most = 4;
  std::string_view noun_;
  std::uint64_t count_ = 0;
  std::vector<std::string> texts_;
};

class Gatherer {
 public:
  explicit Gatherer(const File& file) : file_(file) {}

  FileFacts run() {
    facts_.info = file_.info();
    facts_.origins = recognise(file_);
    about_file();
    walk(
        file_.root(),
        [&](const std::string& path, const Object& object) {
          try {
            visit(path, object);
          } catch (const Error& error) {
            unreadable(path, error);
          }
          return true;
        },
        [&](const std::string& path, const Error& error) { unreadable(path, error); });
    for (const WarningList* list : {&unreadable_, &missing_, &links_, &chunks_, &filters_})
      list->append_to(facts_.warnings);
    return std::move(facts_);
  }

 private:
  void about_file() {
    const FileInfo& info = facts_.info;
    if (info.swmr_writing) {
      facts_.warnings.emplace_back("marked as being written in SWMR mode: a writer is at work, or died");
    } else if (info.open_for_writing) {
      facts_.warnings.emplace_back("marked as open for writing: a writer is at work, or died");
    }
    if (info.end_of_file > info.size) {
      facts_.warnings.push_back(fmt::format("truncated: {} of {} are missing", bytes_text(info.end_of_file - info.size),
                                            bytes_text(info.end_of_file)));
    }
  }

  void visit(const std::string& path, const Object& object) {
    facts_.attributes += object.attribute_names().size();
    switch (object.kind()) {
      case ObjectKind::group:
        ++facts_.groups;
        about_links(path, object.as_group());
        break;
      case ObjectKind::datatype:
        ++facts_.datatypes;
        break;
      case ObjectKind::dataset:
        ++facts_.datasets;
        about_dataset(path, object.as_dataset());
        break;
    }
  }

  void about_links(const std::string& path, const Group& group) {
    for (const Link& link : group.links()) {
      const bool external = std::holds_alternative<ExternalLink>(link.target);
      if (std::holds_alternative<HardLink>(link.target)) continue;
      if (std::holds_alternative<UserLink>(link.target)) {
        ++facts_.user_links;
        continue;
      }
      ++(external ? facts_.external_links : facts_.soft_links);
      std::string reason = "missing";
      try {
        if (group.follow(link)) continue;
      } catch (const Error& error) {
        reason = error.reason();
      }
      const std::string target =
          external ? std::get<ExternalLink>(link.target).file + ":" + std::get<ExternalLink>(link.target).path
                   : std::get<SoftLink>(link.target).path;
      links_.add(fmt::format("{}{}{} -> {}: {}", path, path.ends_with('/') ? "" : "/", link.name, target, reason));
    }
  }

  void about_dataset(const std::string& path, const Dataset& dataset) {
    const std::uint64_t logical = logical_size(dataset).value_or(unlimited);
    const std::uint64_t stored = dataset.stored_size();
    if (dataset.is_virtual()) {
      ++facts_.virtual_datasets;
      for (const MissingSource& source : dataset.plan().missing) {
        missing_.add(fmt::format("{}: source {}:{} is missing ({})", path, source.file, source.dataset, source.reason));
      }
    } else {
      facts_.logical_bytes += std::min(logical, unlimited - facts_.logical_bytes);
      facts_.stored_bytes += stored;
    }
    if (!dataset.filters().empty()) ++facts_.filters[filters_text(dataset.filters())];
    const auto runtime = file_.options().runtime ? file_.options().runtime : Runtime::shared();
    for (const FilterSpec& filter : dataset.filters()) {
      if (!runtime->find_filter(filter.id))
        filters_.add(fmt::format("{}: filter {} ({}) has no decoder", path, filter.id, filter_name(filter)));
    }
    for (std::string& warning : chunk_warnings(dataset)) chunks_.add(path + ": " + warning);
    auto& largest = facts_.largest;
    largest.push_back({path, to_string(dataset.type()), shape_text(dataset.space()), logical, stored});
    std::stable_sort(largest.begin(), largest.end(),
                     [](const auto& a, const auto& b) { return a.logical > b.logical; });
    if (largest.size() > most_large) largest.pop_back();
  }

  void unreadable(const std::string& path, const Error& error) {
    facts_.trouble = true;
    unreadable_.add(fmt::format("{}: {}", path, error.reason()));
  }

  const File& file_;
  FileFacts facts_;
  WarningList unreadable_{"unreadable object"}, missing_{"missing source"}, links_{"missing link target"},
      chunks_{"unhelpful chunk shape"}, filters_{"dataset without decoder"};
};

}  // namespace

FileFacts gather(const File& file) {
  return Gatherer(file).run();
}

}  // namespace fiver::tools
