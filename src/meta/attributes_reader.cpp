#include "meta/attributes_reader.hpp"

#include <fmt/format.h>

#include "base/checked.hpp"
#include "base/checksum.hpp"
#include "format/attribute_message.hpp"
#include "format/btree2_records.hpp"
#include "format/dataspace_message.hpp"
#include "format/datatype_message.hpp"
#include "format/group_messages.hpp"
#include "meta/btree2_reader.hpp"
#include "meta/fractal_heap_reader.hpp"

namespace fiver::meta {
namespace {

using format::MessageType;
using Visit = std::function<bool(AttributeRecord&&)>;
using OnFault = std::function<void(const std::string&, const Error&)>;

class Attributes {
 public:
  Attributes(const FileView& file, const ObjectHeader& header, const SharedMessages& shared)
      : file_(file), header_(header), shared_(shared) {
    if (const auto* info = header.find(MessageType::attribute_info))
      info_ = format::decode_attribute_info(info->body, file.widths());
  }

  bool is_dense() const { return info_ && info_->heap && info_->name_tree; }

  /// `wanted`: only the attribute of that name is decoded whole.
  void for_each(const std::string_view* wanted, const Visit& visit, const OnFault& on_fault) const {
    const auto keeper = std::make_shared<std::vector<SharedBytes>>(header_.blocks);
    for (const auto& message : header_.messages) {
      if (!message.is(MessageType::attribute)) continue;
      const auto one = [&] {
        return shared_.resolve(message.body, message.is_shared(), keeper, MessageType::attribute);
      };
      std::optional<std::uint32_t> order;
      if (header_.prefix.tracks_attribute_order()) order = message.creation_index;
      if (!guarded(wanted, one, order, visit, on_fault)) return;
    }
    if (!is_dense()) return;
    const Dense dense(*this);
    FractalHeapReader::Held held;
    auto each = [&](ByteView bytes) {
      const auto record = format::decode_attribute_name_record(bytes);
      std::optional<std::uint32_t> order;
      if (info_->order_tracked) order = record.order;
      return guarded(
          wanted, [&] { return fetch(record, dense.heap, wanted == nullptr ? &held : nullptr); }, order, visit,
          on_fault);
    };
    const auto& names = dense.names;
    if (wanted == nullptr) return names.for_each(each);
    const auto hash = lookup3(bytes_of(*wanted));
    auto by_hash = [&](ByteView bytes) {
      const auto other = format::decode_attribute_name_record(bytes).hash;
      return other < hash ? -1 : other > hash ? 1 : 0;
    };
    names.find(by_hash, each);
  }

  void for_each_dense(const std::function<void(StoredAttribute&&)>& visit) const {
    if (!is_dense()) return;
    const Dense dense(*this);
    FractalHeapReader::Held held;
    auto each = [&](ByteView bytes) {
      const auto record = format::decode_attribute_name_record(bytes);
      StoredAttribute attribute{fetch(record, dense.heap, &held).body, {}, {}};
      attribute.name = format::decode_attribute(attribute.message.bytes, file_.widths()).name;
      if (info_->order_tracked) attribute.creation_order = record.order;
      visit(std::move(attribute));
      return true;
    };
    dense.names.for_each(each);
  }

 private:
  struct Dense {
    explicit Dense(const Attributes& attributes)
        : heap(attributes.file_, *attributes.info_->heap), names(attributes.file_, *attributes.info_->name_tree) {
      if (names.header().type != static_cast<std::uint8_t>(format::BTree2Type::attribute_name))
        throw Error(ErrorKind::corrupt,
                    fmt::format("dense attributes: the name tree has records of type {}", names.header().type))
            .at(*attributes.info_->name_tree);
    }
    FractalHeapReader heap;
    BTree2Reader names;
  };

  ResolvedMessage fetch(const format::AttributeNameRecord& record, const FractalHeapReader& heap,
                        FractalHeapReader::Held* held) const {
    if ((record.flags & format::message_shared) == 0) return {heap.read(record.id.view(), held), {}};
    format::SharedHeapId id{};
    if (record.id.size() != id.size())
      throw Error(ErrorKind::corrupt, "dense attributes: a shared heap id is not 8 bytes");
    std::copy(record.id.view().begin(), record.id.view().end(), id.begin());
    return shared_.resolve(format::SharedMessageRef{id}, MessageType::attribute);
  }

  template <class Fetch>
  bool guarded(const std::string_view* wanted, const Fetch& fetch, std::optional<std::uint32_t> order,
               const Visit& visit, const OnFault& on_fault) const {
    std::string name = "?";
    std::optional<AttributeRecord> record;
    try {
      const auto message = fetch();
      const auto attribute = format::decode_attribute(message.body.bytes, file_.widths());
      name = attribute.name;
      if (wanted != nullptr && name != *wanted) return true;
      record = decode(attribute, message.body.keeper, order);
    } catch (Error& error) {
      error.in(fmt::format("attribute \"{}\"", name));
      if (!on_fault) throw;
      on_fault(name, error);
      return true;
    }
    return visit(std::move(*record));
  }

  AttributeRecord decode(const format::AttributeMessage& attribute, const std::shared_ptr<const void>& keeper,
                         std::optional<std::uint32_t> order) const {
    const auto type = shared_.resolve(attribute.type, attribute.type_shared, keeper, MessageType::datatype);
    const auto space = shared_.resolve(attribute.space, attribute.space_shared, keeper, MessageType::dataspace);
    AttributeRecord record{attribute.name,
                           attribute.charset,
                           order,
                           format::decode_datatype(type.body.bytes, file_.widths(), file_.limits()),
                           format::decode_dataspace(space.body.bytes, file_.widths()),
                           type.committed,
                           {}};
    const auto size = checked_multiply(record.space.element_count(), record.type.size());
    if (!size || *size > attribute.data.size())
      throw Error(ErrorKind::corrupt,
                  fmt::format("{} elements of {} bytes, but its message has {} bytes of data",
                              record.space.element_count(), record.type.size(), attribute.data.size()));
    record.data = {keeper, attribute.data.first(static_cast<std::size_t>(*size))};
    return record;
  }

  const FileView& file_;
  const ObjectHeader& header_;
  const SharedMessages& shared_;
  std::optional<format::AttributeInfo> info_;
};

}  // namespace

void for_each_attribute(const FileView& file, const ObjectHeader& header, const SharedMessages& shared,
                        const Visit& visit, const OnFault& on_fault) {
  Attributes(file, header, shared).for_each(nullptr, visit, on_fault);
}

void for_each_dense_attribute(const FileView& file, const ObjectHeader& header, const SharedMessages& shared,
                              const std::function<void(StoredAttribute&&)>& visit) {
  Attributes(file, header, shared).for_each_dense(visit);
}

std::optional<AttributeRecord> find_attribute(const FileView& file, const ObjectHeader& header,
                                              const SharedMessages& shared, std::string_view name) {
  std::optional<AttributeRecord> found;
  const Visit take = [&](AttributeRecord&& record) {
    found = std::move(record);
    return false;
  };
  Attributes(file, header, shared).for_each(&name, take, {});
  return found;
}

}  // namespace fiver::meta
