// What the public handles hold: an open file as its caller opened it, and an object in it as it was when the handle was made.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "fiver/options.hpp"
#include "meta/attributes_reader.hpp"
#include "object/file_state.hpp"
#include "object/lazy.hpp"
#include "object/snapshot.hpp"

namespace fiver::object {

class VirtualView;

class FileHandle {
 public:
  FileHandle(std::shared_ptr<FileState> state, Options options)
      : state_(std::move(state)), options_(std::move(options)) {}
  FileState& state() const { return *state_; }
  const Options& options() const { return options_; }
  RuntimeState& runtime() const { return options_.runtime->state(); }

 private:
  std::shared_ptr<FileState> state_;
  Options options_;  // with a runtime
};

class Handle {
 public:
  /// `nesting`: how many virtual datasets lead here.
  Handle(std::shared_ptr<const FileHandle> file, std::shared_ptr<ObjectState> state, std::string path,
         unsigned nesting = 0);

  const std::shared_ptr<const FileHandle>& file() const { return file_; }
  const std::shared_ptr<ObjectState>& state() const { return state_; }
  /// What is known of the object: of a file open for reading, when the handle was made; of one open for writing, now.
  std::shared_ptr<const ObjectSnapshot> snapshot() const { return snapshot_ ? snapshot_ : state_->snapshot(); }
  const std::string& path() const { return path_; }
  Address address() const { return state_->address(); }
  unsigned nesting() const { return nesting_; }

  std::shared_ptr<const DatasetFacts> dataset() const;  ///< throws invalid_argument when it is none
  /// The same, as it was when it was first asked for: what never changes of a dataset may be referred to for as long as the handle lives.
  const DatasetFacts& lasting() const;
  const std::vector<VirtualMapping>& lasting_mappings() const;
  /// The dataset's elements; external files are searched for at the first call.
  std::shared_ptr<const pipeline::StoredElements> stored() const;
  /// Writes out what is staged, of the chunks between two corners (elements) or of all.
  void settle(const Box* bounds = nullptr) const;
  /// The dataset's sources and its extent as this caller's options have them; null unless virtual.
  std::shared_ptr<const VirtualView> virtual_view() const;
  /// The extent: of an unlimited virtual dataset, as far as its sources reach.
  Dataspace space() const;

  /// Runs `work`; an Error leaves with this object's path and file where it has none.
  template <class Work>
  decltype(auto) guarded(Work&& work) const {
    try {
      std::optional<FileWriter::Use> use;
      if (auto* writer = file_->state().writer()) use.emplace(*writer);
      return work();
    } catch (Error& error) {
      error.in_object(path_);
      error.in_file(file_->state().name());
      throw;
    }
  }

 private:
  std::shared_ptr<const FileHandle> file_;
  std::shared_ptr<ObjectState> state_;
  std::shared_ptr<const ObjectSnapshot> snapshot_;  ///< null in files open for writing
  std::string path_;
  unsigned nesting_ = 0;
  Lazy<DatasetFacts> lasting_;
  Lazy<std::vector<VirtualMapping>> mappings_;
  Lazy<VirtualView> view_;
  Lazy<pipeline::StoredElements> external_;
};

class AttributeHandle {
 public:
  AttributeHandle(std::shared_ptr<const Handle> object, meta::AttributeRecord record)
      : object_(std::move(object)), record_(std::move(record)) {}
  const Handle& object() const { return *object_; }
  const meta::AttributeRecord& record() const { return record_; }

 private:
  std::shared_ptr<const Handle> object_;
  meta::AttributeRecord record_;
};

/// "a" and "b" to "a/b", "/" and "b" to "/b".
std::string join_path(const std::string& group, const std::string& name);

}  // namespace fiver::object
