#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <stdexcept>

#include "tool.hpp"

namespace fiver::interop {
namespace {

/// Datasets bigger than this are left alone: the point is structures.
constexpr std::uint64_t most_elements = 200'000;

struct Expected {
  Shape dims;
  std::vector<std::byte> bytes;
};

void require(bool condition, const std::string& what) {
  if (!condition) throw std::runtime_error(what);
}

bool plain(const Datatype& type) {
  if (has_heap_parts(type)) return false;
  if (const auto* array = type.as<ArrayType>()) return plain(*array->base);
  if (const auto* compound = type.as<CompoundType>())
    return std::all_of(compound->members.begin(), compound->members.end(),
                       [](const auto& m) { return plain(*m.type); });
  return !type.is<ReferenceType>() && !type.is<VariableLengthType>() && !type.is<VariableStringType>();
}

/// The elements of an extent that become those of another: what both have stays, the rest is fill.
std::vector<std::byte> resized(const Expected& old, const Shape& dims, std::span<const std::byte> fill) {
  std::uint64_t count = 1;
  for (const auto length : dims) count *= length;
  std::vector<std::byte> bytes;
  bytes.reserve(static_cast<std::size_t>(count) * fill.size());
  Shape at(dims.size());
  for (std::uint64_t i = 0; i < count; ++i) {
    auto rest = i;
    bool inside = true;
    for (std::size_t d = dims.size(); d-- > 0; rest /= dims[d]) {
      at[d] = rest % dims[d];
      inside = inside && at[d] < old.dims[d];
    }
    std::uint64_t from = 0;
    for (std::size_t d = 0; d < dims.size(); ++d) from = from * old.dims[d] + at[d];
    const auto value =
        inside ? std::span(old.bytes).subspan(static_cast<std::size_t>(from) * fill.size(), fill.size()) : fill;
    bytes.insert(bytes.end(), value.begin(), value.end());
  }
  return bytes;
}

/// What it reads as after a resize: the old elements stay. Of the others those of partial chunks are whatever their writer left there; stock
/// has the last word about them.
Expected grown(const Dataset& dataset, const Expected& old, const Shape& dims, std::span<const std::byte> fill) {
  const auto elements = dataset.file().dataset(dataset.path()).read_elements();
  const auto got = elements.bytes.span();
  std::vector<std::byte> other(fill.begin(), fill.end());
  for (auto& byte : other) byte = ~byte;
  const auto a = resized(old, dims, fill), b = resized(old, dims, other);
  require(got.size() == a.size(), dataset.path() + ": another extent after a resize");
  for (std::size_t i = 0; i < a.size(); ++i)
    require(a[i] != b[i] || got[i] == a[i], dataset.path() + ": a resize changed what stays");
  return {dims, {got.begin(), got.end()}};
}

class Editor {
 public:
  Editor(const File& file, unsigned round) : file_(file), round_(round) {}

  std::map<std::string, Expected> run() {
    std::vector<std::string> groups, datasets;
    walk(file_.root(), [&](const std::string& path, const Object& object) {
      if (object.kind() == ObjectKind::group) groups.push_back(path);
      if (object.kind() == ObjectKind::dataset) datasets.push_back(path);
      return true;
    });
    for (std::size_t i = 0; i < std::min<std::size_t>(datasets.size(), 60); ++i) change(datasets[i], i);
    for (std::size_t i = 0; i < std::min<std::size_t>(groups.size(), 40); ++i) change_group(groups[i], i);
    add();
    return expected_;
  }

 private:
  void change(const std::string& path, std::size_t number) {
    const auto dataset = file_.dataset(path);
    if (number % 3 == 0) dataset.set_attribute(fmt::format("edited {}", round_), static_cast<std::int32_t>(round_));
    if (number % 5 == 1) {
      const auto names = dataset.attribute_names();
      if (!names.empty()) dataset.remove_attribute(names[names.size() / 2]);
    }
    if (dataset.is_virtual() || !dataset.external_files().empty() || !plain(dataset.type())) return;
    const auto space = dataset.space();
    if (space.kind == Dataspace::Kind::null || space.element_count() > most_elements) return;
    if (dataset.fill_value().defined == FillValue::Defined::undefined) return;
    Expected now;
    try {
      const auto elements = dataset.read_elements();
      now = {space.dims, {elements.bytes.span().begin(), elements.bytes.span().end()}};
      for (const auto& filter : dataset.filters()) encodable(filter, dataset.type());
    } catch (const Error&) {
      return;  // a filter that nobody has here, or damaged elements: no business of this test
    }
    const auto& type = dataset.type();
    std::vector<std::byte> fill(type.size());
    if (dataset.fill_value().defined == FillValue::Defined::by_user && !dataset.fill_value().bytes.empty())
      fill = dataset.fill_value().bytes;
    // The sources of virtual datasets keep their extents: stock refuses to read what maps elements that are gone.
    if (space.max_dims && dataset.chunk_shape() && file_.name().find("source") == std::string::npos) {
      Shape dims = space.dims;
      for (std::size_t d = 0; d < dims.size(); ++d) {
        const auto most = (*space.max_dims)[d];
        // Longer in one round, shorter in the next, so that both happen to every index.
        if ((number + round_ + d) % 4 == 0)
          dims[d] = dims[d] / 2;
        else
          dims[d] = std::min(most, dims[d] + (dims.size() > 2 ? 1 : 3));
      }
      std::uint64_t count = 1;
      for (const auto length : dims) count *= length;
      if (count <= most_elements) {
        dataset.resize(dims);
        now = grown(dataset, now, dims, fill);
      }
    }
    if (!now.bytes.empty()) write_box(dataset, now, number);
    if (!lossy(dataset)) expected_[path] = std::move(now);
  }

