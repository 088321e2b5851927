// h5 ls --tree: a tree for people, a line an object, with what a scientist asks first: shape, type, size, how well it is compressed.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "common/escaping.hpp"
#include "common/facts.hpp"
#include "common/value_text.hpp"
#include "fiver/fiver.hpp"
#include "ls/listing.hpp"

namespace fiver::tools {
namespace {

class Tree {
 public:
  Tree(Console& console, const File& file, TreeStyle style) : console_(console), file_(file), style_(style) {}

  int run(const Listed& listed) {
    const std::string shown = full_name(listed.target, listed.target.object);
    if (listed.link) {
      console_.print("{} {}\n", console_.name(shown), link_text(file_.group(listed.parent), *listed.link));
      return status_;
    }
    const std::string title = listed.target.names_object && !listed.target.object.empty() ? shown : listed.target.file;
    console_.print("{}{}\n", console_.paint(Colour::bold, console_.name(title)), describe(*listed.object));
    members(*listed.object, "", 1);
    return status_;
  }

 private:
  void members(const Object& object, const std::string& indent, unsigned depth) {
    if (depth > most_depth) {
      console_.print("{}…\n", indent);
      return;
    }
    std::vector<Link> links;
    std::vector<Attribute> attributes;
    try {
      seen_.insert(object.address());
      if (object.kind() == ObjectKind::group && (style_.depth == 0 || depth <= style_.depth))
        links = object.as_group().links();
      if (style_.attributes) attributes = object.attributes();
    } catch (const Error& error) {
      trouble(error);
    }
    for (std::size_t i = 0; i < attributes.size(); ++i) {
      const bool last = i + 1 == attributes.size() && links.empty();
      console_.print("{}{}{}\n", indent, last ? "└─ " : "├─ ",
                     console_.paint(Colour::dim, "@" + console_.name(attributes[i].name()) + " = " +
                                                     short_value(attributes[i], file_)));
    }
    for (std::size_t i = 0; i < links.size(); ++i) {
      const bool last = i + 1 == links.size();
      console_.print("{}{}", indent, last ? "└─ " : "├─ ");
      member(object.as_group(), links[i], indent + (last ? "   " : "│  "), depth);
    }
  }

  void member(const Group& group, const Link& link, const std::string& indent, unsigned depth) {
    const std::string name = console_.name(link.name);
    const auto* hard = std::get_if<HardLink>(&link.target);
    if (hard == nullptr) {
      console_.print("{} {}\n", console_.paint(Colour::cyan, name), link_text(group, link));
      return;
    }
    std::optional<Object> object;
    try {
      object = file_.object_at(hard->target, (group.path() == "/" ? "" : group.path()) + "/" + link.name);
    } catch (const Error& error) {
      console_.print("{} {}\n", name, console_.paint(Colour::red, "unreadable"));
      trouble(error);
      return;
    }
    const bool is_group = object->kind() == ObjectKind::group;
    const std::string painted = is_group ? console_.paint(Colour::blue, name + "/") : name;
    if (seen_.contains(object->address())) {
      console_.print("{}  {}\n", painted, console_.paint(Colour::dim, "(shown before)"));
      return;
    }
    console_.print("{}{}\n", painted, describe(*object));
    members(*object, indent, depth + 1);
  }

  std::string describe(const Object& object) {
    try {
      if (object.kind() == ObjectKind::datatype) {
        return "  " + console_.paint(Colour::dim, "type ") + shortened(to_string(object.as_datatype().type()));
      }
      if (object.kind() == ObjectKind::group) {
        const auto note = object.find_attribute("NX_class");
        return note ? "  " + console_.paint(Colour::dim, escape_for_terminal(note->read_string())) : "";
      }
      return describe_dataset(object.as_dataset());
    } catch (const Error& error) {
      trouble(error);
      return "  " + console_.paint(Colour::red, "unreadable");
    }
  }

  std::string describe_dataset(const Dataset& dataset) {
    std::string text = "  " + shortened(to_string(dataset.type()));
    if (dataset.space().kind != Dataspace::Kind::scalar) text += " " + shape_text(dataset.space());
    if (dataset.is_virtual()) return text + "  " + virtual_text(dataset);
    const auto logical = logical_size(dataset);
    const std::uint64_t stored = dataset.stored_size();
    if (logical && *logical >= 1024) {
      text += "  " + bytes_text(stored);
      if (const auto r = ratio(*logical, stored); r && !dataset.filters().empty()) text += " (" + ratio_text(*r) + ")";
    }
    if (const auto chunk = dataset.chunk_shape()) text += "  chunks " + shape_text(*chunk);
    if (!dataset.external_files().empty()) text += "  in external files";
    if (!dataset.filters().empty())
      text += "  " + console_.paint(Colour::green, escape_for_terminal(filters_text(dataset.filters())));
    return text + scalar_text(dataset);
  }

  /// " = 1.5" of small scalars, which are read as quickly as their type.
  std::string scalar_text(const Dataset& dataset) {
    if (dataset.space().kind != Dataspace::Kind::scalar || dataset.type().size() > 256 || dataset.is_virtual())
      return "";
    try {
      const Elements elements = dataset.read_elements();
      const File file = dataset.file();  // another one behind an external link
      return " = " + shortened(value_text(file, elements.type, elements.element(0), {.quote_strings = true}));
    } catch (const Error& error) {
      return "  " + console_.paint(Colour::red, escape_for_terminal(error.reason()));
    }
  }

  std::string virtual_text(const Dataset& dataset) {
    std::string text = "virtual, " + plural(dataset.virtual_mappings().size(), "mapping");
    const Plan plan = dataset.plan();
    if (!plan.missing.empty()) {
      text += ", " + console_.paint(Colour::red, escape_for_terminal(fmt::format("{} missing: {}",
                                                                                 plural(plan.missing.size(), "source"),
                                                                                 plan.missing.front().file)));
    }
    return text;
  }

  std::string link_text(const Group& group, const Link& link) {
    std::string target;
    if (const auto* soft = std::get_if<SoftLink>(&link.target)) {
      target = "-> " + console_.name(soft->path);
    } else if (const auto* external = std::get_if<ExternalLink>(&link.target)) {
      target = "-> " + console_.name(external->file) + ":" + console_.name(external->path);
    } else {
      return console_.paint(Colour::dim, fmt::format("link of class {}", std::get<UserLink>(link.target).link_class));
    }
    try {
      if (const auto object = group.follow(link)) {
        return target + (object->kind() == ObjectKind::dataset ? describe_dataset(object->as_dataset())
                                                               : "  " + std::string(to_string(object->kind())));
      }
    } catch (const Error& error) {
      return console_.paint(Colour::red, target + "  (" + escape_for_terminal(error.reason()) + ")");
    }
    return console_.paint(Colour::red, target + "  (missing)");
  }

  static std::string shortened(const std::string& type) {
    const std::string text = escape_for_terminal(type);
    if (text.size() <= 80) return text;
    std::size_t end = 77;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80) --end;
    return text.substr(0, end) + "…";
  }

  void trouble(const Error& error) {
    status_ = 1;
    console_.complain(error);
  }

  /// The tree is walked by recursion; no honest file nests this deep.
  static constexpr unsigned most_depth = 500;

  Console& console_;
  const File& file_;
  TreeStyle style_;
  std::set<Address> seen_;
  int status_ = 0;
};

}  // namespace

int list_tree(Console& console, const Listed& listed, TreeStyle style) {
  return Tree(console, listed.file, style).run(listed);
}

}  // namespace fiver::tools
