#include "model.hpp"

#include <cstring>
#include <stdexcept>

namespace fiver::tests {
namespace {

std::vector<std::string> texts_of(const std::string& data) {
  std::vector<std::string> texts;
  for (std::size_t at = 0; at < data.size();) {
    const auto end = data.find('\0', at);
    texts.push_back(data.substr(at, end - at));
    at = end + 1;
  }
  return texts;
}

bool is_mixture(const Content& found, const Content& before, const Content& after) {
  if (found.element_bytes == 0) {
    const auto now = texts_of(found.data), old = texts_of(before.data), fresh = texts_of(after.data);
    if (now.size() != old.size() || now.size() != fresh.size()) return false;
    for (std::size_t i = 0; i < now.size(); ++i)
      if (now[i] != old[i] && now[i] != fresh[i]) return false;
    return true;
  }
  if (found.data.size() != before.data.size() || found.data.size() != after.data.size()) return false;
  // Byte by byte: a write may end within an element.
  for (std::size_t i = 0; i < found.data.size(); ++i)
    if (found.data[i] != before.data[i] && found.data[i] != after.data[i]) return false;
  return true;
}

bool same_link(const ModelLink& a, const ModelLink& b) {
  return a.kind == b.kind && a.text == b.text;
}

/// Names with "-" are missing or lead elsewhere, those with "+" should not be there.
std::string link_difference(const std::map<std::string, ModelLink>& found,
                            const std::map<std::string, ModelLink>& wanted) {
  std::string names;
  for (const auto& [name, link] : wanted) {
    const auto other = found.find(name);
    if (other == found.end() || !same_link(link, other->second)) names += " -" + name;
  }
  for (const auto& [name, link] : found)
    if (!wanted.contains(name)) names += " +" + name;
  return names.empty() ? names : "links differ:" + names;
}

/// All but links and elements.
std::string difference(const Content& found, const Content& wanted) {
  if (found.is_group != wanted.is_group) return "another kind of object";
  if (found.references != wanted.references)
    return "reference count " + std::to_string(found.references) + ", not " + std::to_string(wanted.references);
  if (found.attributes != wanted.attributes) {
    std::string names;
    for (const auto& [name, value] : wanted.attributes) {
      const auto other = found.attributes.find(name);
      if (other == found.attributes.end() || other->second != value) names += " -" + name;
    }
    for (const auto& [name, value] : found.attributes)
      if (!wanted.attributes.contains(name)) names += " +" + name;
    return "attributes differ:" + names;
  }
  if (found.dims != wanted.dims) return "another extent";
  return {};
}

std::string joined(const std::vector<std::string>& texts) {
  std::string data;
  for (const auto& text : texts) data += text, data += '\0';
  return data;
}

std::string text_of(const Elements& elements) {
  const auto bytes = elements.bytes.span();
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

std::string value_of(const Attribute& attribute) {
  if (attribute.type().is<VariableStringType>()) return joined(attribute.read_strings());
  return text_of(attribute.read_elements());
}

class Comparison {
 public:
  Comparison(const Found& found, const Model& before, const Model& after, bool may_be_old, bool may_be_fresh)
      : found_(found), before_(before), after_(after), may_be_old_(may_be_old), may_be_fresh_(may_be_fresh) {}

  std::string run() {
    visit(found_.root, 0, "/");
    if (!fault_.empty()) return fault_;
    for (const auto& [id, object] : before_)
      if (after_.contains(id) && !address_of_.contains(id)) return "object " + std::to_string(id) + " is lost";
    return {};
  }

 private:
  static const ModelObject* find(const Model& model, ModelId id) {
    const auto found = model.find(id);
    return found == model.end() ? nullptr : &found->second;
  }

  std::string misfit(const Content& content, const ModelObject& wanted, const ModelObject* other) const {
    if (auto what = difference(content, wanted.content); !what.empty()) return what;
    if (content.is_group) return link_difference(content.links, wanted.content.links);
    if (content.data == wanted.content.data) return {};
    if (wanted.element_wise && other != nullptr && is_mixture(content, other->content, wanted.content)) return {};
    return "elements differ";
  }

  /// Those that came, and of those that were there any that stay with their targets.
  bool has_links_of_both(const Content& content, const ModelObject& old, const ModelObject& fresh) const {
    if (!content.is_group || !difference(content, fresh.content).empty()) return false;
    for (const auto& [name, link] : fresh.content.links) {
      const auto other = content.links.find(name);
      if (other == content.links.end() || !same_link(link, other->second)) return false;
    }
    for (const auto& [name, link] : content.links) {
      if (fresh.content.links.contains(name)) continue;
      const auto other = old.content.links.find(name);
      if (other == old.content.links.end() || !same_link(link, other->second)) return false;
    }
    return true;
  }

  std::string judge(const Content& content, ModelId id) const {
    const auto *old = find(before_, id), *fresh = find(after_, id);
    std::string as_old = "not there", as_fresh = "not there";
    if (old != nullptr && may_be_old_) as_old = misfit(content, *old, fresh);
    if (fresh != nullptr && may_be_fresh_) as_fresh = misfit(content, *fresh, old);
    if (as_old.empty() || as_fresh.empty()) return {};
    if (may_be_old_ && may_be_fresh_ && old != nullptr && fresh != nullptr && has_links_of_both(content, *old, *fresh))
      return {};
    return "neither as before (" + as_old + ") nor as after (" + as_fresh + ")";
  }

  void visit(std::uint64_t address, ModelId id, const std::string& path) {
    if (!fault_.empty()) return;
    const auto known = id_of_.find(address);
    if (known != id_of_.end()) {
      if (known->second != id) fault_ = path + ": is another object";
      return;
    }
    if (!address_of_.emplace(id, address).second) {
      fault_ = path + ": is there twice";
      return;
    }
    id_of_.emplace(address, id);
    const auto& content = found_.objects.at(address);
    if (auto what = judge(content, id); !what.empty()) {
      fault_ = path + ": " + what;
      return;
    }
    const auto *old = find(before_, id), *fresh = find(after_, id);
    for (const auto& [name, link] : content.links) {
      if (link.kind != ModelLink::Kind::hard) continue;
      const auto below = path == "/" ? "/" + name : path + "/" + name;
      std::vector<ModelId> candidates;
      for (const auto* state : {old, fresh}) {
        if (state == nullptr) continue;
        const auto wanted = state->content.links.find(name);
        if (wanted != state->content.links.end() && (candidates.empty() || candidates.front() != wanted->second.target))
          candidates.push_back(wanted->second.target);
      }
      // A name that led elsewhere before: the object tells by itself which one it is.
      if (candidates.size() == 2 && !judge(found_.objects.at(link.target), candidates.front()).empty())
        candidates.erase(candidates.begin());
      visit(link.target, candidates.front(), below);
    }
  }

  const Found& found_;
  const Model &before_, &after_;
  bool may_be_old_, may_be_fresh_;
  std::map<std::uint64_t, ModelId> id_of_;
  std::map<ModelId, std::uint64_t> address_of_;
  std::string fault_;
};

}  // namespace

std::string find_fault(const Found& found, const Model& before, const Model& after, Demand demand) {
  if (demand == Demand::each_object) return Comparison(found, before, after, true, true).run();
  const auto as_after = Comparison(found, before, after, false, true).run();
  if (as_after.empty()) return {};
  const auto as_before = Comparison(found, before, after, true, false).run();
  return as_before.empty() ? as_before : "as after: " + as_after + "; as before: " + as_before;
}

Found look_at(const File& file) {
  Found found;
  found.root = file.root().address().value;
  std::vector<Object> waiting{file.root()};
  while (!waiting.empty()) {
    const auto object = waiting.back();
    waiting.pop_back();
    if (found.objects.contains(object.address().value)) continue;
    auto& content = found.objects[object.address().value];
    content.is_group = object.kind() == ObjectKind::group;
    content.references = object.info().hard_links;
    for (const auto& attribute : object.attributes()) content.attributes[attribute.name()] = value_of(attribute);
    if (object.kind() == ObjectKind::dataset) {
      const auto dataset = object.as_dataset();
      content.dims = dataset.shape();
      if (dataset.type().is<VariableStringType>()) {
        content.element_bytes = 0;
        content.data = joined(dataset.read_strings());
      } else {
        content.element_bytes = dataset.type().size();
        content.data = text_of(dataset.read_elements());
      }
    }
    if (!content.is_group) continue;
    const auto group = object.as_group();
    for (const auto& link : group.links()) {
      auto& copy = content.links[link.name];
      if (const auto* hard = std::get_if<HardLink>(&link.target)) {
        copy.target = hard->target.value;
        waiting.push_back(*group.follow(link));
      } else if (const auto* soft = std::get_if<SoftLink>(&link.target)) {
        copy.kind = ModelLink::Kind::soft;
        copy.text = soft->path;
      } else if (const auto* external = std::get_if<ExternalLink>(&link.target)) {
        copy.kind = ModelLink::Kind::external;
        copy.text = external->file + '\0' + external->path;
      } else {
        throw std::logic_error("a link that no test makes");
      }
    }
  }
  return found;
}

namespace {

void put(std::string& bytes, std::uint64_t number) {
  bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
}
void put(std::string& bytes, const std::string& text) {
  put(bytes, text.size());
  bytes += text;
}

/// Throws where the bytes end: whoever made them may have died.
class Taking {
 public:
  Taking(const char* bytes, std::size_t size) : bytes_(bytes), left_(size) {}
  std::uint64_t number() {
    std::uint64_t value = 0;
    std::memcpy(&value, take(sizeof value), sizeof value);
    return value;
  }
  std::string text() {
    const auto size = static_cast<std::size_t>(number());
    return std::string(take(size), size);
  }

