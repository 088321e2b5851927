// Sequences and strings of variable length: in a file a count and the place of their bytes in the global heap,
//   u32 count | address (offset width) of the collection | u32 index of the object
// (format specification IV.A.2.d class 9 and III.E), in memory a VariablePart. An address of 0 or undefined, or a count of 0, is the empty one
// (format notes 8). Strings keep their length in memory; into a fixed string they go up to their first NUL. Text between fixed and variable
// length is converted, which libhdf5 leaves to its callers.
#include <fmt/format.h>

#include <cstring>

#include "base/checked.hpp"
#include "convert/kernel.hpp"
#include "convert/text.hpp"
#include "fiver/values/error.hpp"
#include "fiver/values/variable.hpp"

namespace fiver::convert {

namespace {

struct StoredPart {
  std::uint32_t count = 0;
  HeapId id;
  bool empty = true;
};

StoredPart load_part(const std::byte* element, unsigned offset_width) {
  const ByteView bytes(element, 8 + offset_width);
  StoredPart part;
  part.count = load_little<std::uint32_t>(bytes);
  bool undefined = true;
  for (unsigned i = 0; i < offset_width; ++i) {
    part.id.collection.value |= std::to_integer<std::uint64_t>(bytes[4 + i]) << (8 * i);
    undefined = undefined && bytes[4 + i] == std::byte{0xFF};
  }
  part.id.index = load_little<std::uint32_t>(bytes.subspan(4 + offset_width));
  part.empty = part.count == 0 || undefined || part.id.collection.value == 0;
  return part;
}

/// The bytes of `part`, of `unit` bytes an element: exactly as many as its count says. The object may be longer.
ByteView read_part(const StoredPart& part, std::size_t unit, const HeapReader& heap, HeapReader::Recent& recent) {
  const auto object = heap.read_next(part.id, recent);
  const auto wanted = std::uint64_t{part.count} * unit;  // both below 2^32
  if (wanted > object.size())
    throw Error(ErrorKind::corrupt,
                fmt::format("variable-length element: {} elements of {} bytes in object {} of the heap collection at "
                            "{}, which has {} bytes",
                            part.count, unit, part.id.index, part.id.collection.value, object.size()))
        .at(part.id.collection);
  return object.first(static_cast<std::size_t>(wanted));
}

void store_part(std::byte* element, unsigned offset_width, ByteView object, std::uint64_t count, HeapWriter& heap) {
  const MutableBytes bytes(element, 8 + offset_width);
  std::memset(element, 0, bytes.size());
  if (count == 0) return;
  if (count > UINT32_MAX)
    throw Error(ErrorKind::invalid_argument,
                fmt::format("variable-length element: {} elements, where the format counts to 2^32 - 1", count));
  const auto id = heap.put(object);
  store_little(static_cast<std::uint32_t>(count), bytes);
  for (unsigned i = 0; i < offset_width; ++i) bytes[4 + i] = static_cast<std::byte>(id.collection.value >> (8 * i));
  store_little(id.index, bytes.subspan(4 + offset_width));
}

VariablePart load_memory(const std::byte* element) {
  VariablePart part;
  std::memcpy(&part, element, sizeof part);
  if (part.size != 0 && part.data == nullptr)
    throw Error(ErrorKind::invalid_argument,
                fmt::format("variable-length element: {} elements at a null pointer", part.size));
  return part;
}

void store_memory(std::byte* element, const VariablePart& part) {
  std::memcpy(element, &part, sizeof part);
}

VariablePart kept(ByteView text, Arena& arena) {
  if (text.empty()) return {};
  const auto copy = arena.allocate(text.size());
  std::copy(text.begin(), text.end(), copy.begin());
  return {text.size(), copy.data()};
}

class ReadStrings : public Kernel {
 public:
  explicit ReadStrings(unsigned offset_width) : offset_width_(offset_width) {}
  void run(const Batch& b, const Context& context) const override {
    HeapReader::Recent recent;
    for (std::size_t i = 0; i < b.count; ++i) {
      const auto part = load_part(b.source + i * b.source_stride, offset_width_);
      VariablePart text;
      if (!part.empty) text = kept(read_part(part, 1, *context.heap, recent), *context.arena);
      store_memory(b.target + i * b.target_stride, text);
    }
  }

 private:
  unsigned offset_width_;
};

class WriteStrings : public Kernel {
 public:
  explicit WriteStrings(unsigned offset_width) : offset_width_(offset_width) {}
  void run(const Batch& b, const Context& context) const override {
    for (std::size_t i = 0; i < b.count; ++i) {
      const auto part = load_memory(b.source + i * b.source_stride);
      store_part(b.target + i * b.target_stride, offset_width_, {part.data, static_cast<std::size_t>(part.size)},
                 part.size, *context.writer);
    }
  }

 private:
  unsigned offset_width_;
};

class ReadSequences : public Kernel {
 public:
  ReadSequences(KernelPtr base, std::size_t stored, std::size_t memory, unsigned offset_width)
      : base_(std::move(base)), stored_(stored), memory_(memory), offset_width_(offset_width) {}
  void run(const Batch& b, const Context& context) const override {
    HeapReader::Recent recent;
    for (std::size_t i = 0; i < b.count; ++i) {
      const auto part = load_part(b.source + i * b.source_stride, offset_width_);
      VariablePart sequence;
      if (!part.empty) {
        const auto object = read_part(part, stored_, *context.heap, recent);  // before its size is believed
        const auto elements = context.arena->allocate(std::uint64_t{part.count} * memory_);
        base_->run({object.data(), elements.data(), stored_, memory_, part.count}, context);
        sequence = {part.count, elements.data()};
      }
      store_memory(b.target + i * b.target_stride, sequence);
    }
  }

