// fiver._fiver.Selection: which elements of a dataset. Python's slices become one of these in fiver/selections.py.
#include "selections.hpp"

#include <algorithm>

#include "arrays.hpp"
#include "fiver/values/error.hpp"

namespace fiver::python {

namespace {

/// Points from an array of shape (n, rank), int64 or uint64, C-ordered.
Chosen points_from(nb::handle array, unsigned rank) {
  const ArrayView view(array);
  if (view.item_size() != 8 || !view.is_packed())
    throw nb::type_error("points are a C-ordered array of 64-bit integers");
  PointList list{rank, std::vector<std::uint64_t>(view.size())};
  const auto bytes = std::as_writable_bytes(std::span(list.coordinates));
  std::copy_n(view.data(), bytes.size(), bytes.data());
  return {std::move(list)};
}

/// One box for each pair of rows of two arrays of shape (n, rank).
Chosen boxes_from(const std::vector<nb::object>& starts, const std::vector<nb::object>& sizes) {
  BoxUnion boxes;
  for (std::size_t i = 0; i < starts.size() && i < sizes.size(); ++i)
    boxes.boxes.push_back({shape_of(starts[i]), shape_of(sizes[i])});
  return {std::move(boxes)};
}

/// Boxes over the runs of `indices` (rising) along `axis`; along the others start and count.
Chosen runs_along(const Shape& start, const Shape& count, std::size_t axis, const std::vector<std::uint64_t>& indices) {
  BoxUnion runs;
  for (std::size_t i = 0; i < indices.size();) {
    std::size_t end = i + 1;
    while (end < indices.size() && indices[end] == indices[end - 1] + 1) ++end;
    Box box{start, count};
    box.start.at(axis) = indices[i], box.size.at(axis) = end - i;
    runs.boxes.push_back(std::move(box));
    i = end;
  }
  return {std::move(runs)};
}

nb::object limited(const Shape& values) {
  nb::list list;
  for (const auto value : values) {
    if (value == unlimited)
      list.append(nb::none());
    else
      list.append(value);
  }
  return nb::tuple(list);
}

struct DescribeSelection {
  nb::object operator()(const AllSelection& /*all*/) const { return nb::make_tuple("all"); }
  nb::object operator()(const NoneSelection& /*none*/) const { return nb::make_tuple("none"); }
  nb::object operator()(const RegularHyperslab& s) const {
    return nb::make_tuple("slab", int_tuple(s.start), int_tuple(s.stride), limited(s.count), limited(s.block));
  }
  nb::object operator()(const BoxUnion& s) const {
    nb::list boxes;
    for (const auto& box : s.boxes) boxes.append(nb::make_tuple(int_tuple(box.start), limited(box.size)));
    return nb::make_tuple("boxes", nb::tuple(boxes));
  }
  nb::object operator()(const PointList& s) const {
    nb::list points;
    for (std::size_t i = 0; i < s.size(); ++i)
      points.append(int_tuple(std::span(s.coordinates).subspan(i * s.rank, s.rank)));
    return nb::make_tuple("points", nb::tuple(points));
  }
};

}  // namespace

Shape shape_of(nb::handle sequence) {
  const auto one = [](nb::handle item) {
    if (item.is_none()) return unlimited;
    auto number = nb::steal<nb::object>(PyNumber_Index(item.ptr()));
    if (!number.is_valid()) throw nb::python_error();
    const auto value = PyLong_AsUnsignedLongLong(number.ptr());
    if (PyErr_Occurred() != nullptr) throw nb::python_error();
    return std::uint64_t{value};
  };
  if (PyIndex_Check(sequence.ptr()) != 0 && PySequence_Check(sequence.ptr()) == 0) return {one(sequence)};
  Shape shape;
  for (auto item : nb::borrow<nb::object>(sequence)) shape.push_back(one(item));
  return shape;
}

nb::object describe(const Selection& selection) {
  return std::visit(DescribeSelection{}, selection);
}

void bind_selections(nb::module_& module) {
  nb::class_<Chosen>(module, "Selection", "Which elements of a dataset.")
      .def_static("all", [] { return Chosen{all()}; })
      .def_static("none", [] { return Chosen{NoneSelection{}}; })
      .def_static(
          "slab",
          [](nb::handle start, nb::handle stride, nb::handle count, nb::handle block) {
            return Chosen{RegularHyperslab{shape_of(start), shape_of(stride), shape_of(count), shape_of(block)}};
          })
      .def_static(
          "growing",
          [](nb::handle start, nb::handle stride, nb::handle count, nb::handle block) {
            return Chosen{RegularHyperslab{shape_of(start), shape_of(stride), shape_of(count), shape_of(block)}};
          },
          "As slab; None as a count: without end.")
      .def_static("unite", [](const Chosen& a, const Chosen& b) { return Chosen{unite(a.value, b.value)}; })
      .def_static("boxes", &boxes_from)
      .def_static("runs",
                  [](nb::handle start, nb::handle count, std::size_t axis, const std::vector<std::uint64_t>& indices) {
                    return runs_along(shape_of(start), shape_of(count), axis, indices);
                  })
      .def_static("points", &points_from)
      .def("describe", [](const Chosen& chosen) { return describe(chosen.value); });
}

}  // namespace fiver::python
