#include "meta/object_header_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/decoder.hpp"
#include "meta/address_set.hpp"

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
    for (std::size_t i = 0; i < waiting_.size(); ++i) {
      const auto next = waiting_[i];
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
    // Most headers are small and lie in one page, so that one look into the cache gives all of them.
    const auto start = file_.fetch_some(address, std::max<std::uint64_t>(room, 1), "object header", past_cache_);
    Decoder prefix(start.bytes, file_.widths(), "object header");
    header_.prefix = format::decode_object_header_prefix(prefix);
    charge(header_.prefix.block_bytes);
    const auto size = header_.prefix.block_bytes;
    auto block = size <= std::min<std::uint64_t>(start.bytes.size(), file_.limits().metadata_block)
                     ? SharedBytes{start.keeper, start.bytes.first(static_cast<std::size_t>(size))}
                     : file_.fetch(address, size, "object header", past_cache_);
    add(format::decode_first_block(block.bytes, header_.prefix), std::move(block));
  }

  void read_continuation(const format::Continuation& where) {
    visited_.insert(header_.address.value);
    if (!visited_.insert(where.address.value))
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

  void add(std::vector<format::RawMessage>&& messages, SharedBytes block) {
    auto kept = messages.begin();
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
      *kept++ = message;
    }
    messages.erase(kept, messages.end());
    if (header_.messages.empty())
      header_.messages = std::move(messages);
    else
      header_.messages.insert(header_.messages.end(), messages.begin(), messages.end());
    header_.blocks.push_back(std::move(block));
  }

  const FileView& file_;
  bool past_cache_;
  ObjectHeader header_;
  std::vector<format::Continuation> waiting_;
  AddressSet visited_;  // stays empty where one block is all
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
