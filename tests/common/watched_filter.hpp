// A filter of tests: flips every bit, counts what it does and tells each decode and encode to whoever watches.
#pragma once

#include <algorithm>
#include <atomic>
#include <functional>

#include "fiver/runtime.hpp"
#include "fiver/spi/filter.hpp"

namespace fiver::tests {

class WatchedFilter final : public Filter {
 public:
  static constexpr std::uint16_t number = 400;  // of the range for tests within a site

  /// Each is called at the start of a decode or encode, on the thread that does it.
  explicit WatchedFilter(std::function<void()> on_decode = {}, std::function<void()> on_encode = {})
      : on_decode_(std::move(on_decode)), on_encode_(std::move(on_encode)) {}

  std::uint64_t decodes() const { return decodes_.load(); }
  std::uint64_t encodes() const { return encodes_.load(); }
  void reset() { decodes_ = encodes_ = 0; }

  std::uint16_t id() const noexcept override { return number; }
  std::string_view name() const noexcept override { return "watched"; }
  FilterStatus decode(std::span<const std::uint32_t>, std::span<const std::byte> in, std::size_t, std::size_t room,
                      std::vector<std::byte>& out) const override {
    ++decodes_;
    if (on_decode_) on_decode_();
    return flip(in, room, out);
  }
  FilterStatus encode(std::span<const std::uint32_t>, std::span<const std::byte> in, std::size_t room,
                      std::vector<std::byte>& out) const override {
    ++encodes_;
    if (on_encode_) on_encode_();
    return flip(in, room, out);
  }

 private:
  static FilterStatus flip(std::span<const std::byte> in, std::size_t room, std::vector<std::byte>& out) {
    if (in.size() > room) return FilterStatus::no_room("larger than the room");
    out.resize(in.size());
    std::transform(in.begin(), in.end(), out.begin(), [](std::byte b) { return ~b; });
    return FilterStatus::ok();
  }

  std::function<void()> on_decode_, on_encode_;
  mutable std::atomic<std::uint64_t> decodes_{0}, encodes_{0};
};

/// A runtime of its own that knows `filter`.
inline std::shared_ptr<Runtime> runtime_with(std::shared_ptr<const Filter> filter, unsigned threads = 0) {
  Runtime::Settings settings;
  settings.threads = threads;
  auto runtime = std::make_shared<Runtime>(settings);
  if (filter) runtime->add_filter(std::move(filter));
  return runtime;
}

}  // namespace fiver::tests
