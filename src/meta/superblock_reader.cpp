#include "meta/superblock_reader.hpp"

#include <fmt/format.h>

#include "base/checked.hpp"
#include "format/cache_image.hpp"
#include "meta/object_header_reader.hpp"

namespace fiver::meta {
namespace {

using format::MessageType;

void lay_cache_image_over(FileView& file, const format::CacheImageMessage& message) {
  if (!message.address || message.length == 0) return;
  const auto block = file.read(*message.address, message.length, "metadata cache image");
  auto image = std::make_shared<format::CacheImage>(format::decode_cache_image(block.bytes, file.widths()));
  for (const auto& entry : image->entries) file.overlay(entry.address, {image, entry.bytes});
}

void read_extension(FileView& file, Address extension, FileParameters& parameters) {
  const auto widths = file.widths();
  // The cache image first: the extension's own other messages are never in it, but what they lead to may be.
  const auto header = read_object_header(file, extension);
  if (const auto* message = header.find(MessageType::cache_image)) {
    parameters.has_cache_image = true;
    lay_cache_image_over(file, format::decode_cache_image_message(message->body, widths));
  }
  if (const auto* message = header.find(MessageType::btree_k)) {
    const auto k = format::decode_btree_k(message->body, widths);
    parameters.leaf_k = k.group_leaf;
    parameters.internal_k = k.group_internal;
    parameters.chunk_k = k.chunk;
  }
  if (const auto* message = header.find(MessageType::driver_info))
    parameters.driver = format::decode_driver_info_message(message->body, widths);
  if (const auto* message = header.find(MessageType::file_space_info)) {
    // Early versions of HDF5 1.10 wrote other forms of it. A reader needs nothing of what it says.
    try {
      parameters.file_space = format::decode_file_space_info(message->body, widths);
    } catch (const Error&) {
      parameters.file_space.reset();
    }
  }
  if (const auto* message = header.find(MessageType::shared_message_table))
    parameters.shared_messages = format::decode_shared_message_table_message(message->body, widths);
}

}  // namespace

std::optional<FoundSuperblock> find_superblock(const Storage& storage) {
  const auto size = storage.size();
  Bytes start(format::superblock_fetch_size);
  for (std::uint64_t position = 0; position < size; position = format::next_signature_position(position)) {
    const auto got = storage.read_at(position, start);
    const auto bytes = ByteView(start).first(got);
    if (format::has_superblock_signature(bytes)) return FoundSuperblock{format::decode_superblock(bytes), position};
    if (position > size / 2) break;
  }
  return std::nullopt;
}

FileParameters read_parameters(FileView& file, const FoundSuperblock& found) {
  const auto& superblock = found.superblock;
  FileParameters parameters{
      superblock.group_leaf_k, superblock.group_internal_k, superblock.chunk_k, {}, {}, {}, false};
  if (superblock.extension) {
    try {
      read_extension(file, *superblock.extension, parameters);
    } catch (Error& error) {
      error.in("superblock extension");
      throw;
    }
  }
  if (superblock.driver_info) {
    const auto start = file.read(*superblock.driver_info, format::driver_info_block_prefix, "driver information block");
    const auto size = format::driver_info_block_size(start.bytes);
    parameters.driver = file.decode_at(*superblock.driver_info, size, "driver information block",
                                       [](const SharedBytes& b) { return format::decode_driver_info_block(b.bytes); });
  }
  return parameters;
}

void check_not_truncated(const Storage& storage, const FoundSuperblock& found) {
  // Where the signature is not at the stored base address, all that follows has moved by the difference.
  const auto length = found.superblock.end_of_file >= found.superblock.base_address
                          ? found.superblock.end_of_file - found.superblock.base_address
                          : found.superblock.end_of_file;
  const auto end = checked_add(found.position, length);
  const auto size = storage.size();
  if (!end || *end > size)
    throw Error(ErrorKind::corrupt, fmt::format("the file is truncated: it has {} bytes, its superblock says {}", size,
                                                end ? *end : found.superblock.end_of_file));
}

}  // namespace fiver::meta
