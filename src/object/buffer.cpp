#include "fiver/buffer.hpp"

#include <sys/mman.h>

#include <cstdlib>
#include <string>

#include "fiver/values/error.hpp"

namespace fiver {

Buffer::Buffer(std::size_t size) : size_(size) {
  if (size == 0) return;
  constexpr std::size_t huge_page = std::size_t{2} << 20;
  const auto alignment = size >= huge_page ? huge_page : std::size_t{64};
  void* memory = nullptr;
  if (::posix_memalign(&memory, alignment, size) != 0)
    throw Error(ErrorKind::limit, "no memory for a result of " + std::to_string(size) + " bytes");
  if (size >= huge_page) ::madvise(memory, size, MADV_HUGEPAGE);
  bytes_.reset(static_cast<std::byte*>(memory));
}

void Buffer::Free::operator()(std::byte* bytes) const noexcept {
  std::free(bytes);
}  // NOLINT: from posix_memalign

}  // namespace fiver
