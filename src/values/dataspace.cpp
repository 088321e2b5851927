#include "fiver/values/dataspace.hpp"

#include <string>

#include "fiver/values/error.hpp"

namespace fiver {

Dataspace Dataspace::simple(Shape dims, std::optional<Shape> max_dims) {
  if (dims.size() > max_rank)
    throw Error(ErrorKind::invalid_argument, "a dataspace of " + std::to_string(dims.size()) +
                                                 " dimensions, the most are " + std::to_string(max_rank));
  if (max_dims && max_dims->size() != dims.size())
    throw Error(ErrorKind::invalid_argument, std::to_string(dims.size()) + " dimensions, but " +
                                                 std::to_string(max_dims->size()) + " maximum sizes");
  for (std::size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] == unlimited)
      throw Error(ErrorKind::invalid_argument, "dimension " + std::to_string(i) + " has no size");
    if (max_dims && (*max_dims)[i] < dims[i])
      throw Error(ErrorKind::invalid_argument, "dimension " + std::to_string(i) + " has " + std::to_string(dims[i]) +
                                                   " elements, its maximum is " + std::to_string((*max_dims)[i]));
  }
  if (dims.empty()) return scalar();
  return {Kind::simple, std::move(dims), std::move(max_dims)};
}

std::uint64_t Dataspace::element_count() const {
  if (kind == Kind::null) return 0;
  std::uint64_t count = 1;
  bool overflow = false, empty = false;
  for (const auto dim : dims) {
    empty = empty || dim == 0;
    overflow = __builtin_mul_overflow(count, dim, &count) || overflow;
  }
  if (empty) return 0;
  if (overflow) throw Error(ErrorKind::limit, "a dataspace of more than 2^64 elements");
  return count;
}

}  // namespace fiver