 private:
  KernelPtr base_;
  std::size_t stored_, memory_;
  unsigned offset_width_;
};

class WriteSequences : public Kernel {
 public:
  WriteSequences(KernelPtr base, std::size_t memory, std::size_t stored, unsigned offset_width)
      : base_(std::move(base)), memory_(memory), stored_(stored), offset_width_(offset_width) {}
  void run(const Batch& b, const Context& context) const override {
    Bytes object;
    for (std::size_t i = 0; i < b.count; ++i) {
      const auto part = load_memory(b.source + i * b.source_stride);
      const auto size = checked_multiply(part.size, stored_);
      if (!size || part.size > UINT32_MAX)
        throw Error(ErrorKind::invalid_argument,
                    fmt::format("variable-length element: a sequence of {} elements", part.size));
      object.assign(static_cast<std::size_t>(*size), std::byte{0});
      base_->run({part.data, object.data(), memory_, stored_, static_cast<std::size_t>(part.size)}, context);
      store_part(b.target + i * b.target_stride, offset_width_, object, part.size, *context.writer);
    }
  }

 private:
  KernelPtr base_;
  std::size_t memory_, stored_;
  unsigned offset_width_;
};

/// From fixed strings to variable ones: VariableParts when reading, heap ids when writing.
class FixedToVariable : public Kernel {
 public:
  FixedToVariable(std::size_t size, StringPadding padding, const Making& making)
      : size_(size), padding_(padding), making_(making) {}
  void run(const Batch& b, const Context& context) const override {
    for (std::size_t i = 0; i < b.count; ++i) {
      const auto text = content_of({b.source + i * b.source_stride, size_}, padding_);
      auto* target = b.target + i * b.target_stride;
      if (making_.writing)
        store_part(target, making_.offset_width, text, text.size(), *context.writer);
      else
        store_memory(target, kept(text, *context.arena));
    }
  }

 private:
  std::size_t size_;
  StringPadding padding_;
  Making making_;
};

class VariableToFixed : public Kernel {
 public:
  VariableToFixed(std::size_t size, StringPadding padding, const Making& making)
      : size_(size), padding_(padding), making_(making) {}
  void run(const Batch& b, const Context& context) const override {
    HeapReader::Recent recent;
    for (std::size_t i = 0; i < b.count; ++i) {
      const auto* source = b.source + i * b.source_stride;
      ByteView text;
      if (making_.writing) {
        const auto part = load_memory(source);
        text = {part.data, static_cast<std::size_t>(part.size)};
      } else if (const auto part = load_part(source, making_.offset_width); !part.empty) {
        text = read_part(part, 1, *context.heap, recent);
      }
      put_text(up_to_nul(text), padding_, {b.target + i * b.target_stride, size_});
    }
  }

 private:
  std::size_t size_;
  StringPadding padding_;
  Making making_;
};

bool is_variable(const Datatype& type) {
  return type.is<VariableLengthType>() || type.is<VariableStringType>();
}

void expect_size(const Datatype& type, std::size_t size) {
  if (is_variable(type) && type.size() != size)
    throw Error(ErrorKind::invalid_argument,
                fmt::format("{} of {} bytes, where {} are needed", to_string(type), type.size(), size));
}

}  // namespace

KernelPtr make_variable_kernel(const Datatype& source, const Datatype& target, const Making& making) {
  if (!is_variable(source) && !is_variable(target)) return nullptr;
  const std::size_t in_file = 8 + making.offset_width;
  expect_size(source, making.writing ? sizeof(VariablePart) : in_file);
  expect_size(target, making.writing ? in_file : sizeof(VariablePart));
  const auto *from_text = source.as<VariableStringType>(), *to_text = target.as<VariableStringType>();
  if (from_text != nullptr && to_text != nullptr) {
    if (!charset_fits(from_text->charset, to_text->charset)) return nullptr;
    if (making.writing) return std::make_shared<WriteStrings>(making.offset_width);
    return std::make_shared<ReadStrings>(making.offset_width);
  }
  if (const auto* fixed = source.as<StringType>(); fixed != nullptr && to_text != nullptr) {
    if (!charset_fits(fixed->charset, to_text->charset)) return nullptr;
    return std::make_shared<FixedToVariable>(source.size(), fixed->padding, making);
  }
  if (const auto* fixed = target.as<StringType>(); fixed != nullptr && from_text != nullptr) {
    if (!charset_fits(from_text->charset, fixed->charset)) return nullptr;
    return std::make_shared<VariableToFixed>(target.size(), fixed->padding, making);
  }
  const auto *from = source.as<VariableLengthType>(), *to = target.as<VariableLengthType>();
  if (from == nullptr || to == nullptr) return nullptr;
  auto base = make_kernel(*from->base, *to->base, making);
  const std::size_t from_size = from->base->size(), to_size = to->base->size();
  if (making.writing) return std::make_shared<WriteSequences>(std::move(base), from_size, to_size, making.offset_width);
  return std::make_shared<ReadSequences>(std::move(base), from_size, to_size, making.offset_width);
}

}  // namespace fiver::convert
