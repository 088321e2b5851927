// The layout that elements of a stored type have in memory.
#pragma once

#include "fiver/values/datatype.hpp"

namespace fiver::convert {

/// `stored` with every variable-length part as a VariablePart (16 bytes, values/variable.hpp) instead of a
/// heap id of 4 + offset width + 4 bytes. Byte orders, references and all else stay as stored. Members of a
/// compound move only by what the parts before them grew or shrank; with 8-byte addresses, nothing moves.
Datatype memory_form(const Datatype& stored);

/// True when `type`, at any depth, has sequences or strings of variable length: the parts that a VariablePart
/// stands for.
bool has_variable_parts(const Datatype& type);

}  // namespace fiver::convert
