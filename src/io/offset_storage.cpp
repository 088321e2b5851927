#include "io/offset_storage.hpp"

#include <fmt/format.h>

#include <vector>

#include "base/checked.hpp"
#include "fiver/values/error.hpp"

namespace fiver::io {

std::uint64_t OffsetStorage::size() const {
  const auto whole = ForwardingStorage::size();
  return whole > start_ ? whole - start_ : 0;
}

std::size_t OffsetStorage::read_at(std::uint64_t offset, std::span<std::byte> into) const {
  const auto place = checked_add(start_, offset);
  return place ? ForwardingStorage::read_at(*place, into) : 0;  // out of any file
}

void OffsetStorage::read_batch(std::span<ReadRequest> requests) const {
  std::vector<ReadRequest> moved(requests.begin(), requests.end());
  for (auto& request : moved) {
    const auto place = checked_add(start_, request.offset);
    if (!place) request.into = {};
    request.offset = place.value_or(0);
  }
  ForwardingStorage::read_batch(moved);
  for (std::size_t i = 0; i < moved.size(); ++i) requests[i].got = moved[i].got;
}

void OffsetStorage::prefetch(std::uint64_t offset, std::uint64_t length) const {
  if (const auto place = checked_add(start_, offset)) ForwardingStorage::prefetch(*place, length);
}

void OffsetStorage::write_at(std::uint64_t offset, std::span<const std::byte> bytes) {
  ForwardingStorage::write_at(shifted(offset), bytes);
}

void OffsetStorage::reserve(std::uint64_t size) {
  ForwardingStorage::reserve(shifted(size));
}

void OffsetStorage::resize(std::uint64_t size) {
  ForwardingStorage::resize(shifted(size));
}

std::uint64_t OffsetStorage::shifted(std::uint64_t offset) const {
  if (const auto place = checked_add(start_, offset)) return *place;
  throw std::move(
      Error(ErrorKind::io, fmt::format("byte {} after byte {} is out of any file", offset, start_)).in_file(name()));
}

}  // namespace fiver::io
