#include "digest/document.hpp"

#include <algorithm>
#include <new>

#include "common/json_writer.hpp"
#include "common/utf8.hpp"
#include "digest/canonical.hpp"
#include "digest/sha256.hpp"
#include "digest/type_json.hpp"
#include "digest/walk.hpp"
#include "fiver/fiver.hpp"

namespace fiver::tools {
namespace {

/// Data larger than this, by the size of their type, are left out.
constexpr std::uint64_t most_data = 64U << 20;

class Digest {
 public:
  explicit Digest(const File& file)
      : file_(file), walked_(walk_file(file)), canonical_(file, walked_.first), errors_(walked_.errors) {}

  std::string document() {
    JsonWriter objects;
    objects.begin_object();
    for (const auto& [key, met] : walked_.objects) {
      objects.key(met.path);
      write_object(objects, met);
    }
    objects.end_object();
    const FileInfo info = file_.info();
    JsonWriter json;
    json.begin_object()
        .key("errors")
        .number(errors_)
        .key("format")
        .string("h5digest-1")
        .key("objects")
        .raw(objects.take());
    json.key("superblock").number(info.superblock_version).key("userblock").number(info.user_block).end_object();
    json.end_line();
    return json.take();
  }

 private:
  std::string error(std::string_view where) {
    ++errors_;
    JsonWriter json;
    json.begin_object().key("error").string(where).end_object();
    return json.take();
  }

  static void write_members(JsonWriter& json, const Members& members) {
    json.begin_object();
    for (const auto& [name, value] : members) json.key(bytes_of(name)).raw(value);
    json.end_object();
  }

  void write_object(JsonWriter& json, const Met& met) {
    std::optional<Object> object;
    try {
      object = file_.object_at(met.address, met.path);
    } catch (const Error&) {
    }
    json.begin_object().key("attrs");
    write_attributes(json, object);
    if (met.kind == ObjectKind::dataset) {
      write_dataset(json, object);
    } else if (met.kind == ObjectKind::datatype) {
      write_committed_datatype(json, object);
    } else {
      json.key("kind").string("group").key("links");
      write_members(json, met.links);
      if (met.links_failed) json.key("links_error").string("iterate");
    }
    json.end_object();
  }

  void write_committed_datatype(JsonWriter& json, const std::optional<Object>& object) {
    try {
      if (!object) throw Error(ErrorKind::corrupt, "the object can't be opened again");
      const Datatype type = object->as_datatype().type();
      json.key("kind").string("datatype").key("type");
      write_type(json, type);
    } catch (const Error&) {
      ++errors_;
      json.key("error").string("object").key("kind").string("datatype");
    }
  }

  void write_attributes(JsonWriter& json, const std::optional<Object>& object) {
    Members members;
    std::vector<std::string> names;
    try {
      if (object) names = object->attribute_names();
    } catch (const Error&) {
      ++errors_;
      members[U"error"] = "\"iterate\"";
    }
    for (const std::string& name : names) {
      std::string& member = members[code_points(name)];
      try {
        member = attribute_json(object->attribute(name));
      } catch (const Error&) {
        member = error("attr");
      }
    }
    write_members(json, members);
  }

  std::string attribute_json(const Attribute& attribute) {
    JsonWriter json;
    json.begin_object();
    write_committed(json, attribute.committed_type());
    json.key("data").raw(data_json(attribute.type(), attribute.space(), [&] { return attribute.read_elements(); }));
    write_shape(json, attribute.space());
    json.key("type");
    write_type(json, attribute.type());
    json.end_object();
    return json.take();
  }

  void write_committed(JsonWriter& json, std::optional<Address> committed) const {
    if (!committed) return;
    const auto found = walked_.first.find(committed->value);
    json.key("committed").string(found == walked_.first.end() ? "?" : found->second);
  }

  static void write_shape(JsonWriter& json, const Dataspace& space) {
    json.key("shape");
    if (space.kind == Dataspace::Kind::null) {
      json.null();
    } else {
      json.numbers(space.dims);
    }
  }

  static void write_max(JsonWriter& json, const Dataspace& space) {
    if (space.kind != Dataspace::Kind::simple || !space.max_dims || *space.max_dims == space.dims) return;
    json.key("max").begin_array();
    for (const std::uint64_t n : *space.max_dims) n > (unlimited >> 1U) ? json.number(-1) : json.number(n);
    json.end_array();
  }

  void write_dataset(JsonWriter& json, const std::optional<Object>& object) {
    try {
      if (!object) throw Error(ErrorKind::corrupt, "the object can't be opened again");
      dataset_members(json, object->as_dataset());
    } catch (const Error&) {
      ++errors_;
      json.key("error").string("object").key("kind").string("dataset");
    }
  }

