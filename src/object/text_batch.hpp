// Many texts go into the file's global heap at once: what stands where is settled first, then workers fill whole collections and write them,
// before anything leads there.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "fiver/values/variable.hpp"
#include "object/heap_debris.hpp"

namespace fiver::object {

class RuntimeState;

struct TextBatch {
  FileState& file;
  RuntimeState& runtime;
  unsigned threads = 0;

  /// Puts the texts and sets the elements that name them; returns what was put. The same calls put the same objects at the same places, however
  /// many workers there are. Nothing is done where the texts are few: they had better share a collection with others.
  std::optional<std::vector<HeapRange>> put(std::span<const std::string> texts, MutableBytes elements) const;
  /// `texts`: VariableParts.
  std::optional<std::vector<HeapRange>> put(ByteView texts, MutableBytes elements) const;
};

}  // namespace fiver::object
