#include "object/reading.hpp"

#include <fmt/format.h>

#include "base/checked.hpp"
#include "object/runtime_state.hpp"
#include "object/virtual_view.hpp"
#include "select/nested.hpp"

namespace fiver::object {
namespace {

class Planner {
 public:
  Planner(pipeline::ReadPlan& plan, const Datatype& memory) : plan_(plan), memory_(memory) {}

  /// Adds the wanted elements of a dataset; returns how many of them have a source.
  /// `bounds`: a box around them, where it is known.
  std::uint64_t add(const std::shared_ptr<const Handle>& dataset, select::Placed wanted, const Box* bounds = nullptr) {
    const auto view = dataset->virtual_view();
    if (!view) {
      dataset->settle(bounds);
      add_real(dataset, std::move(wanted));
      return 0;
    }
    const select::Nested nested(wanted);
    std::uint64_t covered = 0;
    view->for_each_share(nested.selection(), [&](VirtualView::Share&& share) {
      if (share.source->dataset) share.elements = nested.relocate(share.elements);
      covered += add_share(*dataset, std::move(share));
    });
    if (covered < wanted.element_count) holes_ = true;
    return covered;
  }

  std::uint64_t add_share(const Handle& dataset, VirtualView::Share&& share) {
    const auto count = share.elements.element_count;
    if (!share.source->dataset) {
      auto missing = share.source->missing;
      missing.elements = count;
      if (dataset.file()->options().missing == MissingSources::error)
        throw Error(ErrorKind::not_found, fmt::format("source \"{}\" of \"{}\" is missing: {}", missing.dataset,
                                                      missing.file, missing.reason));
      plan_.add_missing(std::move(missing));
      return 0;
    }
    add(share.source->dataset, std::move(share.elements));
    return count;
  }

  /// Some elements of a nested virtual dataset have no source.
  bool has_holes() const { return holes_; }

 private:
  void add_real(const std::shared_ptr<const Handle>& dataset, select::Placed wanted) {
    dataset->guarded([&] {
      const auto facts = dataset->dataset();
      const auto& file = dataset->file()->state();
      const auto seen = dataset->snapshot();  // keeps what it leads to from being used again
      auto stored = dataset->stored();
      pipeline::ReadSource source{
          nullptr,        stored.get(), convert::ConversionPlan::make(facts->type, memory_, file.view().widths()),
          &file.heap(),   {},           file.name(),
          dataset->path()};
      auto arena = std::make_shared<convert::Arena>();
      source.fill = fill_element(*dataset, memory_, *arena);
      source.keeper = std::make_shared<Kept>(Kept{dataset, seen, std::move(stored), std::move(arena)});
      plan_.add(std::move(source), std::move(wanted));
    });
  }

  struct Kept {
    std::shared_ptr<const Handle> dataset;
    std::shared_ptr<const ObjectSnapshot> seen;
    std::shared_ptr<const pipeline::StoredElements> stored;
    std::shared_ptr<convert::Arena> arena;
  };
  pipeline::ReadPlan& plan_;
  const Datatype& memory_;
  bool holes_ = false;
};

}  // namespace

Selection completed(const Selection& selection, const Shape& extent) {
  const auto* slab = std::get_if<RegularHyperslab>(&selection);
  if (slab == nullptr || slab->start.empty() || slab->start.size() >= extent.size()) return selection;
  auto whole = *slab;
  for (auto i = slab->start.size(); i < extent.size(); ++i) {
    whole.start.push_back(0);
    whole.stride.push_back(1);
    whole.count.push_back(extent[i]);
    whole.block.push_back(1);
  }
  return whole;
}

select::Normalized normalize_for(const Handle& dataset, const Selection& selection) {
  return normalize_in(dataset.space(), selection);
}

select::Normalized normalize_in(const Dataspace& space, const Selection& selection) {
  if (space.kind == Dataspace::Kind::null) {
    select::Normalized none;
    none.form = select::Runs{};
    return none;
  }
  return select::normalize(completed(selection, space.dims), space.dims);
}

Bytes fill_element(const Handle& dataset, const Datatype& memory, convert::Arena& arena) {
  const auto facts = dataset.dataset();
  Bytes element(memory.size());
  // What was never to be filled reads as zeros, whatever the value: so does libhdf5, which leaves the caller's memory alone.
  if (facts->fill.defined != FillValue::Defined::by_user || facts->fill.write_time == FillValue::WriteTime::never)
    return element;
  if (facts->fill.bytes.size() != facts->type.size())
    throw Error(ErrorKind::corrupt, fmt::format("a fill value of {} bytes for elements of {}", facts->fill.bytes.size(),
                                                facts->type.size()));
  const auto& file = dataset.file()->state();
  convert::ConversionPlan::make(facts->type, memory, file.view().widths())
      .convert(facts->fill.bytes, element, 1, &file.heap(), &arena);
  return element;
}

pipeline::ReadPlan plan_read(const std::shared_ptr<const Handle>& dataset, const select::Normalized& wanted,
                             const Datatype& memory) {
  const auto facts = dataset->dataset();
  pipeline::ReadPlan plan(wanted.element_count, facts->type.size(), memory.size());
  const auto bytes = checked_multiply(wanted.element_count, memory.size());
  if (!bytes || *bytes > dataset->file()->options().limits.result_bytes)
    throw Error(ErrorKind::limit,
                fmt::format("{} elements of {} bytes are more than the limit of {} bytes", wanted.element_count,
                            memory.size(), dataset->file()->options().limits.result_bytes));
  Planner planner(plan, memory);
  const auto view = dataset->virtual_view();
  if (!view) {
    planner.add(dataset, select::packed(wanted), &wanted.bounds);
    return plan;
  }
  if (!convert::converts(facts->type, memory))
    convert::ConversionPlan::make(facts->type, memory, dataset->file()->state().view().widths());
  std::uint64_t covered = 0, shares = 0;
  view->for_each_share(wanted, [&](VirtualView::Share&& share) {
    ++shares;
    covered += planner.add_share(*dataset, std::move(share));
  });
  // Mappings may overlap, and then counting shows no holes that are there.
  const bool whole =
      covered == wanted.element_count && (shares == 1 || view->mappings_are_apart()) && !planner.has_holes();
  if (!whole && wanted.element_count > 0) {
    convert::Arena arena;
    plan.fill_first(fill_element(*dataset, memory, arena),
                    wanted.element_count - std::min(covered, wanted.element_count));
    plan.keep(std::make_shared<convert::Arena>(std::move(arena)));
  }
  return plan;
}

void run_plan(const pipeline::ReadPlan& plan, const Handle& dataset, MutableBytes into, const ReadOptions& options,
              std::vector<convert::Arena>* arenas) {
  auto& runtime = dataset.file()->runtime();
  pipeline::ReadPlan::Execution execution{&runtime.pool,     &runtime.buffers, options.threads, arenas,
                                          options.cancelled, options.progress, options.decoding};
  plan.run(into, execution);
}

}  // namespace fiver::object