  /// Writes nothing unless all of it is known.
  void dataset_members(JsonWriter& json, const Dataset& dataset) {
    const Dataspace space = dataset.space();
    const Datatype type = dataset.type();
    const auto chunk = dataset.chunk_shape();
    const auto external = dataset.external_files();
    const auto mappings = dataset.virtual_mappings();
    const FilterPipeline filters = dataset.filters();
    const FillValue::Defined fill = dataset.fill_value().defined;
    const char* layout = layout_name(dataset.layout());
    JsonWriter type_text;
    write_type(type_text, type);
    const auto committed = dataset.committed_type();

    if (chunk) json.key("chunk").numbers(*chunk);
    write_committed(json, committed);
    json.key("data").raw(data_json(type, space, [&] { return dataset.read_elements(); }));
    if (!external.empty()) {
      json.key("external").begin_array();
      for (const ExternalFile& piece : external) {
        json.begin_array().string(piece.name).number(piece.offset);
        piece.size == unlimited ? json.number(-1) : json.number(piece.size);
        json.end_array();
      }
      json.end_array();
    }
    json.key("fill").string(fill == FillValue::Defined::undefined    ? "undefined"
                            : fill == FillValue::Defined::by_default ? "default"
                                                                     : "user");
    if (!filters.empty()) {
      json.key("filters").begin_array();
      for (const FilterSpec& filter : filters) {
        json.begin_array().number(filter.id).number(filter.flags).numbers(filter.values).end_array();
      }
      json.end_array();
    }
    json.key("kind").string("dataset").key("layout").string(layout);
    write_max(json, space);
    write_shape(json, space);
    json.key("type").raw(type_text.take());
    if (std::holds_alternative<VirtualLayout>(dataset.layout())) {
      json.key("virtual").begin_array();
      for (const VirtualMapping& mapping : mappings) {
        json.begin_array().string(mapping.source_file).string(mapping.source_dataset).end_array();
      }
      json.end_array();
    }
  }

  static const char* layout_name(const Layout& layout) {
    if (std::holds_alternative<CompactLayout>(layout)) return "compact";
    if (std::holds_alternative<ContiguousLayout>(layout)) return "contiguous";
    return std::holds_alternative<ChunkedLayout>(layout) ? "chunked" : "virtual";
  }

  template <class Read>
  std::string data_json(const Datatype& type, const Dataspace& space, const Read& read) {
    if (space.kind == Dataspace::Kind::null) return "null";
    const std::uint64_t size = std::max<std::uint64_t>(size_in_memory(type), 1);
    std::uint64_t count = 1;
    bool too_large = false, empty = false;
    for (const std::uint64_t n : space.dims) {
      empty = empty || n == 0;
      too_large = too_large || (n != 0 && count > most_data / n);
      count = too_large ? count : count * n;
    }
    if (empty) count = 0;
    if (!empty && (too_large || count > most_data / size)) return R"({"skip":"size"})";
    if (has_newer_references(type)) return R"({"skip":"type"})";
    try {
      return hash_json(count, count == 0 ? Elements{type, {}, 0, {}, {}} : read());
    } catch (const Error& failure) {
      if (!failure.filter()) return error("read");
      ++errors_;
      return "{\"unsupported\":" + std::to_string(*failure.filter()) + "}";
    } catch (const std::bad_alloc&) {
      return error("read");
    }
  }

  std::string hash_json(std::uint64_t count, const Elements& elements) const {
    Sha256 hash;
    std::string batch, head;
    std::uint64_t total = 0;
    const auto feed = [&](std::string_view bytes) {
      if (head.size() < 32) head.append(bytes.substr(0, 32 - head.size()));
      total += bytes.size();
      hash.add(bytes);
    };
    if (Canonical::is_verbatim(elements.type)) {
      feed({reinterpret_cast<const char*>(elements.bytes.data()), elements.bytes.size()});
    } else {
      for (std::uint64_t i = 0; i < count; ++i) {
        canonical_.append(batch, elements.type, elements.element(i));
        if (batch.size() >= (1U << 20)) feed(batch), batch.clear();
      }
      feed(batch);
    }
    JsonWriter json;
    json.begin_object().key("bytes").number(total).key("head").string(hexadecimal(head)).key("n").number(count);
    json.key("sha256").string(hash.hex()).end_object();
    return json.take();
  }

  const File& file_;
  const WalkedFile walked_;
  const Canonical canonical_;
  std::uint64_t errors_;
};

}  // namespace

std::string digest_document(const File& file) {
  return Digest(file).document();
}

}  // namespace fiver::tools
