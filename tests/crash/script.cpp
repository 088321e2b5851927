#include "script.hpp"

#include <algorithm>
#include <stdexcept>

namespace fiver::tests {
namespace {

Options options_with(Durability durability) {
  Options options;
  options.flush_durability = options.close_durability = durability;
  return options;
}

std::uint64_t count_of(const Shape& dims) {
  std::uint64_t count = 1;
  for (const auto dim : dims) count *= dim;
  return count;
}

std::string bytes_of(const std::vector<std::int32_t>& values) {
  return std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(std::int32_t));
}

/// Texts in a grid.
std::vector<std::string> split_texts(const std::string& data) {
  std::vector<std::string> texts;
  for (std::size_t at = 0; at < data.size();) {
    const auto end = data.find('\0', at);
    texts.push_back(data.substr(at, end - at));
    at = end + 1;
  }
  return texts;
}

}  // namespace

void copy_box(const std::string& from, const Shape& from_dims, const Shape& from_start, std::string& to,
              const Shape& to_dims, const Shape& to_start, const Shape& size, std::size_t element) {
  const auto count = count_of(size);
  Shape at(size.size(), 0);
  const auto place = [&](const Shape& dims, const Shape& start) {
    std::uint64_t index = 0;
    for (std::size_t i = 0; i < dims.size(); ++i) index = index * dims[i] + start[i] + at[i];
    return static_cast<std::size_t>(index) * element;
  };
  for (std::uint64_t n = 0; n < count; ++n) {
    std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(place(from_dims, from_start)), element,
                to.begin() + static_cast<std::ptrdiff_t>(place(to_dims, to_start)));
    for (std::size_t i = size.size(); i-- > 0;) {
      if (++at[i] < size[i]) break;
      at[i] = 0;
    }
  }
}

Script::Script(std::shared_ptr<Storage> storage, const NewFile& settings, Durability durability, Flushed flushed)
    : file_(File::create(std::move(storage), settings, options_with(durability))),
      durability_(durability),
      flushed_(std::move(flushed)) {
  model_[0] = {};
  flush();
}

Script::Script(std::shared_ptr<Storage> storage, Model model, Durability durability, Flushed flushed)
    : file_(File::edit(std::move(storage), options_with(durability))),
      durability_(durability),
      flushed_(std::move(flushed)),
      model_(std::move(model)) {
  next_ = model_.rbegin()->first + 1;
  states_.push_back(snapshot());
  flushed_(0);
}

ModelId Script::id_of(const std::string& path) const {
  ModelId id = 0;
  for (std::size_t at = 1; at < path.size();) {
    const auto end = std::min(path.find('/', at), path.size());
    id = model_.at(id).content.links.at(path.substr(at, end - at)).target;
    at = end + 1;
  }
  return id;
}

std::pair<ModelId, std::string> Script::split(const std::string& path) const {
  const auto slash = path.rfind('/');
  return {id_of(path.substr(0, slash)), path.substr(slash + 1)};
}

void Script::link(const std::string& path, ModelLink link) {
  const auto [parent, name] = split(path);
  if (!model_.at(parent).content.links.emplace(name, std::move(link)).second)
    throw std::logic_error("the name is taken: " + path);
}

void Script::add(const std::string& path, ModelObject object) {
  const auto id = next_++;
  link(path, {ModelLink::Kind::hard, id, {}});
  model_[id] = std::move(object);
}

void Script::group(const std::string& path, bool track_order) {
  attempt([&] { file_.root().create_group(path, {track_order}); });
  add(path, {});
}

namespace {

ModelObject model_of(const Dataspace& space, const NewDataset& settings, bool is_text) {
  ModelObject object;
  object.content.is_group = false;
  object.content.dims = space.dims;
  object.content.element_bytes = is_text ? 0 : 4;
  object.content.data.assign(static_cast<std::size_t>(count_of(space.dims)) * (is_text ? 1 : 4), '\0');
  object.element_wise = !settings.compact && !settings.chunk && settings.filters.empty() && !settings.is_virtual;
  return object;
}

Datatype text_type() {
  return Datatype(16, VariableStringType{});
}

}  // namespace

void Script::dataset(const std::string& path, const Dataspace& space, const NewDataset& settings) {
  attempt([&] { file_.root().create_dataset(path, native_type<std::int32_t>(), space, settings); });
  add(path, model_of(space, settings, false));
}

void Script::texts(const std::string& path, const Dataspace& space, const NewDataset& settings) {
  attempt([&] { file_.root().create_dataset(path, text_type(), space, settings); });
  add(path, model_of(space, settings, true));
}

void Script::write(const std::string& path, const Shape& start, const Shape& size) {
  std::vector<std::int32_t> values(static_cast<std::size_t>(count_of(size)));
  // Some zeros, so that it compresses, and no two alike otherwise.
  for (auto& value : values) value = ++number_ % 3 == 0 ? 0 : number_;
  const auto note = [&] {
    auto& content = at(path).content;
    copy_box(bytes_of(values), size, Shape(size.size(), 0), content.data, content.dims, start, size, 4);
  };
  try {
    attempt([&] { file_.dataset(path).write(values, box(start, size)); });
  } catch (const Error&) {
    note();  // some of them may have been written in place
    throw;
  }
  note();
}

std::string Script::text(std::size_t length) {
  auto text = "text " + std::to_string(++number_) + " ";
  while (text.size() < length) text += static_cast<char>('a' + text.size() % 26);
  return text;
}