 private:
  const char* take(std::size_t size) {
    if (size > left_) throw std::runtime_error("an answer that was cut short");
    const auto* start = bytes_;
    bytes_ += size;
    left_ -= size;
    return start;
  }
  const char* bytes_;
  std::size_t left_;
};

}  // namespace

void put_found(const Found& found, std::string& bytes) {
  put(bytes, found.root);
  put(bytes, found.objects.size());
  for (const auto& [address, content] : found.objects) {
    put(bytes, address);
    put(bytes, content.is_group ? 1 : 0);
    put(bytes, content.references);
    put(bytes, content.element_bytes);
    put(bytes, content.attributes.size());
    for (const auto& [name, value] : content.attributes) put(bytes, name), put(bytes, value);
    put(bytes, content.links.size());
    for (const auto& [name, link] : content.links) {
      put(bytes, name);
      put(bytes, static_cast<std::uint64_t>(link.kind));
      put(bytes, link.target);
      put(bytes, link.text);
    }
    put(bytes, content.dims.size());
    for (const auto dim : content.dims) put(bytes, dim);
    put(bytes, content.data);
  }
}

Found take_found(const char* bytes, std::size_t size) {
  Taking in(bytes, size);
  Found found;
  found.root = in.number();
  for (auto left = in.number(); left > 0; --left) {
    auto& content = found.objects[in.number()];
    content.is_group = in.number() != 0;
    content.references = in.number();
    content.element_bytes = static_cast<std::size_t>(in.number());
    for (auto n = in.number(); n > 0; --n) {
      auto name = in.text();
      content.attributes[std::move(name)] = in.text();
    }
    for (auto n = in.number(); n > 0; --n) {
      auto& link = content.links[in.text()];
      link.kind = static_cast<ModelLink::Kind>(in.number());
      link.target = in.number();
      link.text = in.text();
    }
    for (auto n = in.number(); n > 0; --n) content.dims.push_back(in.number());
    content.data = in.text();
  }
  return found;
}

}  // namespace fiver::tests
