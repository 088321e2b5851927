// A storage, read with some of its bytes replaced: a commit that was cut short, finished in memory for who may only read.
#pragma once

#include <algorithm>
#include <vector>

#include "base/bytes.hpp"
#include "io/forwarding_storage.hpp"

namespace fiver::io {

struct Patch {
  std::uint64_t position = 0;
  Bytes bytes;
};

class PatchedStorage final : public ForwardingStorage {
 public:
  PatchedStorage(std::shared_ptr<Storage> inner, std::vector<Patch> patches)
      : ForwardingStorage(std::move(inner)), patches_(std::move(patches)) {}

  std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) const override {
    const auto got = inner()->read_at(offset, into);
    for (const auto& patch : patches_) {
      const auto first = std::max(offset, patch.position);
      const auto end = std::min(offset + got, patch.position + patch.bytes.size());
      if (first >= end) continue;
      const auto part =
          ByteView(patch.bytes)
              .subspan(static_cast<std::size_t>(first - patch.position), static_cast<std::size_t>(end - first));
      std::copy(part.begin(), part.end(), into.begin() + static_cast<std::ptrdiff_t>(first - offset));
    }
    return got;
  }
  void read_batch(std::span<ReadRequest> requests) const override {
    for (auto& request : requests) request.got = read_at(request.offset, request.into);
  }

 private:
  std::vector<Patch> patches_;
};

}  // namespace fiver::io
