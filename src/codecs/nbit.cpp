// Filter 5, n-bit. Values: [count of values, 1 = chunk is stored as it is, elements of a chunk, tree of the type], where a tree is
//   1 size order precision offset        a number: only its precision bits are stored; order 0 little, 1 big
//   2 size TREE                          an array of the base type
//   3 size members (offset TREE)...      a compound
//   4 size                               anything else, stored whole
// A chunk is a stream of bits, most significant first, without gaps between elements. Bits that are not stored come back as 0.
#include <fmt/format.h>

#include "codecs/bits.hpp"
#include "codecs/builtin.hpp"
#include "codecs/growing.hpp"

namespace fiver::codecs {
namespace {

enum Kind : std::uint32_t { number = 1, array = 2, compound = 3, whole = 4 };
constexpr std::size_t tree_start = 3;
constexpr unsigned max_depth = 64;

struct Node;
struct Member {
  std::size_t offset = 0;
  std::unique_ptr<Node> node;
};
struct Node {
  Kind kind = whole;
  std::size_t size = 0;
  bool big = false;
  std::size_t precision = 0, offset = 0;  ///< in bits
  std::vector<Member> members;            ///< of a compound; the one base type of an array
};

/// Reads the tree. Every leaf takes at least one bit of the stream, which bounds the work that any tree can ask for.
class TreeParser {
 public:
  explicit TreeParser(std::span<const std::uint32_t> values) : values_(values) {}

