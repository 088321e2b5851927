// fiver._fiver.Attribute.
#include "attributes.hpp"

#include "arrays.hpp"
#include "errors.hpp"
#include "materialize.hpp"
#include "spaces.hpp"
#include "types.hpp"

namespace fiver::python {

namespace {

/// The value as an array of the target's dtype and the attribute's shape. The target's memory type is what the engine gives for this type:
/// attributes are small, and come as stored; Python converts numbers where it must.
nb::object read(const AttributeBox& box, const Target& target) {
  const auto& attribute = box.value;
  std::optional<Elements> elements;
  try {
    elements = without_gil([&] { return attribute.read_elements(); });
  } catch (const Error& error) {
    raise_while_reading(error);
  }
  auto array = target.new_array(elements->shape);
  materialize(*elements, target, ArrayView(array).data());
  return array;
}

/// A single text or a single string, which most attributes are, as str: None for anything else.
nb::object read_text(const AttributeBox& box) {
  const auto& attribute = box.value;
  if (attribute.space().kind != Dataspace::Kind::scalar || !attribute.type().is<VariableStringType>())
    return nb::none();
  try {
    return text(without_gil([&] { return attribute.read_string(); }));
  } catch (const Error& error) {
    raise_while_reading(error);
  }
}

}  // namespace

void bind_attributes(nb::module_& module) {
  nb::class_<AttributeBox>(module, "Attribute", "A named small array on an object.")
      .def_prop_ro("name", [](const AttributeBox& box) { return text(box.value.name()); })
      .def_prop_ro("type", [](const AttributeBox& box) { return Type{box.value.type()}; })
      .def_prop_ro("space", [](const AttributeBox& box) { return describe(box.value.space()); })
      .def_prop_ro("charset", [](const AttributeBox& box) { return static_cast<int>(box.value.charset()); })
      .def_prop_ro("creation_order", [](const AttributeBox& box) { return box.value.creation_order(); })
      .def_prop_ro("committed_type",
                   [](const AttributeBox& box) -> std::optional<std::uint64_t> {
                     const auto address = box.value.committed_type();
                     return address ? std::optional(address->value) : std::nullopt;
                   })
      .def("read", &read, nb::arg("target"))
      .def("read_text", &read_text);
}

}  // namespace fiver::python
