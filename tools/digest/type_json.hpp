// The TYPE of the form "h5digest-1".
#pragma once

#include "common/json_writer.hpp"
#include "fiver/values/datatype.hpp"

namespace fiver::tools {

void write_type(JsonWriter& json, const Datatype& type);

/// Bytes of an element in libhdf5's memory, which is where the form's sizes and offsets come from: variable-length parts are pointers there.
std::uint64_t size_in_memory(const Datatype& type);

/// True when `type` has, at any depth, a reference of HDF5 1.12's kinds: the form leaves their data out.
bool has_newer_references(const Datatype& type);

}  // namespace fiver::tools
