#include "convert/memory_form.hpp"

#include <algorithm>
#include <numeric>

#include "fiver/values/error.hpp"
#include "fiver/values/variable.hpp"

namespace fiver::convert {

namespace {

Datatype compound_form(const Datatype& stored, const CompoundType& compound) {
  auto members = compound.members;
  std::vector<std::size_t> by_offset(members.size());
  std::iota(by_offset.begin(), by_offset.end(), std::size_t{0});
  std::stable_sort(by_offset.begin(), by_offset.end(),
                   [&](std::size_t a, std::size_t b) { return members[a].offset < members[b].offset; });
  std::int64_t moved = 0;
  const auto shifted = [&moved](std::uint32_t value) {
    const auto result = value + moved;
    if (result < 0 || result > UINT32_MAX)
      throw Error(ErrorKind::limit, "datatype: a compound whose form in memory passes 4 GiB");
    return static_cast<std::uint32_t>(result);
  };
  for (const auto i : by_offset) {
    auto form = memory_form(*members[i].type);
    const auto growth = std::int64_t{form.size()} - members[i].type->size();
    members[i].offset = shifted(members[i].offset);
    members[i].type = std::move(form);
    moved += growth;
  }
  return {shifted(stored.size()), CompoundType{std::move(members)}};
}

}  // namespace

Datatype memory_form(const Datatype& stored) {
  if (!has_variable_parts(stored)) return stored;
  if (const auto* sequence = stored.as<VariableLengthType>())
    return {sizeof(VariablePart), VariableLengthType{memory_form(*sequence->base)}};
  if (const auto* text = stored.as<VariableStringType>()) return {sizeof(VariablePart), *text};
  if (const auto* array = stored.as<ArrayType>()) {
    auto base = memory_form(*array->base);
    std::uint64_t size = base.size();
    for (const auto dim : array->dims)
      if (__builtin_mul_overflow(size, dim, &size) || size > UINT32_MAX)
        throw Error(ErrorKind::limit, "datatype: an array whose form in memory passes 4 GiB");
    return {static_cast<std::uint32_t>(size), ArrayType{std::move(base), array->dims}};
  }
  return compound_form(stored, *stored.as<CompoundType>());
}

bool has_variable_parts(const Datatype& type) {
  if (type.is<VariableLengthType>() || type.is<VariableStringType>()) return true;
  if (const auto* array = type.as<ArrayType>()) return has_variable_parts(*array->base);
  if (const auto* compound = type.as<CompoundType>())
    return std::any_of(compound->members.begin(), compound->members.end(),
                       [](const CompoundMember& member) { return has_variable_parts(*member.type); });
  return false;
}

}  // namespace fiver::convert
