#include "property/program.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "fiver/check.hpp"
#include "fiver/filters.hpp"
#include "select/model_test.hpp"

namespace fiver::property {

Program::Program(const ProgramSettings& settings)
    : settings_(settings), random_(settings.seed), reading_(settings.seed) {
  new_file_.compatibility = one_in(random_, 3) ? Compatibility::earliest : Compatibility::native;
  new_file_.track_order = one_in(random_, 3);
  if (one_in(random_, 5)) new_file_.user_block = 512ULL << below(random_, 4);
  if (one_in(random_, 3)) memory_ = 1ULL << (12 + below(random_, 8));
  const bool live = one_in(random_, 8);  // asked for in any case: what follows is to stay the same
  if (live && new_file_.compatibility == Compatibility::native) mode_ = WriterMode::live;
  Runtime::Settings runtime;
  runtime.threads = settings.threads;
  runtime.memory = memory_;
  runtime_ = std::make_shared<Runtime>(runtime);
  root_->track_order = new_file_.track_order;
  root_->links_to = 1;
  note(fmt::format("{}{}, user block {}, memory {}, {}",
                   new_file_.compatibility == Compatibility::native ? "native" : "earliest",
                   new_file_.track_order ? ", order tracked" : "", new_file_.user_block, memory_,
                   mode_ == WriterMode::live ? "live" : "exclusive"));
}

Options Program::options() const {
  Options options;
  options.runtime = runtime_;
  options.mode = mode_;
  return options;
}

std::string Program::run() {
  try {
    file_ = File::create(storage_, new_file_, options());
    for (unsigned i = 0; i < settings_.steps && trouble_.empty(); ++i) {
      step();
      if (settings_.compare && trouble_.empty() && one_in(reading_, 6)) trouble_ = compare(false);
    }
    if (trouble_.empty()) trouble_ = reopen();
    if (trouble_.empty()) {
      file_->close();
      file_.reset();
    }
  } catch (const std::exception& error) {
    if (trouble_.empty()) trouble_ = fmt::format("throws: {}", error.what());
  }
  if (trouble_.empty()) return "";
  return fmt::format("seed {}: {}\n  {}\n", settings_.seed, trouble_, fmt::join(log_, "\n  "));
}

std::string Program::empty() {
  try {
    file_ = File::edit(storage_, options());
    const auto root = file_->root();
    for (const auto& link : root.links()) root.remove(link.name);
    for (const auto& name : root.attribute_names()) root.remove_attribute(name);
    file_->close();
    file_.reset();
  } catch (const std::exception& error) {
    return fmt::format("seed {}: emptying throws: {}\n  {}\n", settings_.seed, error.what(), fmt::join(log_, "\n  "));
  }
  return "";
}

std::string Program::compare(bool fresh) {
  if (!fresh) {
    const auto text = difference(*file_, root_, reading_);
    return text.empty() ? text : "the writing handle: " + text;
  }
  const auto file = File::open(std::make_shared<io::MemoryStorage>(storage_->content()), options());
  if (auto text = difference(file, root_, reading_); !text.empty()) return "the bytes: " + text;
  const auto report = check(file);
  if (report.sound()) return "";
  return fmt::format("check: {}: {}", report.faults.front().object, report.faults.front().message);
}

std::string Program::reopen() {
  note("close, edit");
  file_->close();
  file_.reset();
  if (settings_.compare)
    if (auto text = compare(true); !text.empty()) return text;
  file_ = File::edit(storage_, options());
  return settings_.compare ? compare(false) : "";
}

void Program::flush() {
  const auto durability = static_cast<Durability>(below(random_, 3));
  note(fmt::format("flush {}", static_cast<int>(durability)));
  file_->flush(durability);
  // With Durability::none nothing is promised to others, but what is there has to be whole.
  if (settings_.compare && one_in(reading_, 2) && durability != Durability::none) trouble_ = compare(true);
}

void Program::step() {
  switch (below(random_, 40)) {
    case 0:
    case 1:
    case 2:
      return create_group();
    case 3:
    case 4:
    case 5:
    case 6:
    case 7:
    case 8:
      return create_dataset();
    case 9:
    case 10:
    case 11:
    case 12:
    case 13:
    case 14:
    case 15:
      return write();
    case 16:
      return write_frames();
    case 17:
    case 18:
      return write_chunk();
    case 19:
    case 20:
    case 21:
      return resize();
    case 22:
    case 23:
    case 24:
      return set_attribute();
    case 25:
      return many_attributes();
    case 26:
    case 27:
      return change_attribute();
    case 28:
    case 29:
      return add_link();
    case 30:
      return many_links();
    case 31:
    case 32:
    case 33:
      return remove();
    case 34:
    case 35:
      return move();
    case 36:
      return commit_type();
    case 37:
    case 38:
      return flush();
    default:
      if (one_in(random_, 2)) return refusals();
      trouble_ = reopen();
  }
}

Program::Found Program::find(std::optional<ObjectKind> kind) {
  Found best;
  Found here{root_, ""};
  for (unsigned depth = 0; depth < 6; ++depth) {
    if (!kind || here.node->kind == *kind)
      if (!best.node || !one_in(random_, 3)) best = here;
    std::vector<const ModelLink*> hard;
    for (const auto& link : here.node->links)
      if (const auto* to = std::get_if<NodePtr>(&link.target))
        if (!kind || *kind == (*to)->kind || !(*to)->links.empty()) hard.push_back(&link);
    if (hard.empty()) break;
    const auto* next = hard[below(random_, hard.size())];
    here = {std::get<NodePtr>(next->target), here.path + "/" + next->name};
  }
  if (best.node && best.path.empty()) best.path = "/";
  return best;
}

std::string Program::new_name() {
  static const std::vector<std::string> odd = {"gr\xc3\xbc\xc3\x9f", "a b", "...", "\xff\xfe", "x\ty", "%b"};
  const auto kind = below(random_, 20);
  if (kind == 0) return odd[below(random_, odd.size())];
  if (kind == 1) return std::string(200 + below(random_, 400), static_cast<char>('a' + below(random_, 26)));
  return fmt::format("n{}", below(random_, 60));
}

/// A group, and in it a name that is free.
Program::Found Program::new_place() {
  const auto group = find(ObjectKind::group);
  auto name = new_name();
  while (group.node->find_link(name) != nullptr) name += "'";
  return {group.node, (group.path == "/" ? "" : group.path) + "/" + name};
}

namespace {
std::string last_name(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}
}  // namespace

bool Program::old_header(const Node& node) const {
  return new_file_.compatibility == Compatibility::earliest && !node.track_order;
}

std::size_t Program::random_type(bool fixed) {
  for (;;) {
    const auto type = below(random_, element_types().size());
    if (!fixed || !element_types()[type].is_variable()) return type;
  }
}

Values Program::random_values(std::size_t type, std::uint64_t count) {
  Values values;
  for (std::uint64_t i = 0; i < count; ++i) values.push_back(element_types()[type].make(random_));
  return values;
}

void Program::unlink(const NodePtr& node) {
  if (--node->links_to != 0) return;
  auto links = std::move(node->links);
  node->links.clear();
  for (const auto& link : links)
    if (const auto* to = std::get_if<NodePtr>(&link.target)) unlink(*to);
}

void Program::create_group() {
  const auto place = new_place();
  auto node = std::make_shared<Node>();
  node->track_order = one_in(random_, 3);
  node->links_to = 1;
  note(fmt::format("create_group {}{}", place.path, node->track_order ? " ordered" : ""));
  file_->root().create_group(place.path, {node->track_order});
  place.node->links.push_back({last_name(place.path), node});
}

void Program::choose_storage(Node& node) {
  const auto& type = element_types()[node.type];
  auto& settings = node.settings;
  const auto kind = below(random_, 10);
  if (kind == 0) node.space = Dataspace::scalar();
  if (kind == 1) node.space = Dataspace::null();
  if (kind >= 2) {
    const std::uint64_t largest[] = {0, 300, 24, 9, 5};
    const auto rank = 1 + below(random_, 4);
    auto dims = select::model::random_shape(random_, rank, largest[rank]);
    if (one_in(random_, 10)) dims[below(random_, rank)] = 0;
    node.space = Dataspace::simple(dims);
  }
  if (one_in(random_, 3) && !type.is_variable()) {
    node.fill = type.make(random_);
    settings.fill.defined = FillValue::Defined::by_user;
    const auto bytes = std::as_bytes(std::span(node.fill));
    settings.fill.bytes.assign(bytes.begin(), bytes.end());
  } else {
    node.fill.assign(type.is_variable() ? 0 : type.stored.size(), '\0');
  }
  if (kind < 2 || kind == 3) return;
  if (kind == 2) {
    settings.compact = true;
    return;
  }
  Shape chunk, most = node.space.dims;
  for (auto& length : most)
    if (one_in(random_, 2)) length = one_in(random_, 2) ? unlimited : length + below(random_, 8);
  if (most != node.space.dims) node.space.max_dims = most;
  for (std::size_t i = 0; i < most.size(); ++i) {
    chunk.push_back(
        1 + below(random_, std::min<std::uint64_t>(std::max<std::uint64_t>(most[i], 1), most.size() == 1 ? 50 : 6)));
    if (one_in(random_, 6) && node.space.dims[i] != 0) chunk.back() = node.space.dims[i];
    if (most[i] == 0) return void(node.space.max_dims.reset());
  }
  settings.chunk = chunk;
  settings.filter_partial_chunks = !one_in(random_, 5);
  if (type.is_variable() || one_in(random_, 2)) return;
  const auto is_number = type.stored.is<IntegerType>() || type.stored.is<FloatType>();
  switch (below(random_, 12)) {
    case 0:
      settings.filters = {filters::deflate(static_cast<int>(below(random_, 10)))};
      break;
    case 1:
      settings.filters = {filters::shuffle(), filters::deflate(1)};
      break;
    case 2:
      settings.filters = {filters::fletcher32()};
      break;
    case 3:
      settings.filters = {filters::lzf()};
      break;
    case 4:
      settings.filters = {filters::shuffle(), filters::lzf(), filters::fletcher32()};
      break;
    case 5:
      settings.filters = {filters::lz4()};
      break;
    case 6:
      settings.filters = {filters::zstd(1)};
      break;
    case 7:
      settings.filters = {filters::bzip2(1)};
      break;
    case 8:
      settings.filters = {filters::bitshuffle_lz4()};
      break;
    case 9:
      if (is_number) settings.filters = {filters::nbit()};
      break;
    case 10:
      if (type.stored.is<IntegerType>()) settings.filters = {filters::scale_offset_integer()};
      break;
    default:
      settings.filters = {filters::blosc("lz4", 5)};
      break;
  }
}

void Program::create_dataset() {
  const auto place = new_place();
  auto node = std::make_shared<Node>();
  node->kind = ObjectKind::dataset;
  node->type = random_type(false);
  node->track_order = one_in(random_, 4);
  node->settings.track_order = node->track_order;
  node->links_to = 1;
  choose_storage(*node);
  const auto& type = element_types()[node->type];
  std::string filters;
  for (const auto& filter : node->settings.filters) filters += fmt::format(" filter {}", filter.id);
  note(fmt::format("create_dataset {} {} ({}) of ({}) chunk ({}){}{}{}", place.path, to_string(type.stored),
                   fmt::join(node->space.dims, ","), fmt::join(node->space.max_dims.value_or(Shape{}), ","),
                   fmt::join(node->settings.chunk.value_or(Shape{}), ","), filters,
                   node->settings.compact ? " compact" : "", node->settings.fill.bytes.empty() ? "" : " fill"));
  file_->root().create_dataset(place.path, type.stored, node->space, node->settings);
  node->values.assign(static_cast<std::size_t>(node->space.element_count()), node->fill);
  place.node->links.push_back({last_name(place.path), node});
}

void Program::write() {
  const auto found = find(ObjectKind::dataset);
  if (!found.node || found.node->values.empty()) return;
  auto& node = *found.node;
  const auto& type = element_types()[node.type];
  const auto& dims = node.space.dims;
  const auto kind = below(random_, 6);
  const auto selection = dims.empty() ? all() : select::model::random_selection(random_, dims, kind);
  const auto places = select::model::elements(selection, dims);
  const auto values = random_values(node.type, places.size());
  note(fmt::format("write {} kind {}: {} elements", found.path, kind, values.size()));
  const auto dataset = file_->dataset(found.path);
  auto form = memory_form(type, values);
  if (one_in(random_, 3))
    if (auto wide = as_int64(type, values)) form = std::move(*wide);
  dataset.write_converted(form.memory, form.bytes, selection);
  for (std::size_t i = 0; i < places.size(); ++i)
    node.values[static_cast<std::size_t>(select::model::linear(places[i], dims))] = values[i];
}

/// A frame after the other, as from a detector: pieces that continue each other.
void Program::write_frames() {
  const auto found = find(ObjectKind::dataset);
  if (!found.node || found.node->values.empty() || found.node->space.dims.empty()) return;
  auto& node = *found.node;
  const auto& dims = node.space.dims;
  const auto volume = node.values.size() / static_cast<std::size_t>(dims[0]);
  note(fmt::format("write {} by frames", found.path));
  const auto dataset = file_->dataset(found.path);
  for (std::uint64_t i = 0; i < std::min<std::uint64_t>(dims[0], 40); ++i) {
    const auto values = random_values(node.type, volume);
    const auto form = memory_form(element_types()[node.type], values);
    Shape start(dims.size()), size = dims;
    start[0] = i;
    size[0] = 1;
    dataset.write_converted(form.memory, form.bytes, box(start, size));
    std::copy(values.begin(), values.end(), node.values.begin() + static_cast<std::ptrdiff_t>(i * volume));
  }
}

void Program::write_chunk() {
  const auto found = find(ObjectKind::dataset);
  if (!found.node || !found.node->settings.chunk || found.node->values.empty()) return;
  auto& node = *found.node;
  const auto& type = element_types()[node.type];
  if (type.is_variable()) return;
  const auto& chunk = *node.settings.chunk;
  const auto& dims = node.space.dims;
  Shape offset;
  bool partial = false;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    offset.push_back(below(random_, (dims[i] + chunk[i] - 1) / chunk[i]) * chunk[i]);
    partial = partial || offset[i] + chunk[i] > dims[i];
  }
  if (partial && !node.settings.filter_partial_chunks) return;
  std::string bytes;
  for (const auto& in_chunk : select::model::everything(chunk)) {
    Shape at = in_chunk;
    bool inside = true;
    for (std::size_t i = 0; i < at.size(); ++i) inside = (at[i] += offset[i]) < dims[i] && inside;
    if (!inside) {
      bytes += node.fill;
      continue;
    }
    const auto value = type.make(random_);
    node.values[static_cast<std::size_t>(select::model::linear(at, dims))] = value;
    bytes += value;
  }
  // None of the filters was applied, or only the shuffle that comes first.
  const auto filters = node.settings.filters.size();
  std::uint32_t mask = (1U << filters) - 1;
  if (filters > 0 && node.settings.filters[0].id == 2 && one_in(random_, 2)) {
    mask &= ~1U;
    const auto size = type.stored.size();
    const auto count = bytes.size() / size;
    std::string shuffled;
    for (std::size_t byte = 0; byte < size; ++byte)
      for (std::size_t i = 0; i < count; ++i) shuffled.push_back(bytes[i * size + byte]);
    bytes = shuffled;
  }
  note(fmt::format("write_chunk {} ({}) mask {}", found.path, fmt::join(offset, ","), mask));
  file_->dataset(found.path).write_chunk(offset, std::as_bytes(std::span(bytes)), mask);
}

