// A file-like object of Python as a file's storage.
#pragma once

#include <memory>

#include "fiver/spi/storage.hpp"
#include "module.hpp"

namespace fiver::python {

/// `file` has seek, tell and read or readinto, in binary. It is used by one thread at a time.
std::shared_ptr<Storage> storage_of(nb::object file, std::string name);

}  // namespace fiver::python
