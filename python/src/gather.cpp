#include "gather.hpp"

#include <cstring>
#include <memory>

#include "fiver/values/error.hpp"
#include "fiver/values/variable.hpp"

namespace fiver::python {

namespace {

class Part {
 public:
  virtual ~Part() = default;
  virtual void take(const std::byte* from, std::byte* to, Gathered& into) const = 0;

 protected:
  static nb::object object_at(const std::byte* from) {
    PyObject* object = nullptr;
    std::memcpy(&object, from, sizeof object);
    return object == nullptr ? nb::none() : nb::borrow<nb::object>(object);
  }
  static void put(std::byte* to, std::uint64_t size, const std::byte* data) {
    const VariablePart part{size, size == 0 ? nullptr : data};
    std::memcpy(to, &part, sizeof part);
  }
};

class CopyPart : public Part {
 public:
  explicit CopyPart(std::size_t size) : size_(size) {}
  void take(const std::byte* from, std::byte* to, Gathered& /*into*/) const override { std::memcpy(to, from, size_); }

 private:
  std::size_t size_;
};

class TextPart : public Part {
 public:
  void take(const std::byte* from, std::byte* to, Gathered& into) const override {
    const auto object = object_at(from);
    if (object.is_none() || (PyLong_Check(object.ptr()) && PyObject_IsTrue(object.ptr()) == 0))
      return put(to, 0, nullptr);
    if (!PyUnicode_Check(object.ptr()) && !PyBytes_Check(object.ptr()))
      throw nb::type_error("Can't implicitly convert non-string objects to strings");
    auto& text = into.texts.emplace_back(bytes_of(object));
    if (text.find('\0') != std::string::npos) throw nb::value_error("VLEN strings do not support embedded NULLs");
    put(to, text.size(), reinterpret_cast<const std::byte*>(text.data()));
  }
};

class ReferencePart : public Part {
 public:
  explicit ReferencePart(std::size_t size) : size_(size) {}
  void take(const std::byte* from, std::byte* to, Gathered& /*into*/) const override {
    const auto object = object_at(from);
    std::memset(to, 0, size_);
    if (object.is_none() || (PyLong_Check(object.ptr()) && PyObject_IsTrue(object.ptr()) == 0)) return;
    if (!nb::hasattr(object, "_stored"))
      throw nb::type_error("Can't convert incompatible object to HDF5 object reference");
    const auto stored = nb::cast<nb::bytes>(object.attr("_stored_bytes")(size_));
    std::memcpy(to, stored.data(), std::min(size_, stored.size()));
  }

 private:
  std::size_t size_;
};

class SequencePart : public Part {
 public:
  SequencePart(nb::object dtype, const Datatype& base, std::unique_ptr<Part> part, bool plain)
      : dtype_(std::move(dtype)), size_(base.size()), part_(std::move(part)), plain_(plain) {}
  void take(const std::byte* from, std::byte* to, Gathered& into) const override {
    auto object = object_at(from);
    if (object.is_none() || (PyLong_Check(object.ptr()) && PyObject_IsTrue(object.ptr()) == 0))
      return put(to, 0, nullptr);
    auto array = nb::module_::import_("numpy").attr("ascontiguousarray")(object, dtype_);
    const ArrayView view(array);
    if (plain_) {
      put(to, view.size(), view.data());
      into.keep.push_back(std::move(array));
      return;
    }
    auto& bytes = into.sequences.emplace_back(view.size() * size_);
    for (std::size_t i = 0; i < view.size(); ++i)
      part_->take(view.data() + i * view.item_size(), bytes.data() + i * size_, into);
    put(to, view.size(), bytes.data());
  }

 private:
  nb::object dtype_;
  std::size_t size_;
  std::unique_ptr<Part> part_;
  bool plain_;
};

class RepeatedPart : public Part {
 public:
  RepeatedPart(std::unique_ptr<Part> base, std::size_t count, std::size_t from_step, std::size_t to_step)
      : base_(std::move(base)), count_(count), from_step_(from_step), to_step_(to_step) {}
  void take(const std::byte* from, std::byte* to, Gathered& into) const override {
    for (std::size_t i = 0; i < count_; ++i) base_->take(from + i * from_step_, to + i * to_step_, into);
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
  void take(const std::byte* from, std::byte* to, Gathered& into) const override {
    for (const auto& field : fields_) field.part->take(from + field.from, to + field.to, into);
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

std::unique_ptr<Part> make_part(const Datatype& type, const nb::object& dtype) {
  if (!nb::cast<bool>(dtype.attr("hasobject")))
    return std::make_unique<CopyPart>(std::min<std::size_t>(type.size(), item_size(dtype)));
  if (type.is<VariableStringType>()) return std::make_unique<TextPart>();
  if (type.is<ReferenceType>()) return std::make_unique<ReferencePart>(type.size());
  if (const auto* sequence = type.as<VariableLengthType>()) {
    nb::object base = nb::module_::import_("numpy").attr("dtype")(dtype.attr("metadata")["vlen"]);
    return std::make_unique<SequencePart>(base, *sequence->base, make_part(*sequence->base, base),
                                          !nb::cast<bool>(base.attr("hasobject")));
  }
  if (const auto* array = type.as<ArrayType>()) {
    nb::object subtype = dtype.attr("subdtype");
    const nb::object base = subtype.is_none() ? dtype : nb::object(subtype[0]);
    std::size_t count = 1;
    for (const auto dim : array->dims) count *= dim;
    return std::make_unique<RepeatedPart>(make_part(*array->base, base), count, item_size(base), array->base->size());
  }
  if (const auto* compound = type.as<CompoundType>()) {
    auto part = std::make_unique<StructPart>();
    nb::object fields = dtype.attr("fields");
    std::size_t i = 0;
    for (auto name : dtype.attr("names")) {
      const auto& member = compound->members.at(i++);
      nb::object field = fields[name];
      part->add(nb::cast<std::size_t>(field[1]), member.offset, make_part(*member.type, field[0]));
    }
    return part;
  }
  throw Error(ErrorKind::invalid_argument, "Python objects don't become " + to_string(type));
}

}  // namespace

Gathered gather(const ArrayView& array, nb::handle dtype, const Datatype& memory) {
  const auto part = make_part(memory, nb::borrow<nb::object>(dtype));
  const std::size_t step = item_size(dtype);
  const std::size_t count = step == 0 ? 0 : array.bytes().size() / step;
  Gathered result;
  result.bytes.resize(count * memory.size());
  for (std::size_t i = 0; i < count; ++i)
    part->take(array.data() + i * step, result.bytes.data() + i * memory.size(), result);
  return result;
}

}  // namespace fiver::python
