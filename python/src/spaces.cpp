#include "spaces.hpp"

#include "selections.hpp"

namespace fiver::python {

nb::object describe(const Dataspace& space) {
  if (space.kind == Dataspace::Kind::null) return nb::make_tuple(nb::none(), nb::none());
  auto shape = int_tuple(space.dims);
  if (!space.max_dims) return nb::make_tuple(shape, shape);
  nb::list largest;
  for (const auto dim : *space.max_dims) {
    if (dim == unlimited)
      largest.append(nb::none());
    else
      largest.append(dim);
  }
  return nb::make_tuple(shape, nb::tuple(largest));
}

Dataspace space_of(nb::handle shape, nb::handle max_shape) {
  auto dims = shape_of(shape);
  if (dims.empty()) return Dataspace::scalar();
  if (max_shape.is_none()) return Dataspace::simple(std::move(dims));
  return Dataspace::simple(std::move(dims), shape_of(max_shape));
}

}  // namespace fiver::python
