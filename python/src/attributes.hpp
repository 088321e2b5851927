#pragma once

#include "fiver/attribute.hpp"

namespace fiver::python {

/// An attribute as Python holds it.
struct AttributeBox {
  Attribute value;
};

}  // namespace fiver::python