void Program::resize() {
  const auto found = find(ObjectKind::dataset);
  if (!found.node || !found.node->space.max_dims) return;
  auto& node = *found.node;
  const auto old = node.space.dims;
  const auto& most = *node.space.max_dims;
  Shape dims = old;
  std::uint64_t volume = 1;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    if (most[i] != old[i] && !one_in(random_, 4))
      dims[i] = below(random_, std::min<std::uint64_t>(most[i], old[i] + (dims.size() == 1 ? 80 : 5)) + 1);
    volume *= dims[i];
  }
  if (volume > 3000) return;
  note(fmt::format("resize {} to ({})", found.path, fmt::join(dims, ",")));
  file_->dataset(found.path).resize(dims);
  Values values(static_cast<std::size_t>(volume), node.fill);
  std::size_t i = 0;
  for (const auto& at : select::model::everything(dims)) {
    bool inside = true;
    for (std::size_t d = 0; d < at.size(); ++d) inside = inside && at[d] < old[d];
    if (inside) values[i] = node.values[static_cast<std::size_t>(select::model::linear(at, old))];
    ++i;
  }
  node.values = std::move(values);
  node.space.dims = dims;
}

void Program::set_attribute() {
  const auto found = find({});
  ModelAttribute attribute;
  attribute.name = one_in(random_, 8) ? new_name() : fmt::format("a{}", below(random_, 12));
  attribute.type = random_type(false);
  const auto& type = element_types()[attribute.type];
  const auto kind = below(random_, 12);
  if (kind == 0) attribute.space = Dataspace::null();
  if (kind == 1) attribute.space = Dataspace::simple({0});
  if (kind >= 6) attribute.space = Dataspace::simple({1 + below(random_, 20), 1 + below(random_, 3)});
  if (one_in(random_, 15)) attribute.space = Dataspace::simple({(70000 + below(random_, 9000)) / type.stored.size()});
  attribute.values = random_values(attribute.type, attribute.space.element_count());
  const auto form = memory_form(type, attribute.values);
  const bool too_large = old_header(*found.node) && attribute.values.size() * type.stored.size() > 64000;
  note(fmt::format("attribute {} of {}: {} of {}", attribute.name, found.path, attribute.values.size(),
                   to_string(type.stored)));
  const auto write = [&] {
    file_->object(found.path).write_attribute(attribute.name, type.stored, attribute.space, form.memory, form.bytes);
  };
  if (too_large) return expect_refusal("a large attribute in an old header", write);
  write();
  if (auto* known = found.node->find_attribute(attribute.name))
    *known = std::move(attribute);
  else
    found.node->attributes.push_back(std::move(attribute));
}

