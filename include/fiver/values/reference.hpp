// A reference element, decoded: to an object, to a region of a dataset, or to an attribute, perhaps in another file
// (format specification IV.A.2.d class 7; the 1.12 forms as libhdf5 writes them).
#pragma once

#include <optional>
#include <string>

#include "fiver/values/address.hpp"
#include "fiver/values/selection.hpp"

namespace fiver {

struct Reference {
  std::optional<Address> object;         ///< the object header; absent: a null reference
  std::optional<Selection> region;       ///< region references
  std::optional<std::string> attribute;  ///< attribute references: its name
  std::optional<std::string> file;       ///< 1.12 references that leave the file
  bool is_null() const noexcept { return !object; }
  friend bool operator==(const Reference&, const Reference&) = default;
};

}  // namespace fiver
