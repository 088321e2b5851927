// A virtual dataset as one caller sees it: its mappings, its sources as they are found with that caller's options, and the extent that
// follows from them (format specification IV.A.2.i; format notes, section 15).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/shared_cache.hpp"
#include "fiver/values/plan.hpp"
#include "object/handle.hpp"
#include "select/mapping.hpp"
#include "select/mapping_index.hpp"

namespace fiver::object {

/// What a mapping's name led to.
struct VirtualSource {
  std::shared_ptr<const Handle> dataset;  ///< null: missing
  MissingSource missing;
};

class VirtualView {
 public:
  explicit VirtualView(const Handle& dataset);

  /// True when its extent follows its sources.
  bool is_unlimited() const { return unlimited_dimension_.has_value(); }
  const Dataspace& space() const { return space_; }

  /// Elements of one source, with their places among the wanted ones.
  struct Share {
    std::shared_ptr<const VirtualSource> source;
    select::Placed elements;  ///< of the source; where it is missing, of the virtual dataset, for their number
  };
  /// Calls `each` for every mapping that has some of the wanted elements. Sources are opened; none is read.
  void for_each_share(const select::Normalized& wanted, const std::function<void(Share&&)>& each) const;

  /// Mappings with the block numbers of printf names put in, as far as their sources exist.
  void for_each_mapping(const std::function<void(const VirtualMapping&)>& each) const;
  std::shared_ptr<const VirtualSource> source(const std::string& file, const std::string& dataset) const;
  /// True when no element of the virtual dataset is in two finite mappings' bounding boxes.
  bool mappings_are_apart() const;

 private:
  void index_mappings();
  void find_extent(const Handle& dataset);
  std::uint64_t printf_blocks(const VirtualMapping& mapping) const;
  VirtualSource open_source(const std::string& file, const std::string& dataset) const;
  void share(const VirtualMapping& mapping, const select::Normalized& wanted,
             const std::function<void(Share&&)>& each) const;

  std::shared_ptr<const FileHandle> file_;
  std::shared_ptr<const ObjectSnapshot> snapshot_;
  std::shared_ptr<const std::vector<VirtualMapping>> mappings_;
  std::string path_;
  unsigned nesting_;
  Dataspace space_;
  std::optional<unsigned> unlimited_dimension_;
  std::vector<std::size_t> finite_, growing_;  ///< numbers of mappings
  select::MappingIndex index_;                 ///< over finite_
  std::vector<Box> boxes_;                     ///< of finite_
  Lazy<bool> apart_;
  mutable SharedCache<std::string, VirtualSource> sources_;
};

/// True when the name has a block number in it.
bool is_printf_name(const std::string& name);
/// The name of a mapping without a block number: "%%" is a percent sign there too.
std::string plain_name(const std::string& name);
/// "%b" becomes the number, "%%" a percent sign; throws corrupt for any other sequence.
std::string printf_name(const std::string& pattern, std::uint64_t block);

}  // namespace fiver::object
