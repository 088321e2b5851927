#include "fiver/attribute.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "convert/plan.hpp"
#include "object/handle.hpp"
#include "object/text.hpp"

namespace fiver {
namespace {

template <class Work>
auto guarded(const object::AttributeHandle& handle, Work&& work) {
  return handle.object().guarded([&] {
    try {
      return work();
    } catch (Error& error) {
      error.in("attribute \"" + handle.record().name + "\"");
      throw;
    }
  });
}

void convert_all(const object::AttributeHandle& handle, const Datatype& memory, std::span<std::byte> into,
                 convert::Arena* arena) {
  const auto& record = handle.record();
  const auto& file = handle.object().file()->state();
  const auto count = record.space.element_count();
  if (into.size() != count * memory.size())
    throw Error(ErrorKind::invalid_argument,
                fmt::format("{} elements of {} bytes into a buffer of {}", count, memory.size(), into.size()));
  if (record.type == memory && !has_heap_parts(memory)) {  // a plan would cost more than the copy
    std::copy(record.data.bytes.begin(), record.data.bytes.end(), into.begin());
    return;
  }
  convert::ConversionPlan::make(record.type, memory, file.view().widths())
      .convert(record.data.bytes, into, static_cast<std::size_t>(count), &file.heap(), arena);
}

}  // namespace

const std::string& Attribute::name() const {
  return handle_->record().name;
}
CharacterSet Attribute::charset() const {
  return handle_->record().charset;
}
const Datatype& Attribute::type() const {
  return handle_->record().type;
}
const Dataspace& Attribute::space() const {
  return handle_->record().space;
}
std::optional<std::uint32_t> Attribute::creation_order() const {
  return handle_->record().creation_order;
}
std::optional<Address> Attribute::committed_type() const {
  return handle_->record().committed_type;
}

Elements Attribute::read_elements() const {
  return guarded(*handle_, [&] {
    const auto& record = handle_->record();
    const auto memory = convert::memory_form(record.type);
    const auto count = record.space.element_count();
    const auto budget =
        std::make_shared<std::atomic<std::uint64_t>>(handle_->object().file()->options().limits.result_bytes);
    auto arena = std::make_shared<convert::Arena>(budget);
    Elements elements{
        memory, record.space.dims, count, Buffer(static_cast<std::size_t>(count * memory.size())), nullptr, {}};
    convert_all(*handle_, memory, elements.bytes.span(), arena.get());
    elements.variable = std::move(arena);
    return elements;
  });
}

void Attribute::read_converted(const Datatype& memory, std::span<std::byte> into) const {
  guarded(*handle_, [&] { convert_all(*handle_, memory, into, nullptr); });
}

std::vector<std::string> Attribute::read_strings() const {
  return guarded(*handle_, [&] { return object::strings_of(read_elements()); });
}

std::string Attribute::read_string() const {
  return guarded(*handle_, [&] {
    const auto elements = read_elements();
    if (elements.count == 0) throw Error(ErrorKind::invalid_argument, "it has no elements");
    return object::text_of_element(elements, 0);
  });
}

}  // namespace fiver
