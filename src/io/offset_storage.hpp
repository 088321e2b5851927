// The part of a storage from an offset on, as a storage: a file behind a user block, or inside a larger one.
#pragma once

#include "io/forwarding_storage.hpp"

namespace fiver::io {

class OffsetStorage final : public ForwardingStorage {
 public:
  OffsetStorage(std::shared_ptr<Storage> inner, std::uint64_t start)
      : ForwardingStorage(std::move(inner)), start_(start) {}

  std::uint64_t start() const { return start_; }

  std::uint64_t size() const override;
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) const override;
  void read_batch(std::span<ReadRequest> requests) const override;
  void prefetch(std::uint64_t offset, std::uint64_t length) const override;
  void write_at(std::uint64_t offset, std::span<const std::byte> bytes) override;
  void reserve(std::uint64_t size) override;
  void resize(std::uint64_t size) override;

 private:
  std::uint64_t shifted(std::uint64_t offset) const;

  std::uint64_t start_;
};

}  // namespace fiver::io
