#include "spaces.hpp"

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

}  // namespace fiver::python
