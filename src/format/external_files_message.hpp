// The external data files message (0x07), version 1 (format specification IV.A.2.h). Names stand in a local heap.
//
//   1 0(3) allocated-slots(2) used-slots(2) heap(O) {name-offset(L) file-offset(L) size(L)}...
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.hpp"
#include "base/encoder.hpp"
#include "base/field_widths.hpp"
#include "fiver/values/address.hpp"

namespace fiver::format {

struct ExternalFileSlot {
  std::uint64_t name_offset = 0;  ///< in the local heap
  std::uint64_t file_offset = 0;
  std::uint64_t size = 0;  ///< `unlimited` only in the last one
  friend bool operator==(const ExternalFileSlot&, const ExternalFileSlot&) = default;
};

struct ExternalFilesMessage {
  Address heap;
  std::uint16_t allocated_slots = 0;  ///< at least as many as used
  std::vector<ExternalFileSlot> slots;
  friend bool operator==(const ExternalFilesMessage&, const ExternalFilesMessage&) = default;
};

ExternalFilesMessage decode_external_files(ByteView body, FieldWidths widths);
/// Unused allocated slots are written as zeros.
void encode_external_files(Encoder& out, const ExternalFilesMessage& files);

}  // namespace fiver::format
