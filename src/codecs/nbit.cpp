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
#include "codecs/nbit_tree.hpp"

namespace fiver::codecs {
namespace {

using nbit::Node;

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

/// A number that an integer holds is moved in one piece.
bool fits_integer(const Node& node) {
  return node.size <= 8;
}

void store_number(const Node& node, std::uint64_t value, MutableBytes out) {
  value <<= node.offset;
  for (std::size_t i = 0; i < node.size; ++i)
    out[node.big ? node.size - 1 - i : i] = static_cast<std::byte>(value >> (8 * i));
}

std::uint64_t load_number(const Node& node, ByteView in) {
  std::uint64_t value = 0;
  for (std::size_t i = node.size; i-- > 0;)
    value = value << 8U | std::to_integer<std::uint64_t>(in[node.big ? node.size - 1 - i : i]);
  return value >> node.offset;
}

bool unpack(const Node& node, BitReader& reader, MutableBytes out) {
  switch (node.kind) {
    case nbit::number:
      if (reader.remaining() < node.precision) return false;
      if (fits_integer(node)) {
        store_number(node, reader.take(static_cast<unsigned>(node.precision)), out);
        return true;
      }
      visit_number(node, [&](std::size_t i, unsigned low, unsigned count) {
        out[i] |= static_cast<std::byte>(reader.take(count) << low);
      });
      return true;
    case nbit::whole:
      if (reader.remaining() / 8 < node.size) return false;
      for (std::size_t i = 0; i < node.size; ++i) out[i] = static_cast<std::byte>(reader.take(8));
      return true;
    default: {
      const auto& first = *node.members.front().node;
      const auto repeats = node.kind == nbit::array ? node.size / first.size : 1;
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
    case nbit::number:
      if (fits_integer(node)) {
        writer.put(load_number(node, in), static_cast<unsigned>(node.precision));
        return;
      }
      visit_number(node, [&](std::size_t i, unsigned low, unsigned count) {
        writer.put(std::to_integer<std::uint64_t>(in[i]) >> low, count);
      });
      return;
    case nbit::whole:
      for (std::size_t i = 0; i < node.size; ++i) writer.put(std::to_integer<std::uint64_t>(in[i]), 8);
      return;
    default: {
      const auto& first = *node.members.front().node;
      const auto repeats = node.kind == nbit::array ? node.size / first.size : 1;
      for (std::size_t i = 0; i < repeats; ++i)
        for (const auto& member : node.members)
          pack(*member.node, in.subspan(i * first.size + member.offset, member.node->size), writer);
    }
  }
}

/// What the values say about a chunk.
struct Plan {
  bool unchanged = false;
  std::unique_ptr<Node> element;
  std::uint64_t count = 0, size = 0, bits = 0;
};

FilterStatus plan_of(std::span<const std::uint32_t> values, Plan& plan) {
  if (values.size() < nbit::tree_start)
    return FilterStatus::bad_parameters(fmt::format("n-bit needs 5 or more values and has {}", values.size()));
  plan.unchanged = values[1] != 0;
  if (plan.unchanged) return FilterStatus::ok();
  std::string reason;
  plan.element = nbit::parse_tree(values, reason);
  if (!plan.element) return FilterStatus::bad_parameters(std::move(reason));
  plan.count = values[2];
  plan.size = plan.count * plan.element->size;  // 32 bits each
  const auto bits = nbit::stored_bits(*plan.element);
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
    values[1] = nbit::append_tree(context.type, values) ? 1 : 0;
    values[0] = static_cast<std::uint32_t>(values.size());
    return FilterStatus::ok();
  }
};

}  // namespace

std::unique_ptr<Filter> make_nbit() {
  return std::make_unique<Nbit>();
}

}  // namespace fiver::codecs
