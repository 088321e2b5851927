#include "fiver/dataset.hpp"

#include <fmt/format.h>

#include <atomic>

#include "convert/memory_form.hpp"
#include "convert/plan.hpp"
#include "object/reading.hpp"
#include "object/runtime_state.hpp"
#include "object/text.hpp"
#include "object/virtual_view.hpp"

namespace fiver {

// What these refer to lives as long as the handle.
const Datatype& Dataset::type() const {
  return handle_->guarded([&]() -> const Datatype& { return handle_->lasting().type; });
}
Dataspace Dataset::space() const {
  return handle_->guarded([&] { return handle_->space(); });
}
std::optional<Address> Dataset::committed_type() const {
  return handle_->guarded([&] { return handle_->dataset()->committed_type; });
}
Layout Dataset::layout() const {
  return handle_->guarded([&] { return handle_->dataset()->layout; });
}
const FillValue& Dataset::fill_value() const {
  return handle_->guarded([&]() -> const FillValue& { return handle_->lasting().fill; });
}
std::optional<std::string> Dataset::fill_text() const {
  return handle_->guarded([&]() -> std::optional<std::string> {
    const auto& facts = handle_->lasting();
    if (facts.fill.defined != FillValue::Defined::by_user || facts.fill.bytes.size() != facts.type.size()) return {};
    const auto& file = handle_->file()->state();
    const auto arena = std::make_shared<convert::Arena>(
        std::make_shared<std::atomic<std::uint64_t>>(handle_->file()->options().limits.result_bytes));
    const auto memory = convert::memory_form(facts.type);
    Elements element{memory, {}, 1, Buffer(memory.size()), arena, {}};
    convert::ConversionPlan::make(facts.type, memory, file.view().widths())
        .convert(facts.fill.bytes, element.bytes.span(), 1, &file.heap(), arena.get());
    return object::strings_of(element).front();
  });
}
const FilterPipeline& Dataset::filters() const {
  return handle_->guarded([&]() -> const FilterPipeline& { return handle_->lasting().filters; });
}
const std::vector<ExternalFile>& Dataset::external_files() const {
  return handle_->guarded([&]() -> const std::vector<ExternalFile>& { return handle_->lasting().external_files; });
}
const std::vector<VirtualMapping>& Dataset::virtual_mappings() const {
  return handle_->guarded([&]() -> const std::vector<VirtualMapping>& { return handle_->lasting_mappings(); });
}

bool Dataset::is_virtual() const {
  return handle_->guarded([&] { return std::holds_alternative<VirtualLayout>(handle_->lasting().layout); });
}

std::optional<Shape> Dataset::chunk_shape() const {
  return handle_->guarded([&]() -> std::optional<Shape> {
    const auto* chunked = std::get_if<ChunkedLayout>(&handle_->lasting().layout);
    if (chunked == nullptr) return std::nullopt;
    return chunked->chunk;
  });
}

std::uint64_t Dataset::stored_size() const {
  return handle_->guarded([&]() -> std::uint64_t {
    const auto facts = handle_->dataset();
    if (std::holds_alternative<VirtualLayout>(facts->layout)) return 0;
    if (const auto* compact = std::get_if<CompactLayout>(&facts->layout)) return compact->data.size();
    if (const auto* contiguous = std::get_if<ContiguousLayout>(&facts->layout))
      return contiguous->address || !facts->external_files.empty() ? object::data_bytes(facts->space, facts->type) : 0;
    std::uint64_t bytes = 0;
    handle_->settle();
    handle_->stored()->index()->for_each([&](std::span<const std::uint64_t>, const chunk::ChunkRecord& record) {
      bytes += record.stored_size;
      return true;
    });
    return bytes;
  });
}

Plan Dataset::plan(const Selection& selection) const {
  return handle_->guarded([&] {
    return object::plan_read(handle_, object::normalize_for(*handle_, selection),
                             convert::memory_form(handle_->dataset()->type))
        .report();
  });
}

namespace {

/// A selection held against one extent: another thread may change it meanwhile.
struct Wanted {
  select::Normalized elements;
  Shape shape;
};

Shape shape_of(const Selection& given, const Dataspace& space, const select::Normalized& normal) {
  if (std::holds_alternative<AllSelection>(given)) return space.kind == Dataspace::Kind::null ? Shape{0} : space.dims;
  const auto selection = object::completed(given, space.dims);
  const bool is_product =
      std::holds_alternative<RegularHyperslab>(selection) ||
      (std::holds_alternative<BoxUnion>(selection) && std::get<BoxUnion>(selection).boxes.size() == 1);
  if (const auto* axes = std::get_if<select::Separable>(&normal.form); axes != nullptr && is_product) {
    Shape shape;
    for (const auto& axis : *axes) shape.push_back(axis.length());
    return shape;
  }
  if (const auto* slab = std::get_if<RegularHyperslab>(&selection)) {  // empty in some dimension
    Shape shape;
    for (std::size_t i = 0; i < slab->count.size(); ++i) shape.push_back(slab->count[i] * slab->block[i]);
    return shape;
  }
  if (const auto* boxes = std::get_if<BoxUnion>(&selection); boxes != nullptr && boxes->boxes.size() == 1)
    return boxes->boxes.front().size;
  return {normal.element_count};
}

Wanted wanted_of(const object::Handle& dataset, const Selection& selection) {
  const auto space = dataset.space();
  auto elements = object::normalize_in(space, selection);
  auto shape = shape_of(selection, space, elements);
  return {std::move(elements), std::move(shape)};
}

}  // namespace

Shape Dataset::result_shape(const Selection& selection) const {
  return handle_->guarded([&] { return wanted_of(*handle_, selection).shape; });
}

Buffer Dataset::read_buffer(const Datatype& memory, const Selection& selection, const ReadOptions& options,
                            Plan& report, Shape& shape) const {
  return handle_->guarded([&] {
    auto wanted = wanted_of(*handle_, selection);
    const auto plan = object::plan_read(handle_, wanted.elements, memory);
    Buffer bytes(static_cast<std::size_t>(plan.result_bytes()));
    object::run_plan(plan, *handle_, bytes.span(), options, nullptr);
    report = plan.report();
    shape = std::move(wanted.shape);
    return bytes;
  });
}

Plan Dataset::read_converted(const Datatype& memory, std::span<std::byte> into, const Selection& selection,
                             const ReadOptions& options) const {
  return handle_->guarded([&] {
    if (convert::has_variable_parts(memory))
      throw Error(ErrorKind::invalid_argument,
                  to_string(memory) + " has parts of variable length, which need read_elements_as");
    const auto wanted = object::normalize_for(*handle_, selection);
    const auto plan = object::plan_read(handle_, wanted, memory);
    if (plan.result_bytes() != into.size())
      throw Error(ErrorKind::invalid_argument,
                  fmt::format("the selection has {} elements of {} bytes, the buffer {} bytes", wanted.element_count,
                              memory.size(), into.size()));
    object::run_plan(plan, *handle_, into, options, nullptr);
    return plan.report();
  });
}

Elements Dataset::read_elements(const Selection& selection, const ReadOptions& options) const {
  return read_elements_as(convert::memory_form(type()), selection, options);
}

Elements Dataset::read_elements_as(const Datatype& memory, const Selection& selection,
                                   const ReadOptions& options) const {
  return handle_->guarded([&] {
    struct Kept {
      pipeline::ReadPlan plan;
      std::vector<convert::Arena> arenas;
    };
    const auto [wanted, shape] = wanted_of(*handle_, selection);
    auto kept = std::make_shared<Kept>(Kept{object::plan_read(handle_, wanted, memory), {}});
    const auto budget = std::make_shared<std::atomic<std::uint64_t>>(handle_->file()->options().limits.result_bytes);
    for (unsigned i = 0; i < handle_->file()->runtime().pool.size(); ++i) kept->arenas.emplace_back(budget);
    Elements elements{memory,
                      shape,
                      wanted.element_count,
                      Buffer(static_cast<std::size_t>(kept->plan.result_bytes())),
                      nullptr,
                      kept->plan.report()};
    object::run_plan(kept->plan, *handle_, elements.bytes.span(), options, &kept->arenas);
    if (convert::has_variable_parts(memory)) elements.variable = std::move(kept);
    return elements;
  });
}

std::vector<std::string> Dataset::read_strings(const Selection& selection, const ReadOptions& options) const {
  const auto elements = read_elements(selection, options);
  return handle_->guarded([&] { return object::strings_of(elements); });
}

Selection frame(std::uint64_t first, std::uint64_t count) {
  return RegularHyperslab{{first}, {1}, {count}, {1}};  // dimensions that a hyperslab leaves out are whole
}

}  // namespace fiver