  std::unique_ptr<Node> parse() { return node(0); }
  std::string reason;  ///< why parse() returned nullptr
  std::size_t position() const { return at_; }

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

/// Calls `bits(byte of the element, lowest bit, count)` for the stored bits of a number, from the most significant byte down.
template <class Visit>
void visit_number(const Node& node, Visit bits) {
  const auto first = node.offset / 8, last = (node.offset + node.precision - 1) / 8;
  for (auto i = last + 1; i-- > first;) {
    const auto low = i == first ? node.offset % 8 : 0;
    const auto high = i == last ? (node.offset + node.precision - 1) % 8 + 1 : 8;
    bits(node.big ? node.size - 1 - i : i, static_cast<unsigned>(low), static_cast<unsigned>(high - low));
  }
}

bool unpack(const Node& node, BitReader& reader, MutableBytes out) {
  switch (node.kind) {
    case number:
      if (reader.remaining() < node.precision) return false;
      visit_number(node, [&](std::size_t i, unsigned low, unsigned count) {
        out[i] |= static_cast<std::byte>(reader.take(count) << low);
      });
      return true;
    case whole:
      if (reader.remaining() / 8 < node.size) return false;
      for (std::size_t i = 0; i < node.size; ++i) out[i] = static_cast<std::byte>(reader.take(8));
      return true;
    default: {
      const auto& first = *node.members.front().node;
      const auto repeats = node.kind == array ? node.size / first.size : 1;
      for (std::size_t i = 0; i < repeats; ++i)
        for (const auto& member : node.members)
          if (!unpack(*member.node, reader, out.subspan(i * first.size + member.offset, member.node->size)))
            return false;
      return true;
    }
  }
}

void pack(const Node& node, ByteView in, BitWriter& writer) {
  switch (node.kind) {
    case number:
      visit_number(node, [&](std::size_t i, unsigned low, unsigned count) {
        writer.put(std::to_integer<std::uint64_t>(in[i]) >> low, count);
      });
      return;
    case whole:
      for (std::size_t i = 0; i < node.size; ++i) writer.put(std::to_integer<std::uint64_t>(in[i]), 8);
      return;
    default: {
      const auto& first = *node.members.front().node;
      const auto repeats = node.kind == array ? node.size / first.size : 1;
      for (std::size_t i = 0; i < repeats; ++i)
        for (const auto& member : node.members)
          pack(*member.node, in.subspan(i * first.size + member.offset, member.node->size), writer);
    }
  }
}

/// The bits an element takes in the stream; nullopt past 64 bits of them.
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

/// What the values say about a chunk.
struct Plan {
  bool unchanged = false;
  std::unique_ptr<Node> element;
  std::uint64_t count = 0, size = 0, bits = 0;
};

FilterStatus plan_of(std::span<const std::uint32_t> values, Plan& plan) {
  if (values.size() < tree_start)
    return FilterStatus::bad_parameters(fmt::format("n-bit needs 5 or more values and has {}", values.size()));
  plan.unchanged = values[1] != 0;
  if (plan.unchanged) return FilterStatus::ok();
  TreeParser parser(values);
  plan.element = parser.parse();
  if (!plan.element) return FilterStatus::bad_parameters(parser.reason);
  plan.count = values[2];
  plan.size = plan.count * plan.element->size;  // 32 bits each
  const auto bits = stored_bits(*plan.element);
  const auto all = bits ? checked_multiply(*bits, plan.count) : std::nullopt;
  if (!all) return FilterStatus::bad_parameters("n-bit describes more bits than can be counted");
  plan.bits = *all;
  return FilterStatus::ok();
}

FilterStatus unpack_all(const Plan& plan, ByteView in, MutableBytes out) {
  std::fill(out.begin(), out.end(), std::byte{0});
  BitReader reader(in);
  for (; !out.empty(); out = out.subspan(plan.element->size))
    if (!unpack(*plan.element, reader, out.first(plan.element->size)))
      return FilterStatus::bad_data(
          fmt::format("n-bit stream of {} bytes ends {} decoded bytes early", in.size(), out.size()));
  return FilterStatus::ok();
}

/// Appends the tree of `type`; false where a number has fewer bits than its bytes, so that there is something to save.
bool append_tree(const Datatype& type, std::vector<std::uint32_t>& values);

bool append_number(const Datatype& type, ByteOrder order, std::uint32_t precision, std::uint32_t offset,
                   std::vector<std::uint32_t>& values) {
  if (order == ByteOrder::vax) {
    values.insert(values.end(), {whole, type.size()});
    return true;
  }
  values.insert(values.end(), {number, type.size(), order == ByteOrder::big ? 1U : 0U, precision, offset});
  return precision == 8 * type.size();
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

class Nbit final : public Filter {
 public:
  std::uint16_t id() const noexcept override { return 5; }
  std::string_view name() const noexcept override { return "nbit"; }

  FilterStatus decode(std::span<const std::uint32_t> values, ByteView in, std::size_t, std::size_t room,
                      Bytes& out) const override {
    out.clear();
    Plan plan;
    if (auto status = plan_of(values, plan); !status) return status;
    const auto size = plan.unchanged ? in.size() : plan.size;
    if (size > room) return FilterStatus::no_room(fmt::format("n-bit decodes to {} bytes, more than {}", size, room));
    if (plan.unchanged) {
      out.assign(in.begin(), in.end());
      return FilterStatus::ok();
    }
    if (plan.bits / 8 > in.size())
      return FilterStatus::bad_data(
          fmt::format("n-bit stream has {} bytes instead of {}", in.size(), divide_up(plan.bits, 8)));
    out.resize(size);
    auto status = unpack_all(plan, in, out);
    if (!status) out.clear();
    return status;
  }

  FilterStatus encode(std::span<const std::uint32_t> values, ByteView in, std::size_t room, Bytes& out) const override {
    out.clear();
    Plan plan;
    if (auto status = plan_of(values, plan); !status) return status;
    if (!plan.unchanged && in.size() != plan.size)
      return FilterStatus::bad_parameters(fmt::format("n-bit describes {} bytes and gets {}", plan.size, in.size()));
    const auto size = plan.unchanged ? in.size() : divide_up(plan.bits, 8);
    if (size > room) return FilterStatus::no_room(fmt::format("n-bit needs {} bytes, more than {}", size, room));
    if (plan.unchanged) {
      out.assign(in.begin(), in.end());
      return FilterStatus::ok();
    }
    out.reserve(size);
    BitWriter writer(out);
    for (; !in.empty(); in = in.subspan(plan.element->size)) pack(*plan.element, in.first(plan.element->size), writer);
    writer.flush();
    return FilterStatus::ok();
  }

  FilterStatus complete_parameters(const FilterContext& context, std::vector<std::uint32_t>& values) const override {
    const auto elements = checked_product(context.chunk);
    if (!elements || *elements > std::numeric_limits<std::uint32_t>::max())
      return FilterStatus::bad_parameters("n-bit counts the elements of a chunk in 32 bits, and this chunk has more");
    values = {0, 0, static_cast<std::uint32_t>(*elements)};
    values[1] = append_tree(context.type, values) ? 1 : 0;
    values[0] = static_cast<std::uint32_t>(values.size());
    return FilterStatus::ok();
  }
};

}  // namespace

std::unique_ptr<Filter> make_nbit() {
  return std::make_unique<Nbit>();
}

}  // namespace fiver::codecs