  static void encodable(const FilterSpec& filter, const Datatype& type) {
    // What these need depends on more than this test knows, or they only decode.
    // Stock makes chunks that it can't read from large numbers, scaled.
    if ((filter.id == 6 && !type.is<IntegerType>()) || filter.id == 32013 || filter.id > 32767 || filter.id == 257 ||
        filter.id == 258)
      throw Error(ErrorKind::unsupported, "left alone");
  }
  static bool lossy(const Dataset& dataset) {
    for (const auto& filter : dataset.filters())
      if (filter.id == 32013 || (filter.id == 6 && !dataset.type().is<IntegerType>())) return true;
    return false;
  }

  void write_box(const Dataset& dataset, Expected& now, std::size_t number) {
    const auto& type = dataset.type();
    if (now.dims.empty()) {
      now.bytes = pattern(type, 1, round_);
      dataset.write_converted(type, now.bytes);
      return;
    }
    Shape start = now.dims, size = now.dims;
    std::uint64_t count = 1;
    for (std::size_t d = 0; d < now.dims.size(); ++d) {
      start[d] = number % 2 == 0 ? now.dims[d] / 3 : 0;
      size[d] = now.dims[d] - start[d] - (number % 2 == 0 ? 0 : now.dims[d] / 3);
      count *= size[d];
    }
    const auto values = pattern(type, count, round_ + number);
    dataset.write_converted(type, values, box(start, size));
    for (std::uint64_t i = 0; i < count; ++i) {
      Shape at(size.size());
      auto rest = i;
      for (std::size_t d = size.size(); d-- > 0; rest /= size[d]) at[d] = start[d] + rest % size[d];
      std::uint64_t to = 0;
      for (std::size_t d = 0; d < at.size(); ++d) to = to * now.dims[d] + at[d];
      std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(i * type.size()), type.size(),
                  now.bytes.begin() + static_cast<std::ptrdiff_t>(to * type.size()));
    }
  }

  void change_group(const std::string& path, std::size_t number) {
    const auto group = file_.group(path);
    const auto tag = fmt::format("fiver {} {}", round_, number);
    group.set_attribute(tag, std::string("edited"));
    if (number % 4 == 1)
      for (int i = 0; i < 12; ++i) group.set_attribute(fmt::format("{} {}", tag, i), i);
    if (group.find_link(tag)) return;
    group.create_soft_link(tag, "/somewhere");
    if (number % 3 == 0)
      for (int i = 0; i < 15; ++i) group.create_external_link(fmt::format("{} {}", tag, i), "other.h5", "/x");
    // A soft or external link goes, one is moved; objects stay for the comparison.
    for (const auto& link : group.links()) {
      if (std::holds_alternative<HardLink>(link.target) || link.name.starts_with("fiver")) continue;
      if (number % 2 == 0)
        group.remove(link.name);
      else
        group.move(link.name, tag + " moved");
      break;
    }
  }

  void add() {
    const auto root = file_.root();
    const auto tag = fmt::format("made by fiver {}", round_);
    if (root.find_link(tag)) return;
    const auto group = root.create_group(tag);
    NewDataset settings;
    settings.chunk = Shape{4};
    const auto dataset = group.create_dataset<std::int32_t>("growing", {unlimited}, settings);
    dataset.resize({30});
    dataset.write(std::vector<std::int32_t>(30, static_cast<std::int32_t>(round_)));
    group.create_dataset<double>("plain", {6}).write(std::vector<double>{1, 2, 3, 4, 5, 6});
    group.create_hard_link("hard", dataset);
    group.set_attribute("text", "words");
    // What the round before last made goes.
    if (round_ >= 1) {
      const auto older = fmt::format("made by fiver {}", round_ - 1);
      if (root.find_link(older)) root.remove(older);
      std::erase_if(expected_, [&](const auto& entry) { return entry.first.starts_with("/" + older + "/"); });
    }
  }

  const File& file_;
  unsigned round_;
  std::map<std::string, Expected> expected_;
};

void verify(const File& file, const std::map<std::string, Expected>& expected) {
  for (const auto& [path, want] : expected) {
    const auto dataset = file.dataset(path);
    require(dataset.shape() == want.dims, path + ": another extent");
    const auto elements = dataset.read_elements();
    const auto got = elements.bytes.span();
    require(got.size() == want.bytes.size() && std::equal(got.begin(), got.end(), want.bytes.begin()),
            path + ": other elements than were written");
  }
}

}  // namespace

void edit_file(const std::filesystem::path& path, unsigned round) {
  std::map<std::string, Expected> expected;
  {
    const auto file = File::edit(path.string());
    expected = Editor(file, round).run();
    verify(file, expected);
    file.close();
  }
  verify(File::open(path.string()), expected);
}

}  // namespace fiver::interop
