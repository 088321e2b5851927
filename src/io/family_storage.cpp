#include "io/family_storage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <utility>

#include "base/checked.hpp"
#include "fiver/values/error.hpp"

namespace fiver::io {

namespace {

struct Pattern {
  std::string before, after;
  unsigned width = 0;
  bool zeros = false;
};

// Read here and never given to printf: patterns come from users, and a stray %s or %n would read or write memory.
std::optional<Pattern> parse(const std::string& text) {
  constexpr unsigned widest = 100;
  Pattern pattern;
  bool found = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto& side = found ? pattern.after : pattern.before;
    if (text[i] != '%') {
      side += text[i];
      continue;
    }
    if (++i == text.size()) return std::nullopt;
    if (text[i] == '%') {
      side += '%';
      continue;
    }
    if (found) return std::nullopt;
    for (; i < text.size() && text[i] == '0'; ++i) pattern.zeros = true;
    for (; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i) {
      pattern.width = pattern.width * 10 + static_cast<unsigned>(text[i] - '0');
      if (pattern.width > widest) return std::nullopt;
    }
    while (i < text.size() && text[i] == 'l') ++i;
    if (i == text.size() || (text[i] != 'd' && text[i] != 'i' && text[i] != 'u')) return std::nullopt;
    found = true;
  }
  if (!found) return std::nullopt;
  return pattern;
}

}  // namespace

bool is_family_pattern(const std::string& pattern) {
  return parse(pattern).has_value();
}

std::string family_member_name(const std::string& pattern, std::uint64_t index) {
  const auto parsed = parse(pattern);
  if (!parsed)
    throw Error(ErrorKind::invalid_argument,
                fmt::format("\"{}\" is no name of a family of files: it needs one %d, such as in run%05d.h5", pattern));
  auto number = std::to_string(index);
  if (number.size() < parsed->width) number.insert(0, parsed->width - number.size(), parsed->zeros ? '0' : ' ');
  return parsed->before + number + parsed->after;
}

FamilyStorage::FamilyStorage(std::string name, std::uint64_t member_size, OpenMember open, bool make)
    : name_(std::move(name)), member_size_(member_size), open_(std::move(open)) {
  Members members;
  while (auto member = open_(members.size(), false)) members.push_back(std::move(member));
  if (members.empty() && make) members.push_back(open_(0, true));
  if (members.empty()) throw std::move(Error(ErrorKind::not_found, "no first member").in_file(name_));
  if (member_size_ == 0) member_size_ = members.front()->size();
  if (member_size_ == 0)
    throw std::move(Error(ErrorKind::invalid_argument, "an empty family needs the size of its members").in_file(name_));
  members_.store(std::make_shared<const Members>(std::move(members)));
}

StorageIdentity FamilyStorage::identity() const {
  return members_.load()->front()->identity();
}

std::uint64_t FamilyStorage::change_stamp() const {
  std::uint64_t stamp = 0;
  for (const auto& member : *members_.load()) stamp = stamp * 0x9E3779B97F4A7C15U + member->change_stamp();
  return stamp;
}

std::uint64_t FamilyStorage::size() const {
  const auto members = members_.load();
  for (auto index = members->size(); index-- > 0;) {
    const auto bytes = std::min((*members)[index]->size(), member_size_);
    if (bytes > 0) return index * member_size_ + bytes;
  }
  return 0;
}

// Calls piece(member, offset in it, bytes, bytes before them) for the pieces of [offset, offset + length), while it returns true.
template <class Piece>
void FamilyStorage::for_each_piece(std::uint64_t offset, std::uint64_t length, Piece&& piece) const {
  for (std::uint64_t done = 0; done < length;) {
    const auto place = checked_add(offset, done);
    if (!place) return;
    const auto start = *place % member_size_;
    const auto here = std::min(length - done, member_size_ - start);
    if (!piece(*place / member_size_, start, here, done)) return;
    done += here;
  }
}

std::size_t FamilyStorage::read_at(std::uint64_t offset, std::span<std::byte> into) const {
  const auto members = members_.load();
  std::size_t total = 0;
  std::optional<std::uint64_t> end;  // of the file, asked for only when a member ends early
  for_each_piece(offset, into.size(),
                 [&](std::uint64_t index, std::uint64_t start, std::uint64_t here, std::uint64_t before) {
                   if (index >= members->size()) return false;
                   const auto target = into.subspan(static_cast<std::size_t>(before), static_cast<std::size_t>(here));
                   const auto got = (*members)[static_cast<std::size_t>(index)]->read_at(start, target);
                   total += got;
                   if (got == here) return true;
                   if (!end) end = size();
                   const auto place = offset + before;
                   const auto inside = static_cast<std::size_t>(std::min(here, *end - std::min(*end, place)));
                   if (inside > got) {
                     std::fill_n(target.begin() + static_cast<std::ptrdiff_t>(got), inside - got, std::byte{0});
                     total += inside - got;
                   }
                   return inside == here;
                 });
  return total;
}

