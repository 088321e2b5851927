// The links of a group in each of its three storages (format specification IV.A.2.c, g, r; III.A to III.D, III.G): a symbol table, link
// messages in the header, or a fractal heap with name and creation order trees.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "fiver/values/link.hpp"
#include "meta/file_view.hpp"
#include "meta/object_header_reader.hpp"

namespace fiver::meta {

/// Immutable; any thread may ask.
class LinksReader {
 public:
  virtual ~LinksReader() = default;
  /// Calls `visit` for each link in stored order until it returns false: symbol tables by name, headers as they stand, dense
  /// groups by the hash of the name.
  virtual void for_each(const std::function<bool(Link&&)>& visit) const = 0;
  virtual std::optional<Link> find(std::string_view name) const = 0;
  virtual std::uint64_t count() const = 0;
  /// About as many, for making room: known without reading what for_each() reads.
  virtual std::uint64_t estimated_count() const { return count(); }
};

/// `leaf_k`, `internal_k`: the file's B-tree parameters. `file` must outlive the reader, as must `header`.
std::unique_ptr<LinksReader> open_links(const FileView& file, const ObjectHeader& header, unsigned leaf_k,
                                        unsigned internal_k);

}  // namespace fiver::meta
