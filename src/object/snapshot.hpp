// What the file said of one object when it was looked at: its header, and what follows from it, decoded when first asked for. Never
// changes; any thread may ask.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "fiver/object.hpp"
#include "fiver/values/dataspace.hpp"
#include "fiver/values/datatype.hpp"
#include "fiver/values/fill_value.hpp"
#include "fiver/values/filter_spec.hpp"
#include "fiver/values/layout.hpp"
#include "fiver/values/virtual_mapping.hpp"
#include "meta/links_reader.hpp"
#include "meta/object_header_reader.hpp"
#include "object/lazy.hpp"
#include "pipeline/stored_elements.hpp"

namespace fiver::object {

class FileState;

/// A dataset's messages.
struct DatasetFacts {
  Datatype type;
  std::optional<Address> committed_type;
  Dataspace space;
  Layout layout;
  FillValue fill;
  FilterPipeline filters;
  std::vector<ExternalFile> external_files;
};

class ObjectSnapshot {
 public:
  ObjectSnapshot(FileState& file, Address address);
  /// What changes while the file is written, and what a reader keeps from being used again.
  struct Live {
    std::shared_ptr<const meta::LinksReader> links;
    std::shared_ptr<const chunk::ChunkIndex> index;
    std::shared_ptr<const void> keeper;
  };
  ObjectSnapshot(FileState& file, meta::ObjectHeader header, Live live);

  FileState& file() const { return file_; }
  const meta::ObjectHeader& header() const { return header_; }
  ObjectKind kind() const { return kind_; }

  // Groups.
  std::shared_ptr<const meta::LinksReader> links() const;
  // Datasets and committed datatypes.
  std::shared_ptr<const DatasetFacts> dataset() const;
  Datatype committed_type() const;
  // Datasets.
  std::shared_ptr<const std::vector<VirtualMapping>> virtual_mappings() const;
  /// The chunk index or raw bytes of a dataset that is neither virtual nor external.
  std::shared_ptr<const pipeline::StoredElements> stored() const;
  pipeline::CodecChain codecs() const;

 private:
  struct TypeAndOwner {
    Datatype type;
    std::optional<Address> committed;
  };
  TypeAndOwner read_type() const;
  DatasetFacts read_dataset() const;
  std::unique_ptr<pipeline::StoredElements> open_stored() const;

  FileState& file_;
  meta::ObjectHeader header_;
  ObjectKind kind_;
  Live live_;
  Lazy<meta::LinksReader> links_;
  Lazy<DatasetFacts> dataset_;
  Lazy<std::vector<VirtualMapping>> mappings_;
  Lazy<pipeline::StoredElements> stored_;
};

/// Elements of a dataspace times the bytes of one; throws corrupt where that passes 64 bits.
std::uint64_t data_bytes(const Dataspace& space, const Datatype& type);

}  // namespace fiver::object