void Script::write_texts(const std::string& path, const Shape& start, const Shape& size, std::size_t length) {
  if (size.size() != 1) throw std::logic_error("texts of one dimension only");
  std::vector<std::string> values;
  for (std::uint64_t i = 0; i < size[0]; ++i) values.push_back(text(length));
  const auto note = [&] {
    auto& content = at(path).content;
    auto texts = split_texts(content.data);
    std::copy(values.begin(), values.end(), texts.begin() + static_cast<std::ptrdiff_t>(start[0]));
    content.data.clear();
    for (const auto& one : texts) content.data += one, content.data += '\0';
  };
  try {
    attempt([&] { file_.dataset(path).write_strings(values, box(start, size)); });
  } catch (const Error&) {
    note();
    throw;
  }
  note();
}

void Script::resize(const std::string& path, const Shape& dims) {
  attempt([&] { file_.dataset(path).resize(dims); });
  auto& content = at(path).content;
  Shape common;
  for (std::size_t i = 0; i < dims.size(); ++i) common.push_back(std::min(dims[i], content.dims[i]));
  if (content.element_bytes == 0) {
    auto texts = split_texts(content.data);
    texts.resize(static_cast<std::size_t>(dims[0]));
    content.data.clear();
    for (const auto& one : texts) content.data += one, content.data += '\0';
  } else {
    std::string data(static_cast<std::size_t>(count_of(dims)) * 4, '\0');
    const Shape zero(dims.size(), 0);
    copy_box(content.data, content.dims, zero, data, dims, zero, common, 4);
    content.data = std::move(data);
  }
  content.dims = dims;
}

void Script::attribute(const std::string& path, const std::string& name, std::size_t values) {
  std::vector<std::int32_t> numbers(values);
  for (auto& number : numbers) number = ++number_;
  attempt([&] { file_.object(path).set_attribute(name, numbers); });
  at(path).content.attributes[name] = bytes_of(numbers);
}

void Script::text_attribute(const std::string& path, const std::string& name, std::size_t length) {
  const auto value = text(length);
  attempt([&] { file_.object(path).set_attribute(name, value); });
  at(path).content.attributes[name] = value + '\0';
}

void Script::remove_attribute(const std::string& path, const std::string& name) {
  attempt([&] { file_.object(path).remove_attribute(name); });
  if (at(path).content.attributes.erase(name) == 0) throw std::logic_error("no attribute " + name);
}

void Script::hard_link(const std::string& path, const std::string& target) {
  attempt([&] { file_.root().create_hard_link(path, file_.object(target)); });
  const auto id = id_of(target);
  link(path, {ModelLink::Kind::hard, id, {}});
  ++model_.at(id).content.references;
}

void Script::soft_link(const std::string& path, const std::string& target) {
  attempt([&] { file_.root().create_soft_link(path, target); });
  link(path, {ModelLink::Kind::soft, 0, target});
}

void Script::external_link(const std::string& path, const std::string& file, const std::string& target) {
  attempt([&] { file_.root().create_external_link(path, file, target); });
  link(path, {ModelLink::Kind::external, 0, file + '\0' + target});
}

void Script::drop(ModelId id) {
  auto& object = model_.at(id);
  if (--object.content.references > 0) return;
  const auto links = object.content.links;
  model_.erase(id);
  stacks_.erase(id);
  for (const auto& [name, link] : links)
    if (link.kind == ModelLink::Kind::hard) drop(link.target);
}

void Script::remove(const std::string& path) {
  attempt([&] { file_.root().remove(path); });
  const auto [parent, name] = split(path);
  auto& links = model_.at(parent).content.links;
  const auto gone = links.at(name);
  links.erase(name);
  if (gone.kind == ModelLink::Kind::hard) drop(gone.target);
}

void Script::move(const std::string& from, const std::string& to) {
  attempt([&] { file_.root().move(from, to); });
  const auto [parent, name] = split(from);
  auto& links = model_.at(parent).content.links;
  auto moved = links.at(name);
  links.erase(name);
  link(to, std::move(moved));
}

void Script::stack(const std::string& path, const std::vector<std::string>& sources) {
  NewDataset settings;
  settings.is_virtual = true;
  Shape dims;
  std::vector<Part> parts;
  for (const auto& source : sources) {
    const auto& content = at(source).content;
    if (dims.empty()) dims = Shape(content.dims.size(), 0);
    auto start = Shape(dims.size(), 0);
    start[0] = dims[0];
    auto size = content.dims;
    for (std::size_t i = 1; i < dims.size(); ++i) dims[i] = size[i];
    dims[0] += size[0];
    settings.mappings.push_back({".", source, all(), box(start, size)});
    parts.push_back({id_of(source), start});
  }
  for (auto& mapping : settings.mappings) {
    const auto& content = at(mapping.source_dataset).content;
    mapping.source = box(Shape(content.dims.size(), 0), content.dims);
  }
  const auto space = Dataspace::simple(dims);
  attempt([&] { file_.root().create_dataset(path, native_type<std::int32_t>(), space, settings); });
  auto object = model_of(space, settings, false);
  object.element_wise = true;
  const auto id = next_;
  add(path, std::move(object));
  stacks_[id] = std::move(parts);
}

Model Script::snapshot() const {
  auto model = model_;
  for (const auto& [id, parts] : stacks_) {
    auto& content = model.at(id).content;
    for (const auto& part : parts) {
      const auto& source = model.at(part.source).content;
      const Shape zero(source.dims.size(), 0);
      copy_box(source.data, source.dims, zero, content.data, content.dims, part.start, source.dims, 4);
    }
  }
  return model;
}

Model Script::now() const {
  return snapshot();
}

void Script::flush() {
  attempt([&] { file_.flush(durability_); });
  states_.push_back(snapshot());
  flushed_(states_.size() - 1);
}

void Script::close() {
  attempt([&] { file_.close(); });
  states_.push_back(snapshot());
  flushed_(states_.size() - 1);
}

}  // namespace fiver::tests