void FamilyStorage::prefetch(std::uint64_t offset, std::uint64_t length) const {
  const auto members = members_.load();
  for_each_piece(offset, length, [&](std::uint64_t index, std::uint64_t start, std::uint64_t here, std::uint64_t) {
    if (index >= members->size()) return false;
    (*members)[static_cast<std::size_t>(index)]->prefetch(start, here);
    return true;
  });
}

void FamilyStorage::write_at(std::uint64_t offset, std::span<const std::byte> bytes) {
  if (!checked_add(offset, bytes.size()))
    throw std::move(Error(ErrorKind::io, fmt::format("cannot write at byte {}", offset)).in_file(name_));
  for_each_piece(offset, bytes.size(),
                 [&](std::uint64_t index, std::uint64_t start, std::uint64_t here, std::uint64_t before) {
                   const auto members = with_members(index + 1);
                   (*members)[static_cast<std::size_t>(index)]->write_at(
                       start, bytes.subspan(static_cast<std::size_t>(before), static_cast<std::size_t>(here)));
                   return true;
                 });
}

void FamilyStorage::reserve(std::uint64_t size) {
  const auto members = with_members(divide_up(size, member_size_));
  for (std::uint64_t index = 0; index * member_size_ < size; ++index)
    (*members)[static_cast<std::size_t>(index)]->reserve(std::min(member_size_, size - index * member_size_));
}

void FamilyStorage::resize(std::uint64_t size) {
  const auto members = with_members(divide_up(size, member_size_));
  for (std::uint64_t index = 0; index < members->size(); ++index) {
    const auto start = index * member_size_;
    (*members)[static_cast<std::size_t>(index)]->resize(start < size ? std::min(member_size_, size - start) : 0);
  }
}

void FamilyStorage::sync() {
  for (const auto& member : *members_.load()) member->sync();
}

bool FamilyStorage::try_lock(LockMode mode) {
  const auto members = members_.load();
  for (auto member = members->begin(); member != members->end(); ++member) {
    if ((*member)->try_lock(mode)) continue;
    for (auto held = members->begin(); held != member; ++held) (*held)->unlock();
    const std::lock_guard lock(mutex_);
    locked_.reset();
    return false;
  }
  const std::lock_guard lock(mutex_);
  locked_ = mode;
  return true;
}

void FamilyStorage::unlock() {
  {
    const std::lock_guard lock(mutex_);
    locked_.reset();
  }
  for (const auto& member : *members_.load()) member->unlock();
}

std::shared_ptr<const FamilyStorage::Members> FamilyStorage::with_members(std::uint64_t count) {
  auto members = members_.load();
  if (members->size() >= count) return members;
  // One thread at a time makes members, the others wait for it; a flag, because opening a file is no work to do under a mutex.
  std::unique_lock lock(mutex_);
  while (making_) made_.wait(mutex_);
  making_ = true;
  const auto locked = locked_;
  lock.unlock();
  const auto end_turn = [&] {
    lock.lock();
    making_ = false;
    made_.notify_all();
  };
  try {
    members = members_.load();
    while (members->size() < count) {
      auto member = open_(members->size(), true);
      if (locked && !member->try_lock(*locked))
        throw std::move(
            Error(ErrorKind::conflict, fmt::format("another holds its new member {}", member->name())).in_file(name_));
      auto next = std::make_shared<Members>(*members);
      next->push_back(std::move(member));
      members = std::move(next);
      members_.store(members);
    }
  } catch (...) {
    end_turn();
    throw;
  }
  end_turn();
  return members;
}

std::shared_ptr<FamilyStorage> open_family(const std::string& pattern, OpenMode mode, std::uint64_t member_size,
                                           std::shared_ptr<DescriptorBudget> budget) {
  const auto open_member = [pattern, mode, budget](std::uint64_t index, bool make) -> std::shared_ptr<Storage> {
    const auto path = family_member_name(pattern, index);
    if (make) {
      if (mode == OpenMode::read)
        throw std::move(Error(ErrorKind::io, "it was opened for reading only").in_file(pattern));
      return open_file(path, mode == OpenMode::create_exclusive ? mode : OpenMode::create, budget);
    }
    try {
      auto member = open_file(path, mode == OpenMode::read ? mode : OpenMode::read_write, budget);
      if (mode == OpenMode::create_exclusive)
        throw std::move(Error(ErrorKind::conflict, "the file exists").in_file(path));
      return member;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::not_found) throw;
      return nullptr;
    }
  };
  const bool make = mode == OpenMode::create || mode == OpenMode::create_exclusive;
  return std::make_shared<FamilyStorage>(pattern, member_size, open_member, make);
}

}  // namespace fiver::io