void Program::many_attributes() {
  const auto found = find({});
  const std::size_t counts[] = {0, 8, 9, 100};
  const auto count = counts[below(random_, 4)];
  note(fmt::format("{} attributes for {}", count, found.path));
  const auto object = file_->object(found.path);
  auto& list = found.node->attributes;
  while (list.size() > count) {
    const auto victim = below(random_, list.size());
    object.remove_attribute(list[victim].name);
    list.erase(list.begin() + static_cast<std::ptrdiff_t>(victim));
  }
  for (std::size_t i = 0; list.size() < count; ++i) {
    const auto name = fmt::format("many {}", i);
    if (found.node->find_attribute(name) != nullptr) continue;
    ModelAttribute attribute{name, 0, Dataspace::scalar(), {std::string(1, static_cast<char>(i))}};
    object.set_attribute(name, static_cast<std::int8_t>(i));
    list.push_back(std::move(attribute));
  }
}

void Program::change_attribute() {
  const auto found = find({});
  auto& list = found.node->attributes;
  if (list.empty()) return;
  const auto which = below(random_, list.size());
  const auto object = file_->object(found.path);
  if (one_in(random_, 2)) {
    note(fmt::format("remove attribute {} of {}", list[which].name, found.path));
    object.remove_attribute(list[which].name);
    list.erase(list.begin() + static_cast<std::ptrdiff_t>(which));
    return;
  }
  const auto name = new_name();
  note(fmt::format("rename attribute {} of {} to {}", list[which].name, found.path, name));
  if (found.node->find_attribute(name) != nullptr)
    return expect_refusal("a name that is taken", [&] { object.rename_attribute(list[which].name, name); });
  object.rename_attribute(list[which].name, name);
  list[which].name = name;
  std::rotate(list.begin() + static_cast<std::ptrdiff_t>(which), list.begin() + static_cast<std::ptrdiff_t>(which) + 1,
              list.end());
}

