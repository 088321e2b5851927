// The tree of a type among the values of n-bit; its grammar is in nbit.cpp.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fiver/values/datatype.hpp"

namespace fiver::codecs::nbit {

enum Kind : std::uint32_t { number = 1, array = 2, compound = 3, whole = 4 };
inline constexpr std::size_t tree_start = 3;

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

/// The tree that starts at the fourth value, or nullptr and the reason why there is none. Every leaf takes at least one bit of the stream,
/// which bounds the work that any tree can ask for.
std::unique_ptr<Node> parse_tree(std::span<const std::uint32_t> values, std::string& reason);

/// The bits an element takes in the stream; nullopt when they cannot be counted in 64 bits.
std::optional<std::uint64_t> stored_bits(const Node& node);

/// Appends the tree of `type`; false where a number has fewer bits than its bytes, so that there is something to save.
bool append_tree(const Datatype& type, std::vector<std::uint32_t>& values);

}  // namespace fiver::codecs::nbit
