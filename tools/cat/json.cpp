#include <algorithm>

#include "cat/formats.hpp"
#include "common/json_writer.hpp"
#include "common/numbers.hpp"
#include "common/value_text.hpp"
#include "fiver/values/error.hpp"
#include "fiver/values/variable.hpp"

namespace fiver::tools {
namespace {

class JsonValue {
 public:
  JsonValue(const File& file, JsonWriter& json) : file_(file), json_(json) {}

  void write(const Datatype& type, std::span<const std::byte> element) {
    if (const auto* integer = type.as<IntegerType>(); integer != nullptr && integer->precision <= 64) {
      json_.raw(integer_text(element, integer->order, integer->bit_offset, integer->precision, integer->is_signed));
    } else if (const auto* real = type.as<FloatType>()) {
      const std::string text = float_text(*real, element);
      const bool finite = text.find("nan") == std::string::npos && text.find("inf") == std::string::npos;
      json_.raw(finite ? text : "null");
    } else if (is_string(type)) {
      json_.string(string_bytes(type, element));
    } else if (const auto* compound = type.as<CompoundType>()) {
      json_.begin_object();
      for (const CompoundMember& member : compound->members) {
        json_.key(member.name);
        write(*member.type, element.subspan(member.offset, member.type->size()));
      }
      json_.end_object();
    } else if (const auto* array = type.as<ArrayType>()) {
      write_list(*array->base, element);
    } else if (const auto* sequence = type.as<VariableLengthType>()) {
      VariablePart part;
      std::copy_n(element.data(), sizeof part, reinterpret_cast<std::byte*>(&part));
      write_list(*sequence->base, {part.data, static_cast<std::size_t>(part.size) * sequence->base->size()});
    } else if (const auto* complex = type.as<ComplexType>()) {
      json_.begin_array();
      write(*complex->base, element.first(element.size() / 2));
      write(*complex->base, element.last(element.size() / 2));
      json_.end_array();
    } else {
      json_.string(value_text(file_, type, element, {.escape = false}));
    }
  }

 private:
  void write_list(const Datatype& base, std::span<const std::byte> elements) {
    json_.begin_array();
    const std::size_t size = base.size();
    for (std::size_t at = 0; size != 0 && at + size <= elements.size(); at += size)
      write(base, elements.subspan(at, size));
    json_.end_array();
  }

  const File& file_;
  JsonWriter& json_;
};

}  // namespace

void print_json(Console& console, const Part& part) {
  JsonWriter json([&](std::string_view text) { console.write(text); });
  const Shape shape = result_shape(part.ranges);
  json.begin_object().key("file").string(part.target.file).key("path").string(part.dataset.path());
  json.key("type").string(to_string(part.dataset.type())).key("shape").numbers(shape).key("data");
  if (part.dataset.space().kind == Dataspace::Kind::null) {
    json.null();
  } else {
    JsonValue value(part.file, json);
    // Nested arrays: `block[i]` elements make one array of depth i.
    std::vector<std::uint64_t> block(shape.size());
    std::uint64_t product = 1;
    for (std::size_t i = shape.size(); i-- > 0;) block[i] = product *= shape[i];
    std::uint64_t count = 0;
    if (product == 0) json.begin_array().end_array();
    for_each_piece(console, part, piece_bytes, [&](const Elements& elements) {
      for (std::uint64_t i = 0; i < elements.count; ++i) {
        for (const std::uint64_t n : block) {
          if (count % n == 0) json.begin_array();
        }
        value.write(elements.type, elements.element(i));
        ++count;
        for (std::size_t axis = block.size(); axis-- > 0;) {
          if (count % block[axis] == 0) json.end_array();
        }
      }
      return true;
    });
  }
  json.end_object();
  json.end_line();
}

}  // namespace fiver::tools
