#include "meta/object_header_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <set>

#include "base/decoder.hpp"

namespace fiver::meta {
namespace {

using format::MessageType;

class Assembly {
 public:
  Assembly(const FileView& file, Address address, bool past_cache) : file_(file), past_cache_(past_cache) {
    header_.address = address;
  }

  ObjectHeader run() {
    read_first_block();
    while (!waiting_.empty()) {
      const auto next = waiting_.front();
      waiting_.pop_front();
      read_continuation(next);
    }
    header_.reference_count = header_.prefix.reference_count;
    if (const auto* count = header_.find(MessageType::reference_count); count && !count->is_shared())
      header_.reference_count = format::decode_reference_count(count->body, file_.widths());
    return std::move(header_);
  }

 private:
  void read_first_block() {
    const auto address = header_.address;
    const auto room = std::min<std::uint64_t>(format::object_header_prefix_room,
                                              address.value < file_.end() ? file_.end() - address.value : 0);
    const auto start = file_.fetch(address, std::max<std::uint64_t>(room, 1), "object header", past_cache_);
    Decoder prefix(start.bytes, file_.widths(), "object header");
    header_.prefix = format::decode_object_header_prefix(prefix);
    charge(header_.prefix.block_bytes);
    auto block = file_.fetch(address, header_.prefix.block_bytes, "object header", past_cache_);
    visited_.insert(address.value);
    add(format::decode_first_block(block.bytes, header_.prefix), std::move(block));
  }

  void read_continuation(const format::Continuation& where) {
    if (!visited_.insert(where.address.value).second)
      throw Error(
          ErrorKind::corrupt,
          fmt::format("object header: the continuation block at address {} continues itself", where.address.value));
    if (visited_.size() > file_.limits().header_continuations)
      throw Error(ErrorKind::limit,
                  fmt::format("object header: more than {} continuation blocks", file_.limits().header_continuations));
    charge(where.length);
    auto block = file_.fetch(where.address, where.length, "object header continuation", past_cache_);
    header_.continuations.push_back({where.address, where.length});
    add(format::decode_continuation_block(block.bytes, header_.prefix), std::move(block));
  }

  void charge(std::uint64_t bytes) {
    if (bytes > file_.limits().header_bytes - header_.bytes)
      throw Error(ErrorKind::limit, fmt::format("object header: more than {} bytes", file_.limits().header_bytes));
    header_.bytes += bytes;
  }

  void add(const std::vector<format::RawMessage>& messages, SharedBytes block) {
    for (const auto& message : messages) {
      if (message.is(MessageType::nil)) continue;
      if (message.is(MessageType::continuation)) {
        waiting_.push_back(format::decode_continuation(message.body, file_.widths()));
        continue;
      }
      if (!format::is_known_message(message.type) && (message.flags & format::message_fail_if_unknown) != 0)
        throw Error(
            ErrorKind::unsupported,
            fmt::format("object header: message type {:#x} must be understood, and is not known", message.type));
      header_.messages.push_back(message);
    }
    header_.blocks.push_back(std::move(block));
  }

  const FileView& file_;
  bool past_cache_;
  ObjectHeader header_;
  std::deque<format::Continuation> waiting_;
  std::set<std::uint64_t> visited_;
};

}  // namespace

const format::RawMessage* ObjectHeader::find(MessageType type) const {
  const auto found = std::find_if(messages.begin(), messages.end(), [&](const auto& m) { return m.is(type); });
  return found == messages.end() ? nullptr : &*found;
}

ObjectHeader read_object_header(const FileView& file, Address address) {
  return file.retried(address, [&](bool past_cache) { return Assembly(file, address, past_cache).run(); });
}

}  // namespace fiver::meta
