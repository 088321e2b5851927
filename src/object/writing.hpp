// Elements into a dataset, however it is stored, through virtual datasets into their sources.
#pragma once

#include <memory>

#include "object/dataset_writer.hpp"
#include "object/handle.hpp"
#include "select/placed.hpp"

namespace fiver::object {

/// `memory`: the type of the bytes; elements of variable length are VariableParts. Throws what Dataset::write_converted does.
void write_elements(const std::shared_ptr<const Handle>& dataset, const select::Normalized& wanted,
                    const Datatype& memory, ByteView from, const ReadOptions& options);
/// One chunk as it is stored. Through a virtual dataset, when the cell is one whole chunk of a source.
void write_stored_chunk(const std::shared_ptr<const Handle>& dataset, const Shape& offset, ByteView stored,
                        std::uint32_t mask);
void resize(const Handle& dataset, const Shape& dims);

}  // namespace fiver::object
