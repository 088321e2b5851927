// A whole file read and verified: every structure, checksum and chunk.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "fiver/file.hpp"
#include "fiver/values/error.hpp"

namespace fiver {

/// One thing wrong, or odd.
struct Fault {
  enum class Severity { error, warning };
  Severity severity = Severity::error;
  ErrorKind kind = ErrorKind::corrupt;
  std::string object;  ///< path
  std::optional<Address> address;
  std::string message;  ///< with the chunk's coordinates or the attribute's name
};

struct CheckReport {
  std::uint64_t objects = 0, attributes = 0, chunks = 0;
  std::uint64_t stored_bytes = 0, decoded_bytes = 0;
  std::vector<Fault> faults;
  bool sound() const;  ///< no fault but warnings
};

struct CheckOptions {
  bool decode_data = true;           ///< false: structures only
  std::uint64_t most_faults = 1000;  ///< kept in the report; counting goes on
  std::function<void(const Fault&)> on_fault;
  std::function<void(std::uint64_t bytes_done, std::uint64_t bytes_in_all)> progress;
};

/// Goes on after faults; throws only when the file can't be opened or walked at all.
CheckReport check(const File& file, const CheckOptions& options = {});

}  // namespace fiver
