#include "convert/plan.hpp"

#include <fmt/format.h>

#include <cstring>

#include "convert/kernel.hpp"
#include "fiver/values/error.hpp"

namespace fiver::convert {

namespace {

class Copy : public Kernel {
 public:
  explicit Copy(std::size_t size) : size_(size) {}
  std::size_t copies() const override { return size_; }
  void run(const Batch& b, const Context&) const override {
    if (b.source_stride == size_ && b.target_stride == size_) {
      if (b.count != 0) std::memcpy(b.target, b.source, b.count * size_);
      return;
    }
    switch (size_) {  // known sizes become single moves
      case 1:
        return each<1>(b);
      case 2:
        return each<2>(b);
      case 4:
        return each<4>(b);
      case 8:
        return each<8>(b);
      default:
        for (std::size_t i = 0; i < b.count; ++i)
          std::memcpy(b.target + i * b.target_stride, b.source + i * b.source_stride, size_);
    }
  }

 private:
  template <std::size_t Size>
  static void each(const Batch& b) {
    for (std::size_t i = 0; i < b.count; ++i)
      std::memcpy(b.target + i * b.target_stride, b.source + i * b.source_stride, Size);
  }
  std::size_t size_;
};

void expect(bool fits, const char* trouble) {
  if (!fits) throw Error(ErrorKind::invalid_argument, fmt::format("conversion: {}", trouble));
}

void expect_room(const char* what, std::size_t count, std::size_t size, std::size_t given) {
  std::size_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes) || bytes > given)
    throw Error(ErrorKind::invalid_argument,
                fmt::format("conversion: {} elements of {} bytes in a {} of {}", count, size, what, given));
}

/// The whole pair in front of what was wrong with a part of it.
KernelPtr make_whole(const Datatype& source, const Datatype& target, const Making& making) {
  try {
    return make_kernel(source, target, making);
  } catch (Error& error) {
    throw error.in(fmt::format("from {} to {}", to_string(source), to_string(target)));
  }
}

}  // namespace

KernelPtr make_copy(std::size_t size) {
  return std::make_shared<Copy>(size);
}

/// Opaque elements, references and times are carried when nothing about them differs, and are otherwise not converted (format notes 6:
/// opaque needs equal tags and sizes; other forms of a reference need the file).
KernelPtr make_kernel(const Datatype& source, const Datatype& target, const Making& making) {
  if (source == target && !has_variable_parts(source)) return make_copy(source.size());
  auto kernel = make_number_kernel(source, target);
  if (!kernel) kernel = make_enum_kernel(source, target);
  if (!kernel) kernel = make_string_kernel(source, target);
  if (!kernel) kernel = make_variable_kernel(source, target, making);
  if (!kernel) kernel = make_composite_kernel(source, target, making);
  if (!kernel)
    throw Error(ErrorKind::invalid_argument,
                fmt::format("no conversion from {} to {}", to_string(source), to_string(target)));
  return kernel;
}

ConversionPlan ConversionPlan::make(const Datatype& stored, const Datatype& memory, FieldWidths widths) {
  ConversionPlan plan;
  plan.kernel_ = make_whole(stored, memory, {widths.offset, false});
  plan.source_size_ = stored.size();
  plan.target_size_ = memory.size();
  plan.is_copy_ = plan.kernel_->copies() == plan.source_size_ && plan.source_size_ == plan.target_size_;
  plan.needs_heap_ = has_variable_parts(stored);
  plan.needs_arena_ = has_variable_parts(memory);
  return plan;
}

ConversionPlan ConversionPlan::make_for_writing(const Datatype& memory, const Datatype& stored, FieldWidths widths) {
  ConversionPlan plan;
  plan.kernel_ = make_whole(memory, stored, {widths.offset, true});
  plan.source_size_ = memory.size();
  plan.target_size_ = stored.size();
  plan.is_copy_ = plan.kernel_->copies() == plan.source_size_ && plan.source_size_ == plan.target_size_;
  plan.needs_heap_ = has_variable_parts(stored);
  plan.writes_ = true;
  return plan;
}

void ConversionPlan::convert(ByteView source, MutableBytes target, std::size_t count, const HeapReader* heap,
                             Arena* arena) const {
  expect_room("source", count, source_size_, source.size());
  expect_room("target", count, target_size_, target.size());
  expect(!writes_, "a plan made for writing");
  expect(!needs_heap_ || heap != nullptr, "variable-length data without a heap to read");
  expect(!needs_arena_ || arena != nullptr, "variable-length data without an arena to keep it");
  kernel_->run({source.data(), target.data(), source_size_, target_size_, count}, {heap, arena, nullptr});
}

void ConversionPlan::convert_for_writing(ByteView source, MutableBytes target, std::size_t count,
                                         HeapWriter* heap) const {
  expect_room("source", count, source_size_, source.size());
  expect_room("target", count, target_size_, target.size());
  expect(writes_, "a plan made for reading");
  expect(!needs_heap_ || heap != nullptr, "variable-length data without a heap to put it in");
  kernel_->run({source.data(), target.data(), source_size_, target_size_, count}, {nullptr, nullptr, heap});
}

bool converts(const Datatype& stored, const Datatype& memory, FieldWidths widths) {
  try {
    make_kernel(stored, memory, {widths.offset, false});
    return true;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::invalid_argument) return false;
    throw;
  }
}

}  // namespace fiver::convert
