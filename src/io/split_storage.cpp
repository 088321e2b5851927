#include "io/split_storage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "base/checked.hpp"
#include "fiver/values/error.hpp"

namespace fiver::io {

SplitStorage::SplitStorage(std::vector<Part> parts) : parts_(std::move(parts)) {
  std::stable_sort(parts_.begin(), parts_.end(), [](const Part& a, const Part& b) { return a.start < b.start; });
  if (parts_.empty() || parts_.front().start != 0 || !parts_.front().storage)
    throw Error(ErrorKind::invalid_argument, "a split file needs a part that starts at byte 0");
  for (std::size_t i = 1; i < parts_.size(); ++i)
    if (parts_[i].start == parts_[i - 1].start)
      throw Error(ErrorKind::invalid_argument,
                  fmt::format("two parts of a split file start at byte {}", parts_[i].start));
}

std::uint64_t SplitStorage::change_stamp() const {
  std::uint64_t stamp = 0;
  for (const auto& part : parts_)
    stamp = stamp * 0x9E3779B97F4A7C15U + (part.storage ? part.storage->change_stamp() : 0);
  return stamp;
}

std::uint64_t SplitStorage::size() const {
  for (auto part = parts_.rbegin(); part != parts_.rend(); ++part) {
    const auto bytes = part->storage ? part->storage->size() : 0;
    if (bytes > 0) return checked_add(part->start, bytes).value_or(std::numeric_limits<std::uint64_t>::max());
  }
  return 0;
}

std::uint64_t SplitStorage::stored_bytes() const {
  std::uint64_t bytes = 0;
  for (const auto& part : parts_) bytes += part.storage ? part.storage->size() : 0;
  return bytes;
}

std::size_t SplitStorage::part_at(std::uint64_t offset) const {
  const auto behind = std::upper_bound(parts_.begin(), parts_.end(), offset,
                                       [](auto value, const Part& part) { return value < part.start; });
  return static_cast<std::size_t>(behind - parts_.begin()) - 1;
}

Storage& SplitStorage::storage_of(std::size_t part) const {
  if (parts_[part].storage) return *parts_[part].storage;
  throw std::move(
      Error(ErrorKind::not_found, fmt::format("its part {} is missing", parts_[part].name)).in_file(name()));
}

// Calls piece(part, offset in the part, bytes, bytes before them) for the pieces of [offset, offset + length).
template <class Piece>
void SplitStorage::for_each_piece(std::uint64_t offset, std::uint64_t length, Piece&& piece) const {
  for (std::uint64_t done = 0; done < length;) {
    const auto place = checked_add(offset, done);
    if (!place) return;
    const auto part = part_at(*place);
    auto here = length - done;
    if (part + 1 < parts_.size()) here = std::min(here, parts_[part + 1].start - *place);
    piece(part, *place - parts_[part].start, here, done);
    done += here;
  }
}

std::size_t SplitStorage::read_at(std::uint64_t offset, std::span<std::byte> into) const {
  std::size_t end = 0;  // up to where bytes were found
  bool gap = false;
  for_each_piece(offset, into.size(),
                 [&](std::size_t part, std::uint64_t start, std::uint64_t length, std::uint64_t before) {
                   const auto target = into.subspan(static_cast<std::size_t>(before), static_cast<std::size_t>(length));
                   const auto got = storage_of(part).read_at(start, target);
                   std::fill(target.begin() + static_cast<std::ptrdiff_t>(got), target.end(), std::byte{0});
                   if (got > 0) end = static_cast<std::size_t>(before) + got;
                   gap = gap || got < length;
                 });
  if (!gap) return into.size();
  // A gap between parts is part of the file, behind the last part it is not.
  const auto whole = size();
  if (offset >= whole) return end;
  return std::max(end, static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), whole - offset)));
}

void SplitStorage::prefetch(std::uint64_t offset, std::uint64_t length) const {
  for_each_piece(offset, length, [&](std::size_t part, std::uint64_t start, std::uint64_t here, std::uint64_t) {
    if (parts_[part].storage) parts_[part].storage->prefetch(start, here);
  });
}

void SplitStorage::write_at(std::uint64_t offset, std::span<const std::byte> bytes) {
  if (!checked_add(offset, bytes.size()))
    throw std::move(Error(ErrorKind::io, fmt::format("cannot write at byte {}", offset)).in_file(name()));
  for_each_piece(offset, bytes.size(),
                 [&](std::size_t part, std::uint64_t start, std::uint64_t here, std::uint64_t before) {
                   storage_of(part).write_at(
                       start, bytes.subspan(static_cast<std::size_t>(before), static_cast<std::size_t>(here)));
                 });
}

void SplitStorage::reserve(std::uint64_t size) {
  if (size == 0) return;
  const auto part = part_at(size - 1);
  storage_of(part).reserve(size - parts_[part].start);
}

void SplitStorage::resize(std::uint64_t size) {
  const auto part = size == 0 ? 0 : part_at(size - 1);
  storage_of(part).resize(size - parts_[part].start);
  for (auto i = part + 1; i < parts_.size(); ++i)
    if (parts_[i].storage) parts_[i].storage->resize(0);
}

void SplitStorage::sync() {
  // The raw data first: the metadata says where it is.
  for (auto part = parts_.rbegin(); part != parts_.rend(); ++part)
    if (part->storage) part->storage->sync();
}

bool SplitStorage::try_lock(LockMode mode) {
  for (auto part = parts_.begin(); part != parts_.end(); ++part) {
    if (!part->storage || part->storage->try_lock(mode)) continue;
    for (auto held = parts_.begin(); held != part; ++held)
      if (held->storage) held->storage->unlock();
    return false;
  }
  return true;
}

void SplitStorage::unlock() {
  for (const auto& part : parts_)
    if (part.storage) part.storage->unlock();
}

std::shared_ptr<SplitStorage> open_split(const std::string& path, OpenMode mode,
                                         std::shared_ptr<DescriptorBudget> budget, std::vector<SplitMember> members) {
  if (members.empty()) members = {{"%s-m.h5", 0}, {"%s-r.h5", split_raw_start}};
  std::string base = path;
  for (auto& member : members) {
    if (!member.pattern.starts_with("%s") || member.pattern.find_first_of("%/\0", 2, 3) != std::string::npos)
      throw std::move(
          Error(ErrorKind::unsupported, fmt::format("a part of it has the name \"{}\"", member.pattern)).in_file(path));
    member.pattern.erase(0, 2);
    if (member.start == 0 && path.ends_with(member.pattern)) base = path.substr(0, path.size() - member.pattern.size());
  }
  std::vector<SplitStorage::Part> parts;
  for (const auto& member : members) {
    SplitStorage::Part part{member.start, nullptr, base + member.pattern};
    try {
      part.storage = open_file(part.name, mode, budget);
    } catch (const Error& error) {
      if (member.start == 0 || error.kind() != ErrorKind::not_found) throw;
    }
    parts.push_back(std::move(part));
  }
  return std::make_shared<SplitStorage>(std::move(parts));
}

}  // namespace fiver::io
