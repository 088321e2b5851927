// A file cut into members of one size: member i holds bytes [i * size, (i + 1) * size).
// Format specification, III.A "Driver information", family.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/published.hpp"
#include "io/posix_storage.hpp"

namespace fiver::io {

/// The name of member `index` from a pattern with one "%d" in it, perhaps with zeros and a width
/// ("run%05d.h5"); "%%" is "%". Throws Error{invalid_argument} for any other pattern.
std::string family_member_name(const std::string& pattern, std::uint64_t index);
/// True for a pattern that family_member_name takes.
bool is_family_pattern(const std::string& pattern);

class FamilyStorage final : public Storage {
 public:
  /// Opens member `index`; null when there is none and `make` is false.
  using OpenMember = std::function<std::shared_ptr<Storage>(std::uint64_t index, bool make)>;

  /// Opens the members there are. `member_size` 0: the size of the first one. Throws Error{not_found} when
  /// there is no first member, unless `make`, then it makes it.
  FamilyStorage(std::string name, std::uint64_t member_size, OpenMember open, bool make = false);

  std::uint64_t member_size() const { return member_size_; }
  std::size_t members() const { return members_.load()->size(); }

  std::string name() const override { return name_; }
  StorageIdentity identity() const override;
  std::uint64_t change_stamp() const override;
  std::uint64_t size() const override;
  /// Where a member is shorter than its share and a later one has bytes, the gap reads as zeros.
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) const override;
  void prefetch(std::uint64_t offset, std::uint64_t length) const override;
  void write_at(std::uint64_t offset, std::span<const std::byte> bytes) override;
  void reserve(std::uint64_t size) override;
  /// Members past the end stay, empty.
  void resize(std::uint64_t size) override;
  void sync() override;
  /// Locks every member, those made later too.
  bool try_lock(LockMode mode) override;
  void unlock() override;

 private:
  using Members = std::vector<std::shared_ptr<Storage>>;
  template <class Piece>
  void for_each_piece(std::uint64_t offset, std::uint64_t length, Piece&& piece) const;
  /// At least the first `count` members, made where there are none.
  std::shared_ptr<const Members> with_members(std::uint64_t count);

  std::string name_;
  std::uint64_t member_size_;
  OpenMember open_;
  Published<Members> members_;
  Mutex mutex_;
  Condition made_;
  std::optional<LockMode> locked_;  // guarded by mutex_
  bool making_ = false;             // guarded by mutex_; only the thread that set it stores members_
};

/// The family of files with the names of `pattern`.
std::shared_ptr<FamilyStorage> open_family(const std::string& pattern, OpenMode mode, std::uint64_t member_size = 0,
                                           std::shared_ptr<DescriptorBudget> budget = nullptr);

}  // namespace fiver::io
