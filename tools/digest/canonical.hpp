// The canonical element bytes of the form "h5digest-1": the same for every file that holds the same values.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>

#include "fiver/array.hpp"
#include "fiver/file.hpp"

namespace fiver::tools {

/// Object header address -> the path by which the walk met the object first.
using FirstPaths = std::map<std::uint64_t, std::string>;

class Canonical {
 public:
  Canonical(const File& file, const FirstPaths& paths) : file_(file), paths_(paths) {}

  /// Appends the canonical bytes of one element of `type`, which is in memory as Elements holds it.
  void append(std::string& out, const Datatype& type, std::span<const std::byte> element) const;

  /// True when the canonical bytes are the element's own.
  static bool is_verbatim(const Datatype& type);

 private:
  void append_number(std::string& out, std::span<const std::byte> element, ByteOrder order, unsigned bit_offset,
                     unsigned precision, bool is_signed) const;
  void append_reference(std::string& out, const Datatype& type, std::span<const std::byte> element) const;
  std::string target(const Reference& reference) const;

  const File& file_;
  const FirstPaths& paths_;
};

/// What follows TARGET "#" in the text of a region reference.
std::string region_text(const Selection& region);

}  // namespace fiver::tools
