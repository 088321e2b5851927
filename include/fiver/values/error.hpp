// The one exception type of the library. It starts where the trouble is seen, with a reason, and gains the structure, address,
// object and file on its way up; what() is one line that a person can act on.
#pragma once

#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include "fiver/values/address.hpp"

namespace fiver {

enum class ErrorKind {
  not_found,         ///< a file, link, object, attribute or source that does not exist
  corrupt,           ///< bytes that the format specification does not allow
  unsupported,       ///< sound, but outside what this build reads or writes
  invalid_argument,  ///< the caller's selection, type, name or option does not fit
  io,                ///< the operating system refused
  limit,             ///< one of fiver::Limits was reached
  conflict,          ///< held by another process, or opened with other rights
  cancelled,         ///< stopped on request
};

/// The name of a kind in lower case with blanks, for messages ("not found").
std::string_view to_string(ErrorKind kind);

class Error : public std::exception {
 public:
  Error(ErrorKind kind, std::string reason);

  ErrorKind kind() const noexcept { return kind_; }
  /// What is wrong, with the structures it was seen in: "chunk (3,0): bitshuffle: block 17 ends early".
  const std::string& reason() const noexcept { return reason_; }
  const std::string& file() const noexcept { return file_; }
  /// The path of the object in the file, empty when the trouble is not an object's.
  const std::string& object() const noexcept { return object_; }
  std::optional<Address> address() const noexcept { return address_; }
  /// The number of the filter that has no decoder, when that is the trouble.
  std::optional<std::uint32_t> filter() const noexcept { return filter_; }

  /// "FILE: OBJECT: REASON (at address N)", each part where known.
  const char* what() const noexcept override { return line_.c_str(); }

  // Context, added while the error travels up. A part that is set stays: the innermost knows best.
  Error& in(std::string_view structure);  ///< puts "structure: " before the reason
  Error& at(Address address);
  Error& in_object(std::string_view path);
  Error& in_file(std::string_view name);
  Error& for_filter(std::uint32_t number);

 private:
  void compose();

  ErrorKind kind_;
  std::string reason_, file_, object_;
  std::optional<Address> address_;
  std::optional<std::uint32_t> filter_;
  std::string line_;
};

}  // namespace fiver
