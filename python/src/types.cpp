// fiver._fiver.Type: a datatype. Python code looks at it through describe(), a tuple whose first member names the class, and makes one from such
// a tuple:
//   ("integer", size, signed, order, bit_offset, precision)     order: "<", ">" or "vax"
//   ("float", size, order, bit_offset, precision, sign, exponent_position, exponent_size, mantissa_position, mantissa_size, bias, normalization)
//   ("time", size, order, precision)   ("string", size, padding, charset)   ("bitfield", size, order, bit_offset, precision)
//   ("opaque", size, tag)   ("compound", size, ((name, offset, Type), ...))   ("reference", size, kind)
//   ("enum", Type, ((name, int), ...))   ("sequence", size, Type)   ("text", size, padding, charset)   ("array", Type, dims)
//   ("complex", Type)
#include "types.hpp"

#include <functional>
#include <span>

#include "fiver/values/error.hpp"

namespace fiver::python {

namespace {

const char* order_name(ByteOrder order) {
  return order == ByteOrder::little ? "<" : order == ByteOrder::big ? ">" : "vax";
}

ByteOrder order_of(nb::handle name) {
  const auto value = nb::cast<std::string>(name);
  if (value == "<") return ByteOrder::little;
  if (value == ">") return ByteOrder::big;
  if (value == "vax") return ByteOrder::vax;
  throw nb::value_error("a byte order is '<', '>' or 'vax'");
}

nb::object type_object(const Datatype& type) {
  return nb::cast(Type{type});
}
const Datatype& type_of(nb::handle object) {
  return nb::cast<const Type&>(object).value;
}

struct Describe {
  const Datatype& type;