void Program::add_link() {
  const auto place = new_place();
  const auto kind = below(random_, 4);
  if (kind == 0) {
    note("soft link " + place.path);
    file_->root().create_soft_link(place.path, "/some/where");
    place.node->links.push_back({last_name(place.path), SoftLink{"/some/where"}});
  } else if (kind == 1) {
    note("external link " + place.path);
    file_->root().create_external_link(place.path, "other.h5", "/there");
    place.node->links.push_back({last_name(place.path), ExternalLink{"other.h5", "/there"}});
  } else {
    const auto target = find(one_in(random_, 6) ? std::optional<ObjectKind>{} : ObjectKind::dataset);
    if (!target.node) return;
    note(fmt::format("hard link {} to {}", place.path, target.path));
    file_->root().create_hard_link(place.path, file_->object(target.path));
    place.node->links.push_back({last_name(place.path), target.node});
    ++target.node->links_to;
  }
}

/// Enough for a dense group, or a tree of symbol nodes.
void Program::many_links() {
  const auto found = find(ObjectKind::group);
  const auto object = file_->group(found.path);
  const auto count = 1 + below(random_, one_in(random_, 5) ? 300 : 30);
  if (one_in(random_, 3)) {
    note(fmt::format("most links of {} go", found.path));
    auto& links = found.node->links;
    for (std::size_t i = 0; i < links.size();) {
      if (one_in(random_, 4)) {
        ++i;
        continue;
      }
      object.remove(links[i].name);
      const auto target = links[i].target;
      links.erase(links.begin() + static_cast<std::ptrdiff_t>(i));
      if (const auto* to = std::get_if<NodePtr>(&target)) unlink(*to);
    }
    return;
  }
  note(fmt::format("{} links in {}", count, found.path));
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto name = fmt::format("link {}", below(random_, 1000));
    if (found.node->find_link(name) != nullptr) continue;
    object.create_soft_link(name, "/x");
    found.node->links.push_back({name, SoftLink{"/x"}});
  }
}

