#include "property/program.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "fiver/check.hpp"

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