  nb::object operator()(const IntegerType& t) const {
    return nb::make_tuple("integer", type.size(), t.is_signed, order_name(t.order), t.bit_offset, t.precision);
  }
  nb::object operator()(const FloatType& t) const {
    return nb::make_tuple("float", type.size(), order_name(t.order), t.bit_offset, t.precision, t.sign_position,
                          t.exponent_position, t.exponent_size, t.mantissa_position, t.mantissa_size, t.exponent_bias,
                          static_cast<int>(t.normalization));
  }
  nb::object operator()(const TimeType& t) const {
    return nb::make_tuple("time", type.size(), order_name(t.order), t.precision);
  }
  nb::object operator()(const StringType& t) const {
    return nb::make_tuple("string", type.size(), static_cast<int>(t.padding), static_cast<int>(t.charset));
  }
  nb::object operator()(const BitFieldType& t) const {
    return nb::make_tuple("bitfield", type.size(), order_name(t.order), t.bit_offset, t.precision);
  }
  nb::object operator()(const OpaqueType& t) const { return nb::make_tuple("opaque", type.size(), text(t.tag)); }
  nb::object operator()(const CompoundType& t) const {
    nb::list members;
    for (const auto& member : t.members)
      members.append(nb::make_tuple(text(member.name), member.offset, type_object(*member.type)));
    return nb::make_tuple("compound", type.size(), nb::tuple(members));
  }
  nb::object operator()(const ReferenceType& t) const {
    return nb::make_tuple("reference", type.size(), static_cast<int>(t.kind));
  }
  nb::object operator()(const EnumType& t) const {
    nb::list members;
    const auto* base = t.base->as<IntegerType>();
    for (const auto& member : t.members)
      members.append(
          nb::make_tuple(text(member.name), integer_object(member.value, base != nullptr && base->is_signed,
                                                           base != nullptr ? base->order : ByteOrder::little)));
    return nb::make_tuple("enum", type_object(*t.base), nb::tuple(members));
  }
  nb::object operator()(const VariableLengthType& t) const {
    return nb::make_tuple("sequence", type.size(), type_object(*t.base));
  }
  nb::object operator()(const VariableStringType& t) const {
    return nb::make_tuple("text", type.size(), static_cast<int>(t.padding), static_cast<int>(t.charset));
  }
  nb::object operator()(const ArrayType& t) const {
    return nb::make_tuple("array", type_object(*t.base), int_tuple(t.dims));
  }
  nb::object operator()(const ComplexType& t) const { return nb::make_tuple("complex", type_object(*t.base)); }
};

template <class T>
T at(const nb::tuple& description, std::size_t index) {
  if (index >= description.size()) throw nb::value_error("a description of a datatype has too few members");
  return nb::cast<T>(description[index]);
}

nb::tuple tuple_at(const nb::tuple& description, std::size_t index) {
  return nb::tuple(at<nb::object>(description, index));
}

template <class T>
T enumerator(const nb::tuple& description, std::size_t index, int last) {
  const int value = at<int>(description, index);
  if (value < 0 || value > last) throw nb::value_error("a description of a datatype has a code out of range");
  return static_cast<T>(value);
}

Datatype number(const nb::tuple& d) {
  const auto size = at<std::uint32_t>(d, 1);
  if (at<std::string>(d, 0) == "integer") {
    IntegerType t;
    t.is_signed = at<bool>(d, 2), t.order = order_of(d[3]);
    t.bit_offset = at<std::uint16_t>(d, 4), t.precision = at<std::uint16_t>(d, 5);
    return {size, t};
  }
  FloatType t;
  t.order = order_of(at<nb::object>(d, 2));
  t.bit_offset = at<std::uint16_t>(d, 3), t.precision = at<std::uint16_t>(d, 4);
  t.sign_position = at<std::uint8_t>(d, 5), t.exponent_position = at<std::uint8_t>(d, 6);
  t.exponent_size = at<std::uint8_t>(d, 7), t.mantissa_position = at<std::uint8_t>(d, 8);
  t.mantissa_size = at<std::uint8_t>(d, 9), t.exponent_bias = at<std::uint32_t>(d, 10);
  t.normalization = enumerator<MantissaNormalization>(d, 11, 2);
  return {size, t};
}

Datatype compound(const nb::tuple& d) {
  CompoundType t;
  for (auto item : tuple_at(d, 2)) {
    const auto member = nb::tuple(nb::borrow<nb::object>(item));
    t.members.push_back({bytes_of(member[0]), at<std::uint32_t>(member, 1), type_of(member[2])});
  }
  return {at<std::uint32_t>(d, 1), t};
}

Datatype enumeration(const nb::tuple& d) {
  const Datatype base = type_of(at<nb::object>(d, 1));
  const auto* integer = base.as<IntegerType>();
  if (integer == nullptr) throw nb::type_error("an enumeration is of integers");
  EnumType t{base, {}};
  for (auto item : tuple_at(d, 2)) {
    const auto member = nb::tuple(nb::borrow<nb::object>(item));
    t.members.push_back(
        {bytes_of(member[0]), integer_bytes(member[1], base.size(), integer->is_signed, integer->order)});
  }
  return {base.size(), t};
}

Datatype array(const nb::tuple& d) {
  ArrayType t{type_of(at<nb::object>(d, 1)), {}};
  std::uint64_t size = t.base->size();
  for (auto dim : tuple_at(d, 2)) {
    t.dims.push_back(nb::cast<std::uint32_t>(dim));
    if (t.dims.back() != 0 && size > UINT32_MAX / t.dims.back())
      throw nb::value_error("an array type is larger than 4 GiB");
    size *= t.dims.back();
  }
  return {static_cast<std::uint32_t>(size), t};
}

Type from_description(const nb::tuple& d) {
  const auto kind = at<std::string>(d, 0);
  if (kind == "integer" || kind == "float") return {number(d)};
  if (kind == "compound") return {compound(d)};
  if (kind == "enum") return {enumeration(d)};
  if (kind == "array") return {array(d)};
  if (kind == "complex") {
    const Datatype base = type_of(at<nb::object>(d, 1));
    return {Datatype(base.size() * 2, ComplexType{base})};
  }
  const auto size = at<std::uint32_t>(d, 1);
  if (kind == "time") return {Datatype(size, TimeType{order_of(d[2]), at<std::uint16_t>(d, 3)})};
  if (kind == "bitfield") {
    BitFieldType t;
    t.order = order_of(at<nb::object>(d, 2));
    t.bit_offset = at<std::uint16_t>(d, 3), t.precision = at<std::uint16_t>(d, 4);
    return {Datatype(size, t)};
  }
  if (kind == "string")
    return {Datatype(size, StringType{enumerator<StringPadding>(d, 2, 2), enumerator<CharacterSet>(d, 3, 1)})};
  if (kind == "text")
    return {Datatype(size, VariableStringType{enumerator<StringPadding>(d, 2, 2), enumerator<CharacterSet>(d, 3, 1)})};
  if (kind == "opaque") return {Datatype(size, OpaqueType{bytes_of(d[2])})};
  if (kind == "reference") return {Datatype(size, ReferenceType{enumerator<ReferenceKind>(d, 2, 4)})};
  if (kind == "sequence") return {Datatype(size, VariableLengthType{type_of(d[2])})};
  throw nb::value_error("no such class of datatypes");
}

/// Shallow: equal types have equal hashes, and the few large types of a program may share one.
std::size_t hash_of(const Datatype& type) {
  std::size_t hash = type.value().index() * 1000003U + type.size();
  if (const auto* t = type.as<IntegerType>())
    hash = hash * 31 + (t->is_signed ? 7U : 3U) + static_cast<unsigned>(t->order);
  if (const auto* t = type.as<FloatType>()) hash = hash * 31 + static_cast<unsigned>(t->order) + t->exponent_size;
  if (const auto* t = type.as<CompoundType>())
    for (const auto& member : t->members) hash = hash * 31 + std::hash<std::string>{}(member.name);
  if (const auto* t = type.as<ArrayType>())
    for (const auto dim : t->dims) hash = hash * 31 + dim;
  return hash;
}

}  // namespace

nb::object integer_object(std::span<const std::byte> bytes, bool is_signed, ByteOrder order) {
  static_assert(sizeof(long long) == 8);
  if (bytes.size() > 8) throw nb::value_error("an integer of more than 8 bytes");
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto index = order == ByteOrder::big ? i : bytes.size() - 1 - i;
    value = value << 8 | std::to_integer<std::uint64_t>(bytes[index]);
  }
  const auto bits = bytes.size() * 8;
  if (is_signed && bits > 0 && bits < 64 && (value >> (bits - 1) & 1) != 0) value |= ~std::uint64_t{0} << bits;
  return is_signed ? nb::steal<nb::object>(PyLong_FromLongLong(static_cast<long long>(value)))
                   : nb::steal<nb::object>(PyLong_FromUnsignedLongLong(value));
}

