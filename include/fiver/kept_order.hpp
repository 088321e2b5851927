// Which orders of creation an object keeps. What has no links or attributes yet shows it nowhere else.
#pragma once

#include "fiver/object.hpp"

namespace fiver {

struct KeptOrder {
  bool tracked = false;  ///< each link, or attribute, has its number
  bool indexed = false;  ///< and there is an index by that number, once there are many
};

/// Of the object's attributes.
KeptOrder kept_attribute_order(const Object& object);
/// Of a group's links; of none for other objects.
KeptOrder kept_link_order(const Object& object);

}  // namespace fiver
