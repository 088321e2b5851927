// What one commit will write to fresh space, and the space it gives up, gathered before anything is written. Made and used by one thread.
#pragma once

#include <map>
#include <vector>

#include "meta/block_writer.hpp"
#include "meta/space.hpp"

namespace fiver::meta {

class ChangeSet final : public BlockWriter {
 public:
  ChangeSet(Space& space, FieldWidths widths) : space_(space), widths_(widths) {}

  FieldWidths widths() const override { return widths_; }
  Address allocate(std::uint64_t size) override {
    const auto address = space_.allocate(size);
    taken_.push_back({address, size});
    return address;
  }
  Address allocate_record(std::uint64_t size) override {
    const auto address = space_.allocate_record(size);
    taken_.push_back({address, size});
    return address;
  }
  /// Also for space that was handed out before this commit.
  void write(Address address, Bytes bytes) override { fresh_[address.value] = std::move(bytes); }
  void free(Address address, std::uint64_t size) override { freed_.push_back({address, size}); }
  struct Rewrite {
    Address address;
    Bytes before, now;
  };
  void rewrite(Address address, Bytes before, Bytes now) override {
    rewrites_.push_back({address, std::move(before), std::move(now)});
  }
  std::vector<Rewrite>& rewrites() { return rewrites_; }
  const std::map<std::uint64_t, Bytes>& fresh() const { return fresh_; }
  std::vector<Extent>& freed() { return freed_; }
  const std::vector<Extent>& taken() const { return taken_; }
  /// The commit did not happen: the space goes back.
  void give_up() noexcept {
    for (const auto& extent : taken_) space_.give_back(extent);
    taken_.clear();
  }

 private:
  Space& space_;
  FieldWidths widths_;
  std::map<std::uint64_t, Bytes> fresh_;
  std::vector<Extent> taken_, freed_;
  std::vector<Rewrite> rewrites_;
};

}  // namespace fiver::meta
