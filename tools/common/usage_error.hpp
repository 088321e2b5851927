// The command was called in a way that no input could make right: exit status 2.
#pragma once

#include <stdexcept>

namespace fiver::tools {

class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace fiver::tools
