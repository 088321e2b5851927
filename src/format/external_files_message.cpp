#include "format/external_files_message.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/decoder.hpp"
#include "fiver/values/dataspace.hpp"

namespace fiver::format {

ExternalFilesMessage decode_external_files(ByteView body, FieldWidths widths) {
  Decoder in(body, widths, "external files message");
  in.version(1);
  in.reserved(3);
  ExternalFilesMessage files;
  files.allocated_slots = in.u16("allocated slots");
  const std::size_t used = in.u16("used slots");
  if (used > files.allocated_slots) in.fail(fmt::format("{} of {} slots used", used, files.allocated_slots));
  files.heap = in.defined_address("local heap address");
  if (used * 3 * widths.length > in.remaining()) in.fail(fmt::format("{} slots in {} bytes", used, in.remaining()));
  for (std::size_t i = 0; i < used; ++i) {
    ExternalFileSlot slot;
    slot.name_offset = in.length("name offset");
    slot.file_offset = in.length("offset in the external file");
    slot.size = in.extent("size in the external file");
    if (slot.size == unlimited && i + 1 < used) in.fail(fmt::format("slot {} of {} is unlimited", i, used));
    files.slots.push_back(slot);
  }
  return files;
}

void encode_external_files(Encoder& out, const ExternalFilesMessage& files) {
  const auto allocated = std::max<std::size_t>(files.allocated_slots, files.slots.size());
  out.version(1);
  out.zeros(3);
  out.uint(allocated, 2);
  out.uint(files.slots.size(), 2);
  out.address(files.heap);
  for (const auto& slot : files.slots) {
    out.length(slot.name_offset);
    out.length(slot.file_offset);
    out.extent(slot.size);
  }
  out.zeros((allocated - files.slots.size()) * 3 * out.widths().length);
}

}  // namespace fiver::format
