// What a ConversionPlan is made of: kernels that convert many elements in one call, side by side or scattered through larger ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/heap_access.hpp"
#include "convert/arena.hpp"
#include "fiver/values/datatype.hpp"

namespace fiver::convert {

/// `count` elements, the next one `stride` bytes on. The plan has checked that all lie inside the caller's views.
struct Batch {
  const std::byte* source = nullptr;
  std::byte* target = nullptr;
  std::size_t source_stride = 0, target_stride = 0;
  std::size_t count = 0;
};

struct Context {
  const HeapReader* heap = nullptr;
  Arena* arena = nullptr;
  HeapWriter* writer = nullptr;
};

class Kernel {
 public:
  virtual ~Kernel() = default;
  virtual void run(const Batch& batch, const Context& context) const = 0;
  /// Bytes of an element when the kernel only copies them, else 0.
  virtual std::size_t copies() const { return 0; }
};

using KernelPtr = std::shared_ptr<const Kernel>;

/// What is fixed for all parts of one plan.
struct Making {
  unsigned offset_width = 8;
  bool writing = false;  ///< from VariablePart to heap id
};

/// The conversion between two types of any class; throws invalid_argument when there is none.
KernelPtr make_kernel(const Datatype& source, const Datatype& target, const Making& making);

KernelPtr make_copy(std::size_t size);

// By class; null when the pair is none of theirs.
KernelPtr make_number_kernel(const Datatype& source, const Datatype& target);
KernelPtr make_enum_kernel(const Datatype& source, const Datatype& target);
KernelPtr make_string_kernel(const Datatype& source, const Datatype& target);
KernelPtr make_variable_kernel(const Datatype& source, const Datatype& target, const Making& making);
KernelPtr make_composite_kernel(const Datatype& source, const Datatype& target, const Making& making);

}  // namespace fiver::convert
