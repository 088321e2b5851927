// The first bytes of a new file: a superblock and an empty root group.
#pragma once

#include "fiver/options.hpp"
#include "fiver/spi/storage.hpp"

namespace fiver::object {

/// Empties the storage and puts a file there. Throws invalid_argument for a user block of a size that can't be, io.
void make_file(Storage& storage, const NewFile& settings);

}  // namespace fiver::object
