// Giving up whole fractal heaps, whoever made them.
#include <fmt/format.h>

#include <unordered_set>

#include "format/free_space.hpp"
#include "meta/btree2_reader.hpp"
#include "meta/btree2_writer.hpp"
#include "meta/fractal_heap_writer.hpp"

namespace fiver::meta {

using format::BTree2Type;

namespace {

class Freeing {
 public:
  Freeing(const FileView& file, BlockWriter& writer, const format::FractalHeapHeader& header)
      : file_(file), writer_(writer), header_(header), geometry_(header, file.widths()) {}

  void free(Address address, std::uint64_t size, std::string_view what) {
    if (!file_.holds(address, size))
      throw Error(ErrorKind::corrupt, fmt::format("fractal heap: its {} of {} bytes leaves the file", what, size))
          .at(address);
    if (!seen_.insert(address.value).second)
      throw Error(ErrorKind::corrupt, fmt::format("fractal heap: its {} stands in two places", what)).at(address);
    writer_.free(address, size);
  }

  void free_blocks() {
    if (!header_.root) return;
    if (header_.current_rows > 0) return free_table(*header_.root, header_.current_rows);
    free_direct({*header_.root, header_.filtered_root_size.value, 0}, geometry_.starting_size());
  }

  void free_huge_objects() {
    if (!header_.huge_tree) return;
    {
      const BTree2Reader tree(file_, *header_.huge_tree);
      const auto type = static_cast<BTree2Type>(tree.header().type);
      if (type < BTree2Type::huge_indirect || type > BTree2Type::huge_direct_filtered)
        throw Error(ErrorKind::corrupt,
                    fmt::format("fractal heap: its tree of huge objects has records of type {}", tree.header().type))
            .at(*header_.huge_tree);
      auto each = [&](ByteView record) {
        const auto object = format::decode_huge_object_record(record, file_.widths(), type);
        free(object.address, object.stored_size, "huge object");
        return true;
      };
      tree.for_each(each);
    }
    free_btree2(file_, writer_, *header_.huge_tree);
  }

  void free_space_record() {
    if (!header_.free_space_manager) return;
    const auto widths = file_.widths();
    const auto size = format::free_space_header_size(widths);
    format::FreeSpaceHeader record;
    try {
      record = file_.decode_at(*header_.free_space_manager, size, "free space header", [&](const SharedBytes& bytes) {
        return format::decode_free_space_header(bytes.bytes, widths);
      });
    } catch (const Error& error) {
      // No reader needs this record. That it is damaged costs its own space, and must not keep a group from being changed.
      if (error.kind() == ErrorKind::corrupt) return;
      throw;
    }
    free(*header_.free_space_manager, size, "free space header");
    if (record.list) free(*record.list, record.list_allocated.value, "free space list");
  }

 private:
  void free_direct(const format::FractalHeapChild& child, std::uint64_t size) {
    free(*child.address, header_.filtered() ? child.stored_size : size, "direct block");
  }

  void free_table(Address address, unsigned rows) {
    const auto size = geometry_.indirect_block_size(rows);
    const auto table = file_.decode_at(address, size, "fractal heap indirect block", [&](const SharedBytes& bytes) {
      return format::decode_fractal_heap_indirect_block(bytes.bytes, file_.widths(), geometry_, rows);
    });
    for (std::size_t i = 0; i < table.children.size(); ++i) {
      const auto& child = table.children[i];
      if (!child.address) continue;
      const auto row = static_cast<unsigned>(i / geometry_.width());
      if (row < geometry_.direct_rows()) {
        free_direct(child, geometry_.block_size(row));
        continue;
      }
      const auto below = geometry_.rows_of_indirect(row);
      if (below >= rows)
        throw Error(ErrorKind::corrupt, "fractal heap: a table is not smaller than the one above it").at(address);
      free_table(*child.address, below);
    }
    free(address, size, "indirect block");
  }

  const FileView& file_;
  BlockWriter& writer_;
  const format::FractalHeapHeader& header_;
  format::FractalHeapGeometry geometry_;
  std::unordered_set<std::uint64_t> seen_;
};

}  // namespace

void free_fractal_heap(const FileView& file, BlockWriter& writer, Address address) {
  const auto widths = file.widths();
  const auto header = file.retried(address, [&](bool past_cache) {
    const auto fetch = [&](std::uint16_t filter_bytes) {
      return file.fetch(address, format::fractal_heap_header_size(widths, filter_bytes), "fractal heap header",
                        past_cache);
    };
    const auto start = fetch(0);
    const auto filter_bytes = format::fractal_heap_filter_bytes(start.bytes, widths);
    return format::decode_fractal_heap_header((filter_bytes == 0 ? start : fetch(filter_bytes)).bytes, widths);
  });
  Freeing freeing(file, writer, header);
  freeing.free(address, format::fractal_heap_header_size(widths, header.filter_bytes), "header");
  freeing.free_blocks();
  freeing.free_huge_objects();
  freeing.free_space_record();
}

}  // namespace fiver::meta
