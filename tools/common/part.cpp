#include "common/part.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "fiver/values/error.hpp"

namespace fiver::tools {
namespace {

Dataset dataset_of(const Object& object, const Target& target) {
  if (object.kind() != ObjectKind::dataset) {
    throw Error(ErrorKind::invalid_argument, object.kind() == ObjectKind::group
                                                 ? "is a group, not a dataset (h5 ls lists it)"
                                                 : "is a datatype, not a dataset")
        .in_object(object.path())
        .in_file(target.file);
  }
  return object.as_dataset();
}

void tell_missing(Console& console, const Part& part, const Plan& plan, std::set<std::string>& told) {
  for (const MissingSource& source : plan.missing) {
    if (!told.insert(source.file + '\0' + source.dataset).second) continue;
    if (told.size() > 10) {
      if (told.size() == 11) console.complain(fmt::format("{}: more sources are missing", part.target.argument));
      return;
    }
    console.complain(fmt::format("{}: {}: source {}:{} is missing ({}); fill values stand there", part.target.file,
                                 part.dataset.path(), source.file, source.dataset, source.reason));
  }
}

}  // namespace

Part open_part(const Target& target) {
  const File file = open_file(target);
  const auto whole = [](const Dataset& dataset) { return resolve_selection({}, dataset.shape()); };
  const NameAndSelection parts = split_selection(target.object);
  if (parts.selection) {
    if (const auto object = file.find("/" + target.object)) {
      Dataset dataset = dataset_of(*object, target);
      auto ranges = whole(dataset);
      return {target, dataset.file(), dataset, std::move(ranges), false};
    }
    const std::vector<SliceItem> items = parse_selection(*parts.selection);
    Target named = target;
    named.object = parts.name;
    Dataset dataset = dataset_of(file.object("/" + parts.name), target);
    try {
      auto ranges = resolve_selection(items, dataset.shape());
      return {std::move(named), dataset.file(), dataset, std::move(ranges), true};
    } catch (Error& error) {
      error.in_object(dataset.path()).in_file(target.file);
      throw;
    }
  }
  Dataset dataset = dataset_of(file.object("/" + target.object), target);
  auto ranges = whole(dataset);
  return {target, dataset.file(), dataset, std::move(ranges), false};
}

void for_each_piece(Console& console, const Part& part, std::uint64_t most,
                    const std::function<bool(const Elements&)>& use) {
  if (part.dataset.space().kind == Dataspace::Kind::null || element_count(part.ranges) == 0) return;
  std::set<std::string> told;
  const auto read = [&](const std::vector<AxisRange>& ranges) {
    const Elements elements = part.dataset.read_elements(to_selection(ranges));
    tell_missing(console, part, elements.report, told);
    return use(elements);
  };
  // The first dimension with more than one row is cut; those before it have one, so pieces follow each other in the file's order.
  std::size_t axis = 0;
  while (axis < part.ranges.size() && part.ranges[axis].count == 1) ++axis;
  if (axis == part.ranges.size()) {
    read(part.ranges);
    return;
  }
  const AxisRange rows = part.ranges[axis];
  const std::uint64_t row_bytes =
      std::max<std::uint64_t>(element_count(part.ranges) / rows.count * part.dataset.type().size(), 1);
  const auto chunk = part.dataset.chunk_shape();
  const std::uint64_t chunk_rows = chunk ? std::max<std::uint64_t>((*chunk)[axis] / rows.step, 1) : 1;
  std::uint64_t at_once = std::max<std::uint64_t>(most / row_bytes, 1);
  if (at_once > chunk_rows) at_once -= at_once % chunk_rows;
  for (std::uint64_t first = 0; first < rows.count;) {
    // The first piece ends at the first chunk border, the others then start at one.
    const std::uint64_t into_chunk = chunk && rows.step == 1 ? (rows.start + first) % (*chunk)[axis] : 0;
    const std::uint64_t wanted = at_once > into_chunk ? at_once - into_chunk : at_once;
    const std::uint64_t count = std::min(wanted, rows.count - first);
    std::vector<AxisRange> piece = part.ranges;
    piece[axis].start = rows.start + first * rows.step;
    piece[axis].count = count;
    if (!read(piece)) return;
    first += count;
  }
}

}  // namespace fiver::tools
