// Which Python exception an Error becomes where the general rule (a thing not found is a KeyError) does not fit.
#pragma once

#include <string>

#include "fiver/values/error.hpp"
#include "module.hpp"

namespace fiver::python {

/// Of a read or another transfer of data: what is missing is an OSError. The GIL is held. Always throws.
[[noreturn]] void raise_while_reading(const Error& error);
/// Of opening the file `path`: FileNotFoundError, OSError. The GIL is held. Always throws.
[[noreturn]] void raise_file_error(const Error& error, const std::string& path);

}  // namespace fiver::python
