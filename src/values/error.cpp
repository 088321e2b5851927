#include "fiver/values/error.hpp"

namespace fiver {

std::string_view to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::not_found:
      return "not found";
    case ErrorKind::corrupt:
      return "corrupt";
    case ErrorKind::unsupported:
      return "unsupported";
    case ErrorKind::invalid_argument:
      return "invalid argument";
    case ErrorKind::io:
      return "I/O error";
    case ErrorKind::limit:
      return "limit reached";
    case ErrorKind::conflict:
      return "conflict";
    case ErrorKind::cancelled:
      return "cancelled";
  }
  return "error";
}

Error::Error(ErrorKind kind, std::string reason) : kind_(kind), reason_(std::move(reason)) {
  compose();
}

Error& Error::in(std::string_view structure) {
  reason_ = std::string(structure) + ": " + reason_;
  compose();
  return *this;
}

Error& Error::at(Address address) {
  if (!address_) address_ = address;
  compose();
  return *this;
}

Error& Error::in_object(std::string_view path) {
  if (object_.empty()) object_ = path;
  compose();
  return *this;
}

Error& Error::in_file(std::string_view name) {
  if (file_.empty()) file_ = name;
  compose();
  return *this;
}

Error& Error::for_filter(std::uint32_t number) {
  if (!filter_) filter_ = number;
  return *this;
}

void Error::compose() {
  line_.clear();
  if (!file_.empty()) line_ += file_ + ": ";
  if (!object_.empty()) line_ += object_ + ": ";
  line_ += reason_;
  if (address_) line_ += " (at address " + std::to_string(address_->value) + ")";
}

}  // namespace fiver
