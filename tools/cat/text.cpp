#include "cat/formats.hpp"
#include "common/escaping.hpp"
#include "common/value_text.hpp"
#include "fiver/values/error.hpp"

namespace fiver::tools {
namespace {

/// A file stored as a dataset: one dimension of bytes, or opaque elements.
bool is_bytes(const Part& part) {
  const Datatype& type = part.dataset.type();
  if (type.is<OpaqueType>()) return true;
  return type.is<IntegerType>() && type.size() == 1 && part.dataset.shape().size() == 1 &&
         !result_shape(part.ranges).empty();
}

std::string_view bytes_of(const Elements& elements) {
  return {reinterpret_cast<const char*>(elements.bytes.data()), elements.bytes.size()};
}

/// A string whose lines are its own; a terminal gets no control characters of it.
void print_string(Console& console, std::string_view text) {
  if (console.out_is_terminal()) {
    console.write(escape_for_terminal(text, LineBreaks::kept));
  } else {
    console.write(text);
  }
}

/// Where rows and planes end, from the result's shape.
class Rows {
 public:
  explicit Rows(const Shape& shape) : row_(shape.empty() ? 1 : shape.back()), one_dimension_(shape.size() <= 1) {
    std::uint64_t plane = row_;
    for (std::size_t i = shape.size(); i-- > 1;) plane *= shape[i - 1], planes_.push_back(plane);
  }
  /// What follows the element of this index, counted from 1.
  std::string_view after(std::uint64_t count) const {
    if (one_dimension_) return "\n";
    if (row_ != 0 && count % row_ != 0) return " ";
    for (std::size_t i = 0; i + 1 < planes_.size(); ++i) {
      if (count % planes_[i] == 0 && count != planes_.back()) return "\n\n";
    }
    return "\n";
  }

 private:
  std::uint64_t row_;
  bool one_dimension_;
  std::vector<std::uint64_t> planes_;
};

}  // namespace

void print_text(Console& console, const Part& part) {
  if (is_bytes(part)) {
    for_each_piece(console, part, piece_bytes, [&](const Elements& elements) {
      print_string(console, bytes_of(elements));
      return true;
    });
    return;
  }
  const Rows rows(result_shape(part.ranges));
  const bool strings = is_string(part.dataset.type());
  const bool alone = element_count(part.ranges) == 1;
  std::uint64_t count = 0;
  for_each_piece(console, part, piece_bytes, [&](const Elements& elements) {
    for (std::uint64_t i = 0; i < elements.count; ++i) {
      ++count;
      if (strings) {
        const std::string_view text = string_bytes(elements.type, elements.element(i));
        print_string(console, text);
        if (!alone || !text.ends_with('\n')) console.write("\n");
      } else {
        console.write(value_text(part.file, elements.type, elements.element(i)));
        console.write(rows.after(count));
      }
    }
    return true;
  });
}

void print_raw(Console& console, const Part& part) {
  if (has_heap_parts(part.dataset.type())) {
    throw Error(ErrorKind::invalid_argument, "elements of variable length have no raw form; try --json")
        .in_object(part.dataset.path())
        .in_file(part.target.file);
  }
  for_each_piece(console, part, piece_bytes, [&](const Elements& elements) {
    console.write(bytes_of(elements));
    return true;
  });
}

}  // namespace fiver::tools
