// What one commit will write to fresh space, and the space it gives up, gathered before anything is written. Made and used by one thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "meta/block_writer.hpp"
#include "meta/space.hpp"
#include "meta/tree_paths.hpp"

namespace fiver::meta {

class ChangeSet final : public BlockWriter {
 public:
  ChangeSet(Space& space, FieldWidths widths, TreePaths* paths = nullptr)
      : space_(space), widths_(widths), paths_(paths) {}

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
  void write(Address address, Bytes bytes) override {
    if (paths_ != nullptr) paths_->forget(address);
    fresh_[address.value] = std::move(bytes);
  }
  void free(Address address, std::uint64_t size) override {
    if (paths_ != nullptr) paths_->forget(address);
    freed_.push_back({address, size});
  }
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
  /// What an earlier commit left in memory of the tree with this header.
  std::shared_ptr<BTree2Path> take_path(std::optional<Address> header) {
    return paths_ != nullptr && header ? paths_->take(*header) : nullptr;
  }
  /// For the next commit, when this one is done.
  void leave_path(std::shared_ptr<BTree2Path> path) {
    if (path) left_.push_back(std::move(path));
  }
  /// The commit happened.
  void keep_paths() {
    if (paths_ != nullptr)
      for (auto& path : left_) paths_->keep(std::move(path));
    left_.clear();
  }
  /// The commit did not happen: the space goes back.
  void give_up() noexcept {
    for (const auto& extent : taken_) space_.give_back(extent);
    taken_.clear();
  }

 private:
  Space& space_;
  FieldWidths widths_;
  TreePaths* paths_;
  std::vector<std::shared_ptr<BTree2Path>> left_;
  std::map<std::uint64_t, Bytes> fresh_;
  std::vector<Extent> taken_, freed_;
  std::vector<Rewrite> rewrites_;
};

}  // namespace fiver::meta