void Program::remove() {
  const auto found = find(ObjectKind::group);
  auto& links = found.node->links;
  if (links.empty()) return;
  const auto which = below(random_, links.size());
  const auto target = links[which].target;
  note(fmt::format("remove {} of {}", links[which].name, found.path));
  file_->group(found.path).remove(links[which].name);
  links.erase(links.begin() + static_cast<std::ptrdiff_t>(which));
  if (const auto* to = std::get_if<NodePtr>(&target)) unlink(*to);
}

void Program::move() {
  const auto from = find(ObjectKind::group);
  if (from.node->links.empty()) return;
  const auto which = below(random_, from.node->links.size());
  const auto place = new_place();
  auto link = from.node->links[which];
  const auto path = (from.path == "/" ? "" : from.path) + "/" + link.name;
  if (place.path.starts_with(path + "/")) return;
  note(fmt::format("move {} to {}", path, place.path));
  file_->root().move(path, place.path);
  from.node->links.erase(from.node->links.begin() + static_cast<std::ptrdiff_t>(which));
  link.name = last_name(place.path);
  place.node->links.push_back(std::move(link));
}

void Program::commit_type() {
  const auto place = new_place();
  auto node = std::make_shared<Node>();
  node->kind = ObjectKind::datatype;
  node->type = random_type(false);
  node->links_to = 1;
  note("commit_datatype " + place.path);
  file_->root().commit_datatype(place.path, element_types()[node->type].stored);
  place.node->links.push_back({last_name(place.path), node});
}

