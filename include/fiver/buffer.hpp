// Memory for results: not set to zero first, and on huge pages where it is large, since fresh small pages cost more than decoding.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

namespace fiver {

class Buffer {
 public:
  Buffer() = default;
  /// `size` bytes of any value. Throws limit when memory is short.
  explicit Buffer(std::size_t size);

  std::byte* data() { return bytes_.get(); }
  const std::byte* data() const { return bytes_.get(); }
  std::size_t size() const { return size_; }
  std::span<std::byte> span() { return {bytes_.get(), size_}; }
  std::span<const std::byte> span() const { return {bytes_.get(), size_}; }

 private:
  struct Free {
    void operator()(std::byte* bytes) const noexcept;
  };
  std::unique_ptr<std::byte[], Free> bytes_;
  std::size_t size_ = 0;
};

}  // namespace fiver
