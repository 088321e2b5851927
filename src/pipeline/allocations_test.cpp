#include <atomic>
#include <cstdlib>
#include <new>

#include "pipeline/allocations_testing.hpp"

namespace {
std::atomic<std::uint64_t> calls{0};
}

void* operator new(std::size_t size) {
  ++calls;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void* operator new[](std::size_t size) {
  return ::operator new(size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace fiver::pipeline {

std::uint64_t counted_allocations() noexcept {
  return calls.load();
}

}  // namespace fiver::pipeline
