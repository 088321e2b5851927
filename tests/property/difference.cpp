// The comparison of a file with the model.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <deque>
#include <map>

#include "property/model.hpp"
#include "select/model_test.hpp"

namespace fiver::property {
namespace {

template <class T>
std::vector<std::string> names_of(const std::vector<T>& things, bool sorted) {
  std::vector<std::string> names;
  for (const auto& thing : things) names.push_back(thing.name);
  if (sorted) std::sort(names.begin(), names.end());
  return names;
}

std::string shortened(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ",") + name.substr(0, 12);
  return text.substr(0, 400);
}

std::string compare_values(const Values& want, const Values& got) {
  if (want.size() != got.size()) return fmt::format("{} values, {} expected", got.size(), want.size());
  for (std::size_t i = 0; i < want.size(); ++i)
    if (want[i] != got[i])
      return fmt::format("value {}: {:02x} instead of {:02x}", i,
                         fmt::join(std::span(reinterpret_cast<const unsigned char*>(got[i].data()),
                                             std::min<std::size_t>(got[i].size(), 16)),
                                   ""),
                         fmt::join(std::span(reinterpret_cast<const unsigned char*>(want[i].data()),
                                             std::min<std::size_t>(want[i].size(), 16)),
                                   ""));
  return "";
}

class Comparison {
 public:
  Comparison(const File& file, Random& random) : file_(file), random_(random) {}

  std::string run(const NodePtr& root) {
    meet(file_.root(), root);
    while (difference_.empty() && !waiting_.empty()) {
      auto [object, node] = std::move(waiting_.front());
      waiting_.pop_front();
      path_ = object.path();
      try {
        look_at(object, *node);
      } catch (const std::exception& error) {
        differs(fmt::format("throws: {}", error.what()));
      }
    }
    return difference_;
  }

 private:
  void differs(const std::string& what) {
    if (difference_.empty()) difference_ = path_.substr(0, 200) + ": " + what;
  }

  /// The same object of the model is the same object of the file, and no other.
  void meet(const Object& object, const NodePtr& node) {
    const auto [by_node, fresh] = addresses_.emplace(node.get(), object.address());
    const auto [by_address, free] = nodes_.emplace(object.address(), node.get());
    if (by_node->second != object.address() || by_address->second != node.get())
      return differs(fmt::format("\"{}\" is another object", object.path()));
    if (fresh && free) waiting_.emplace_back(object, node);
  }

  void look_at(const Object& object, Node& node) {
    if (object.kind() != node.kind)
      return differs(fmt::format("is a {}, not a {}", to_string(object.kind()), to_string(node.kind)));
    if (object.info().hard_links != node.links_to)
      differs(fmt::format("{} links to it, {} expected", object.info().hard_links, node.links_to));
    look_at_attributes(object, node);
    if (node.kind == ObjectKind::group) return look_at_links(object.as_group(), node);
    if (node.kind == ObjectKind::dataset) return look_at_elements(object.as_dataset(), node);
    if (object.as_datatype().type() != element_types()[node.type].stored) differs("the committed type is another");
  }

  void look_at_attributes(const Object& object, Node& node) {
    const auto want = names_of(node.attributes, true);
    if (const auto got = object.attribute_names(Order::name); got != want)
      return differs(fmt::format("attributes [{}], not [{}]", shortened(got), shortened(want)));
    if (node.track_order)
      if (const auto got = object.attribute_names(Order::creation); got != names_of(node.attributes, false))
        return differs(fmt::format("attributes in order [{}], not [{}]", shortened(got),
                                   shortened(names_of(node.attributes, false))));
    for (const auto& expected : node.attributes) {
      const auto found = object.find_attribute(expected.name);
      if (!found) return differs("attribute " + expected.name + " is not found by name");
      const auto& type = element_types()[expected.type];
      if (found->type() != type.stored) return differs("attribute " + expected.name + " has another type");
      if (found->space().dims != expected.space.dims || found->space().kind != expected.space.kind)
        return differs("attribute " + expected.name + " has another shape");
      if (const auto text = compare_values(expected.values, values_of(type, found->read_elements())); !text.empty())
        return differs("attribute " + expected.name + ": " + text);
    }
    if (object.find_attribute("never made")) differs("an attribute that nobody made");
  }

  void look_at_links(const Group& group, Node& node) {
    if (group.link_count() != node.links.size())
      return differs(fmt::format("{} links, not {}", group.link_count(), node.links.size()));
    const auto listed = group.links(Order::name);
    if (const auto got = names_of(listed, false); got != names_of(node.links, true))
      return differs(fmt::format("links [{}], not [{}]", shortened(got), shortened(names_of(node.links, true))));
    if (node.track_order)
      if (const auto got = names_of(group.links(Order::creation), false); got != names_of(node.links, false))
        return differs(
            fmt::format("links in order [{}], not [{}]", shortened(got), shortened(names_of(node.links, false))));
    for (const auto& expected : node.links) {
      const auto found = group.find_link(expected.name);
      if (!found) return differs("link " + expected.name.substr(0, 30) + " is not found by name");
      if (const auto* soft = std::get_if<SoftLink>(&expected.target)) {
        const auto* got = std::get_if<SoftLink>(&found->target);
        if (got == nullptr || *got != *soft) return differs("soft link " + expected.name);
      } else if (const auto* external = std::get_if<ExternalLink>(&expected.target)) {
        const auto* got = std::get_if<ExternalLink>(&found->target);
        if (got == nullptr || *got != *external) return differs("external link " + expected.name);
      } else {
        if (!std::holds_alternative<HardLink>(found->target)) return differs("no hard link: " + expected.name);
        meet(*group.follow(*found), std::get<NodePtr>(expected.target));
      }
    }
    if (group.find_link("never made")) differs("a link that nobody made");
  }

  void look_at_elements(const Dataset& dataset, Node& node) {
    const auto& type = element_types()[node.type];
    if (dataset.type() != type.stored) return differs("another type");
    const auto space = dataset.space();
    if (space.kind != node.space.kind || space.dims != node.space.dims)
      return differs(fmt::format("extent ({}), not ({})", fmt::join(space.dims, ","), fmt::join(node.space.dims, ",")));
    if (space.max_dims.value_or(space.dims) != node.space.max_dims.value_or(node.space.dims))
      return differs("other maximum dimensions");
    if (node.settings.chunk && dataset.chunk_shape() != node.settings.chunk) return differs("another chunk shape");
    if (dataset.filters().size() != node.settings.filters.size()) return differs("other filters");
    if (const auto text = compare_values(node.values, values_of(type, dataset.read_elements())); !text.empty())
      return differs(text);
    if (space.dims.empty() || node.values.empty()) return;
    const auto selection = select::model::random_selection(random_, space.dims, 2 + below(random_, 4));
    Values want;
    for (const auto& at : select::model::elements(selection, space.dims))
      want.push_back(node.values[static_cast<std::size_t>(select::model::linear(at, space.dims))]);
    if (const auto text = compare_values(want, values_of(type, dataset.read_elements(selection))); !text.empty())
      differs("a selection: " + text);
  }

  const File& file_;
  Random& random_;
  std::string path_ = "/", difference_;
  std::deque<std::pair<Object, NodePtr>> waiting_;
  std::map<const Node*, Address> addresses_;
  std::map<Address, const Node*> nodes_;
};

}  // namespace

std::string difference(const File& file, const NodePtr& root, Random& random) {
  return Comparison(file, random).run(root);
}

}  // namespace fiver::property