std::vector<std::byte> integer_bytes(nb::handle number, std::uint32_t size, bool is_signed, ByteOrder order) {
  const auto value =
      is_signed ? static_cast<std::uint64_t>(nb::cast<std::int64_t>(number)) : nb::cast<std::uint64_t>(number);
  std::vector<std::byte> bytes(size);
  for (std::uint32_t i = 0; i < size; ++i) {
    const auto index = order == ByteOrder::big ? size - 1 - i : i;
    bytes[index] = static_cast<std::byte>(i < 8 ? value >> (8 * i) & 0xFF : 0);
  }
  return bytes;
}

void bind_types(nb::module_& module) {
  nb::class_<Type>(module, "Type",
                   "A datatype of HDF5. Immutable; equal when elements have the same bytes and meaning.")
      .def_static("make", &from_description, nb::arg("description"))
      .def("describe", [](const Type& type) { return std::visit(Describe{type.value}, type.value.value()); })
      .def_prop_ro("size", [](const Type& type) { return type.value.size(); })
      .def("has_heap_parts", [](const Type& type) { return has_heap_parts(type.value); })
      .def("__eq__", [](const Type& a,
                        nb::handle b) { return nb::isinstance<Type>(b) && a.value == nb::cast<const Type&>(b).value; })
      .def("__hash__", [](const Type& type) { return hash_of(type.value); })
      .def("__str__", [](const Type& type) { return to_string(type.value); })
      .def("__repr__", [](const Type& type) { return "<fiver type " + to_string(type.value) + ">"; });
}

}  // namespace fiver::python
