#include "codecs/nbit_tree.hpp"

#include <fmt/format.h>

#include "base/checked.hpp"

namespace fiver::codecs::nbit {
namespace {

constexpr unsigned max_depth = 64;

class TreeParser {
 public:
  explicit TreeParser(std::span<const std::uint32_t> values) : values_(values) {}

  std::unique_ptr<Node> parse() { return node(0); }
  std::string reason;  ///< why parse() returned nullptr

 private:
  std::unique_ptr<Node> fail(std::string why) {
    if (reason.empty()) reason = fmt::format("n-bit value {}: {}", at_, why);
    return nullptr;
  }

  bool next(std::uint32_t& value) {
    if (at_ == values_.size()) {
      fail("the tree of the type ends early");
      return false;
    }
    value = values_[at_++];
    return true;
  }

  std::unique_ptr<Node> node(unsigned depth) {
    if (depth > max_depth) return fail("types are nested too deeply");
    std::uint32_t kind = 0, size = 0;
    if (!next(kind) || !next(size)) return nullptr;
    if (size == 0) return fail("a type has no bytes");
    auto result = std::make_unique<Node>();
    result->kind = static_cast<Kind>(kind);
    result->size = size;
    switch (kind) {
      case number:
        return parse_number(std::move(result));
      case array:
        return parse_array(std::move(result), depth);
      case compound:
        return parse_compound(std::move(result), depth);
      case whole:
        return result;
      default:
        return fail(fmt::format("{} is no kind of type", kind));
    }
  }

  std::unique_ptr<Node> parse_number(std::unique_ptr<Node> result) {
    std::uint32_t order = 0, precision = 0, offset = 0;
    if (!next(order) || !next(precision) || !next(offset)) return nullptr;
    if (order > 1) return fail(fmt::format("{} is no byte order", order));
    if (precision == 0 || !lies_within(offset, precision, 8 * std::uint64_t{result->size}))
      return fail(fmt::format("{} bits from bit {} do not lie in {} bytes", precision, offset, result->size));
    result->big = order == 1;
    result->precision = precision;
    result->offset = offset;
    return result;
  }

  std::unique_ptr<Node> parse_array(std::unique_ptr<Node> result, unsigned depth) {
    auto base = node(depth + 1);
    if (!base) return nullptr;
    if (result->size % base->size != 0)
      return fail(fmt::format("an array of {} bytes has elements of {}", result->size, base->size));
    result->members.push_back({0, std::move(base)});
    return result;
  }

  std::unique_ptr<Node> parse_compound(std::unique_ptr<Node> result, unsigned depth) {
    std::uint32_t count = 0;
    if (!next(count)) return nullptr;
    if (count == 0 || count > values_.size() - at_)
      return fail(fmt::format("a compound of {} members in {} values", count, values_.size() - at_));
    for (std::uint32_t i = 0; i < count; ++i) {
      std::uint32_t offset = 0;
      if (!next(offset)) return nullptr;
      auto member = node(depth + 1);
      if (!member) return nullptr;
      if (!lies_within(offset, member->size, result->size))
        return fail(fmt::format("a member of {} bytes at {} does not lie in {}", member->size, offset, result->size));
      result->members.push_back({offset, std::move(member)});
    }
    return result;
  }

  std::span<const std::uint32_t> values_;
  std::size_t at_ = tree_start;
};

bool append_number(const Datatype& type, ByteOrder order, std::uint32_t precision, std::uint32_t offset,
                   std::vector<std::uint32_t>& values) {
  if (order == ByteOrder::vax) {
    values.insert(values.end(), {whole, type.size()});
    return true;
  }
  values.insert(values.end(), {number, type.size(), order == ByteOrder::big ? 1U : 0U, precision, offset});
  return precision == 8 * type.size();
}

}  // namespace

std::unique_ptr<Node> parse_tree(std::span<const std::uint32_t> values, std::string& reason) {
  TreeParser parser(values);
  auto tree = parser.parse();
  reason = parser.reason;
  return tree;
}

std::optional<std::uint64_t> stored_bits(const Node& node) {
  if (node.kind == number) return node.precision;
  if (node.kind == whole) return 8 * std::uint64_t{node.size};
  std::optional<std::uint64_t> sum = 0;
  for (const auto& member : node.members) {
    const auto bits = stored_bits(*member.node);
    sum = bits && sum ? checked_add(*sum, *bits) : std::nullopt;
  }
  if (node.kind == array && sum) return checked_multiply(*sum, node.size / node.members.front().node->size);
  return sum;
}

bool append_tree(const Datatype& type, std::vector<std::uint32_t>& values) {
  if (const auto* integer = type.as<IntegerType>())
    return append_number(type, integer->order, integer->precision, integer->bit_offset, values);
  if (const auto* real = type.as<FloatType>())
    return append_number(type, real->order, real->precision, real->bit_offset, values);
  if (const auto* sequence = type.as<ArrayType>()) {
    values.insert(values.end(), {array, type.size()});
    return append_tree(*sequence->base, values);
  }
  const auto* record = type.as<CompoundType>();
  if (record == nullptr || record->members.empty()) {
    values.insert(values.end(), {whole, type.size()});
    return true;
  }
  values.insert(values.end(), {compound, type.size(), static_cast<std::uint32_t>(record->members.size())});
  bool full = true;
  for (const auto& member : record->members) {
    values.push_back(member.offset);
    full = append_tree(*member.type, values) && full;
  }
  return full;
}

}  // namespace fiver::codecs::nbit
