// fiver_interop: files for stock HDF5 to read, and changes to files that stock HDF5 made.
#pragma once

#include <filesystem>
#include <string>

#include "fiver/fiver.hpp"

namespace fiver::interop {

/// Writes one file for each of the format's areas into the folder; names begin with "native_" or "earliest_".
void make_files(const std::filesystem::path& folder, Compatibility compatibility);

/// Adds to the file, appends to and overwrites its datasets, shrinks, moves and removes, then reads back what it did. `round` differs
/// between edits of one file. Throws when something reads back wrong.
void edit_file(const std::filesystem::path& file, unsigned round);

/// Appends frames, each flushed, to "/data" of the file, which is made where there is none: all elements of frame i are i. Every tenth frame
/// adds a group with an attribute. Prints "ready" before the first. With `dies`, ends without closing.
void append_frames(const std::filesystem::path& file, WriterMode mode, unsigned count, bool dies);

/// Prints the links and attributes of "/wide" and "/ordered" by name, and "then"; changes some in each of `commits` commits; prints again.
void change_wide_groups(const std::filesystem::path& file, unsigned seed, unsigned commits);

/// `count` elements' bytes that the seed decides: small numbers, text in strings.
std::vector<std::byte> pattern(const Datatype& type, std::uint64_t count, std::uint64_t seed);

}  // namespace fiver::interop
