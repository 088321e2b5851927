#include "meta/links_reader.hpp"

#include <fmt/format.h>

#include "base/checksum.hpp"
#include "format/btree2_records.hpp"
#include "format/link_message.hpp"
#include "meta/btree2_reader.hpp"
#include "meta/fractal_heap_reader.hpp"
#include "meta/old_group_reader.hpp"

namespace fiver::meta {
namespace {

using format::MessageType;

class CompactLinks final : public LinksReader {
 public:
  CompactLinks(const FileView& file, const ObjectHeader& header) {
    for (const auto& message : header.messages)
      if (message.is(MessageType::link)) links_.push_back(format::decode_link(message.body, file.widths()));
  }

  void for_each(const std::function<bool(Link&&)>& visit) const override {
    for (const auto& link : links_)
      if (!visit(Link(link))) return;
  }
  std::optional<Link> find(std::string_view name) const override {
    for (const auto& link : links_)
      if (link.name == name) return link;
    return std::nullopt;
  }
  std::uint64_t count() const override { return links_.size(); }

 private:
  std::vector<Link> links_;
};

class DenseLinks final : public LinksReader {
 public:
  DenseLinks(const FileView& file, Address heap, Address names) : file_(file), heap_(file, heap), names_(file, names) {
    if (names_.header().type != static_cast<std::uint8_t>(format::BTree2Type::link_name))
      throw Error(ErrorKind::corrupt,
                  fmt::format("dense group: its name tree has records of type {}", names_.header().type))
          .at(names);
  }

  void for_each(const std::function<bool(Link&&)>& visit) const override {
    FractalHeapReader::Held held;
    auto each = [&](ByteView record) {
      const auto id = format::decode_link_name_record(record).id;
      return visit(format::decode_link(heap_.read(id.view(), &held).bytes, file_.widths()));
    };
    names_.for_each(each);
  }

  std::optional<Link> find(std::string_view name) const override {
    const auto hash = lookup3(bytes_of(name));
    std::optional<Link> found;
    auto order = [&](ByteView record) {
      const auto other = format::decode_link_name_record(record).hash;
      return other < hash ? -1 : other > hash ? 1 : 0;
    };
    auto visit = [&](ByteView record) {
      auto link = link_of(record);
      if (link.name != name) return true;
      found = std::move(link);
      return false;
    };
    names_.find(order, visit);
    return found;
  }
  std::uint64_t count() const override { return names_.size(); }

 private:
  Link link_of(ByteView record) const {
    const auto id = format::decode_link_name_record(record).id;
    const auto message = heap_.read(id.view());
    return format::decode_link(message.bytes, file_.widths());
  }

  const FileView& file_;
  FractalHeapReader heap_;
  BTree2Reader names_;
};

}  // namespace

std::unique_ptr<LinksReader> open_links(const FileView& file, const ObjectHeader& header, unsigned leaf_k,
                                        unsigned internal_k) {
  if (const auto* table = header.find(MessageType::symbol_table))
    return std::make_unique<OldGroupReader>(file, format::decode_symbol_table_message(table->body, file.widths()),
                                            leaf_k, internal_k);
  if (const auto* info = header.find(MessageType::link_info)) {
    const auto decoded = format::decode_link_info(info->body, file.widths());
    if (decoded.heap && decoded.name_tree) return std::make_unique<DenseLinks>(file, *decoded.heap, *decoded.name_tree);
  }
  return std::make_unique<CompactLinks>(file, header);
}

}  // namespace fiver::meta
