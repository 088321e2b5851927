#include "cat/formats.hpp"
#include "common/value_text.hpp"

namespace fiver::tools {
namespace {

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string field(const Console& console, const File& file, const Datatype& type, std::span<const std::byte> element) {
  if (is_string(type)) return csv_field(console.name(string_bytes(type, element)));
  return csv_field(value_text(file, type, element));
}

}  // namespace

void print_csv(Console& console, const Part& part) {
  const Shape shape = result_shape(part.ranges);
  const std::uint64_t row = shape.size() < 2 ? 1 : shape.back();
  if (const auto* compound = part.dataset.type().as<CompoundType>()) {
    for (std::size_t i = 0; i < compound->members.size(); ++i) {
      console.print("{}{}", i == 0 ? "" : ",", csv_field(console.name(compound->members[i].name)));
    }
    console.write("\n");
  }
  std::uint64_t count = 0;
  for_each_piece(console, part, piece_bytes, [&](const Elements& elements) {
    const auto* compound = elements.type.as<CompoundType>();
    for (std::uint64_t i = 0; i < elements.count; ++i) {
      const auto element = elements.element(i);
      if (compound != nullptr) {
        for (std::size_t m = 0; m < compound->members.size(); ++m) {
          const CompoundMember& member = compound->members[m];
          if (m > 0) console.write(",");
          console.write(field(console, part.file, *member.type, element.subspan(member.offset, member.type->size())));
        }
        console.write("\n");
      } else {
        console.write(field(console, part.file, elements.type, element));
        console.write(++count % row == 0 ? "\n" : ",");
      }
    }
    return true;
  });
}

}  // namespace fiver::tools
