#include "meta/file_view.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/checked.hpp"

namespace fiver::meta {

FileView::FileView(std::shared_ptr<Storage> storage, std::uint64_t base, FieldWidths widths, const Settings& settings)
    : storage_(std::move(storage)),
      base_(base),
      widths_(widths),
      settings_(settings),
      size_(storage_->size()),
      pages_(storage_, settings.cache_bytes) {}

std::uint64_t FileView::end() const {
  const auto size = size_.load();
  return size > base_ ? size - base_ : 0;
}

bool FileView::holds(Address address, std::uint64_t size) const {
  if (lies_within(address.value, size, end())) return true;
  const auto now = storage_->size();  // it may have grown; another thread may put an older size there meanwhile
  size_ = now;
  return now > base_ && lies_within(address.value, size, now - base_);
}

std::uint64_t FileView::position(Address address, std::uint64_t size, std::string_view what) const {
  if (!holds(address, size))
    throw Error(ErrorKind::corrupt,
                fmt::format("{}: {} bytes at address {}, but the file ends at {}", what, size, address.value, end()));
  return base_ + address.value;
}

SharedBytes FileView::fetch(Address address, std::uint64_t size, std::string_view what, bool past_cache) const {
  return fetch(address, size, what, past_cache, false);
}

SharedBytes FileView::fetch_some(Address address, std::uint64_t least, std::string_view what, bool past_cache) const {
  return fetch(address, least, what, past_cache, true);
}

SharedBytes FileView::fetch(Address address, std::uint64_t size, std::string_view what, bool past_cache,
                            bool with_rest) const {
  if (size > settings_.limits.metadata_block)
    throw Error(ErrorKind::limit,
                fmt::format("{}: {} bytes are more than the limit of {}", what, size, settings_.limits.metadata_block));
  const auto position = this->position(address, size, what);
  if (!overlay_.empty()) {
    const auto after = overlay_.upper_bound(address.value);
    if (after != overlay_.begin()) {
      const auto& [start, image] = *std::prev(after);
      if (lies_within(address.value - start, size, image.bytes.size()))
        return {image.keeper, image.bytes.subspan(address.value - start, static_cast<std::size_t>(size))};
    }
  }
  const auto bytes = static_cast<std::size_t>(size);
  auto read = past_cache  ? pages_.read_past(position, bytes)
              : with_rest ? pages_.read_on(position, bytes)
                          : pages_.read(position, bytes);
  if (read.bytes.size() < bytes)
    throw Error(ErrorKind::corrupt, fmt::format("{}: the file ended within its {} bytes", what, size));
  return read;
}

SharedBytes FileView::read(Address address, std::uint64_t size, std::string_view what) const {
  return fetch(address, size, what, false);
}

SharedBytes FileView::read_up_to(Address address, std::uint64_t size) const {
  if (!holds(address, size)) size = address.value < end() ? end() - address.value : 0;
  return read(address, size, "metadata");
}

void FileView::overlay(Address address, SharedBytes bytes) {
  overlay_[address.value] = std::move(bytes);
}

void FileView::refresh() {
  pages_.clear();
  size_ = storage_->size();
}

}  // namespace fiver::meta