void Program::expect_refusal(const std::string& what, const std::function<void()>& call) {
  try {
    call();
  } catch (const Error&) {
    return;
  }
  trouble_ = "no error: " + what;
}

void Program::refusals() {
  note("refusals");
  const auto root = file_->root();
  const auto found = find(ObjectKind::group);
  expect_refusal("remove what is not there", [&] { root.remove(found.path + "/never made"); });
  expect_refusal("a new attribute's removal", [&] { root.remove_attribute("never made"); });
  expect_refusal("no name", [&] { root.create_group("/"); });
  if (!found.node->links.empty()) {
    const auto path = found.path + "/" + found.node->links.front().name;
    expect_refusal("a name that is taken", [&] { root.create_group(path); });
    expect_refusal("a name that is taken", [&] { root.create_dataset<int>(path, {3}); });
    expect_refusal("a name that is taken", [&] { root.create_soft_link(path, "x"); });
    expect_refusal("a name that is taken", [&] { root.create_hard_link(path, root); });
  }
  const auto dataset = find(ObjectKind::dataset);
  if (!dataset.node) return;
  Shape dims = dataset.node->space.dims;
  dims.push_back(1);
  expect_refusal("another rank", [&] { file_->dataset(dataset.path).resize(dims); });
  expect_refusal("a short write", [&] {
    const std::string bytes(3, 'x');
    file_->dataset(dataset.path).write_converted(native_type<std::int64_t>(), std::as_bytes(std::span(bytes)));
  });
}

}  // namespace fiver::property
