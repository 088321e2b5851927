#include "materialize.hpp"

#include <cstring>

#include "arrays.hpp"
#include "fiver/values/error.hpp"
#include "fiver/values/variable.hpp"

namespace fiver::python {

namespace {

/// One part of an element: from its bytes in memory to its place in the array.
class Part {
 public:
  virtual ~Part() = default;
  virtual void put(const std::byte* from, std::byte* to) const = 0;

 protected:
  /// The slot's old object, if any, goes; unaligned slots of packed structures included.
  static void set_object(std::byte* to, nb::object value) {
    PyObject* old = nullptr;
    std::memcpy(&old, to, sizeof old);
    PyObject* fresh = value.release().ptr();
    std::memcpy(to, &fresh, sizeof fresh);
    Py_XDECREF(old);
  }
};

class CopyPart : public Part {
 public:
  explicit CopyPart(std::size_t size) : size_(size) {}
  void put(const std::byte* from, std::byte* to) const override { std::memcpy(to, from, size_); }

 private:
  std::size_t size_;
};

VariablePart variable_part(const std::byte* from) {
  VariablePart part;
  std::memcpy(&part, from, sizeof part);
  return part;
}

class TextPart : public Part {
 public:
  explicit TextPart(const Target& target) : target_(target) {}
  void put(const std::byte* from, std::byte* to) const override {
    const auto part = variable_part(from);
    const char* bytes = part.size > 0 ? reinterpret_cast<const char*>(part.data) : "";
    const auto size = static_cast<Py_ssize_t>(part.size);
    PyObject* made = nullptr;
    if (!target_.errors)
      made = PyBytes_FromStringAndSize(bytes, size);
    else if (target_.encoding.empty())
      made = PyUnicode_DecodeUTF8(bytes, size, target_.errors->c_str());
    else
      made = PyUnicode_Decode(bytes, size, target_.encoding.c_str(), target_.errors->c_str());
    if (made == nullptr) throw nb::python_error();
    set_object(to, nb::steal<nb::object>(made));
  }

 private:
  const Target& target_;
};

class ReferencePart : public Part {
 public:
  ReferencePart(const Target& target, int kind, std::size_t size) : target_(target), kind_(kind), size_(size) {}
  void put(const std::byte* from, std::byte* to) const override {
    nb::bytes stored(reinterpret_cast<const char*>(from), size_);
    set_object(to, target_.make_reference(kind_, stored));
  }

 private:
  const Target& target_;
  int kind_;
  std::size_t size_;
};

class SequencePart : public Part {
 public:
  SequencePart(nb::object dtype, std::size_t base_size, std::size_t item_size, std::unique_ptr<Part> base, bool plain)
      : dtype_(std::move(dtype)), base_size_(base_size), item_size_(item_size), base_(std::move(base)), plain_(plain) {}
  void put(const std::byte* from, std::byte* to) const override {
    const auto part = variable_part(from);
    auto array = empty_array({part.size}, dtype_);
    std::byte* items = ArrayView(array).data();
    if (plain_ && part.size > 0) std::memcpy(items, part.data, part.size * base_size_);
    if (!plain_)
      for (std::size_t i = 0; i < part.size; ++i) base_->put(part.data + i * base_size_, items + i * item_size_);
    set_object(to, std::move(array));
  }

 private:
  nb::object dtype_;
  std::size_t base_size_, item_size_;
  std::unique_ptr<Part> base_;
  bool plain_;
};

class RepeatedPart : public Part {
 public:
  RepeatedPart(std::unique_ptr<Part> base, std::size_t count, std::size_t from_step, std::size_t to_step)
      : base_(std::move(base)), count_(count), from_step_(from_step), to_step_(to_step) {}
  void put(const std::byte* from, std::byte* to) const override {
    for (std::size_t i = 0; i < count_; ++i) base_->put(from + i * from_step_, to + i * to_step_);
  }

 private:
  std::unique_ptr<Part> base_;
  std::size_t count_, from_step_, to_step_;
};

class StructPart : public Part {
 public:
  void add(std::size_t from, std::size_t to, std::unique_ptr<Part> part) {
    fields_.push_back({from, to, std::move(part)});
  }
  void put(const std::byte* from, std::byte* to) const override {
    for (const auto& field : fields_) field.part->put(from + field.from, to + field.to);
  }

 private:
  struct Field {
    std::size_t from, to;
    std::unique_ptr<Part> part;
  };
  std::vector<Field> fields_;
};

std::size_t item_size(nb::handle dtype) {
  return nb::cast<std::size_t>(dtype.attr("itemsize"));
}
bool holds_objects(nb::handle dtype) {
  return nb::cast<bool>(dtype.attr("hasobject"));
}

std::unique_ptr<Part> make_part(const Datatype& type, nb::object dtype, const Target& target);

std::unique_ptr<Part> make_struct(const CompoundType& compound, nb::handle dtype, const Target& target) {
  auto part = std::make_unique<StructPart>();
  nb::object fields = dtype.attr("fields");
  nb::object names = dtype.attr("names");
  // By place, not by name: names of a file need not be names that NumPy takes.
  std::size_t i = 0;
  for (auto name : names) {
    if (i >= compound.members.size())
      throw Error(ErrorKind::invalid_argument, "the dtype has more fields than the type has members");
    const auto& member = compound.members[i++];
    nb::object field = fields[name];
    part->add(member.offset, nb::cast<std::size_t>(field[1]), make_part(*member.type, field[0], target));
  }
  return part;
}

std::unique_ptr<Part> make_part(const Datatype& type, nb::object dtype, const Target& target) {
  if (!holds_objects(dtype)) return std::make_unique<CopyPart>(std::min<std::size_t>(type.size(), item_size(dtype)));
  if (type.is<VariableStringType>()) return std::make_unique<TextPart>(target);
  if (const auto* reference = type.as<ReferenceType>())
    return std::make_unique<ReferencePart>(target, static_cast<int>(reference->kind), type.size());
  if (const auto* sequence = type.as<VariableLengthType>()) {
    nb::object base = dtype.attr("metadata")["vlen"];
    return std::make_unique<SequencePart>(base, sequence->base->size(), item_size(base),
                                          make_part(*sequence->base, base, target), !holds_objects(base));
  }
  if (const auto* array = type.as<ArrayType>()) {
    nb::object subtype = dtype.attr("subdtype");
    nb::object base = subtype.is_none() ? dtype : nb::object(subtype[0]);
    std::size_t count = 1;
    for (const auto dim : array->dims) count *= dim;
    return std::make_unique<RepeatedPart>(make_part(*array->base, base, target), count, array->base->size(),
                                          item_size(base));
  }
  if (const auto* compound = type.as<CompoundType>()) return make_struct(*compound, dtype, target);
  throw Error(ErrorKind::invalid_argument, "no Python object is made of " + to_string(type));
}

}  // namespace

void materialize(const Elements& elements, const Target& target, std::byte* to) {
  const auto part = make_part(elements.type, target.dtype, target);
  const auto from_step = elements.type.size();
  const auto to_step = item_size(target.dtype);
  const std::byte* from = elements.bytes.data();
  for (std::uint64_t i = 0; i < elements.count; ++i) part->put(from + i * from_step, to + i * to_step);
}

}  // namespace fiver::python
