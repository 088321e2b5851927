#include "fiver/file.hpp"

#include <cstdlib>
#include <sstream>

#include "io/posix_storage.hpp"
#include "io/split_storage.hpp"
#include "object/link_resolution.hpp"
#include "object/new_file.hpp"
#include "object/reference_elements.hpp"
#include "object/referral.hpp"
#include "object/runtime_state.hpp"

namespace fiver {
namespace {

/// The variables that users of the C library rely on, each a list of folders. Read here and nowhere else.
void read_environment(std::vector<std::string>& prefixes, const char* variable) {
  if (!prefixes.empty()) return;
  const char* value = std::getenv(variable);
  if (value == nullptr) return;
  std::istringstream list(value);
  for (std::string folder; std::getline(list, folder, ':');)
    if (!folder.empty()) prefixes.push_back(folder);
}

Options completed(Options options) {
  if (!options.runtime) options.runtime = Runtime::shared();
  read_environment(options.link_prefixes, "HDF5_EXT_PREFIX");
  read_environment(options.virtual_prefixes, "HDF5_VDS_PREFIX");
  read_environment(options.external_storage_prefixes, "HDF5_EXTFILE_PREFIX");
  return options;
}

std::string_view strategy_name(format::FileSpaceStrategy strategy) {
  switch (strategy) {
    case format::FileSpaceStrategy::free_space_managers:
      return "fsm";
    case format::FileSpaceStrategy::paged:
      return "page";
    case format::FileSpaceStrategy::aggregation:
      return "aggregate";
    case format::FileSpaceStrategy::none:
      break;
  }
  return "none";
}

}  // namespace

File File::open(const std::string& path, const Options& options) {
  return File(object::open_path(path, completed(options)));
}

File File::open(std::shared_ptr<Storage> storage, const Options& options) {
  return File(object::open_storage(std::move(storage), completed(options)));
}

File File::edit(const std::string& path, const Options& options) {
  return File(object::edit_path(path, completed(options)));
}

File File::edit(std::shared_ptr<Storage> storage, const Options& options) {
  return File(object::edit_storage(std::move(storage), completed(options), {}));
}

File File::create(const std::string& path, const NewFile& settings, const Options& options) {
  const auto mode = settings.keep_existing ? io::OpenMode::create_exclusive : io::OpenMode::create;
  return create(io::open_file(path, mode), settings, options);
}

File File::create(std::shared_ptr<Storage> storage, const NewFile& settings, const Options& options) {
  return File(object::edit_storage(std::move(storage), completed(options),
                                   [&](Storage& empty) { object::make_file(empty, settings); }));
}

bool File::is_writable() const {
  const auto* writer = handle_->state().writer();
  return writer != nullptr && !writer->is_closed();
}

void File::flush(std::optional<Durability> durability) const {
  auto& state = handle_->state();
  try {
    auto& writer = state.writer_or_throw();
    const object::FileWriter::Use use(writer);
    writer.commit(durability.value_or(writer.settings().flush));
  } catch (Error& error) {
    error.in_file(name());
    throw;
  }
}

void File::close() const {
  auto& state = handle_->state();
  if (state.writer() == nullptr) return;
  try {
    state.writer()->close();
  } catch (Error& error) {
    state.runtime().state().forget(state);
    error.in_file(name());
    throw;
  }
  state.runtime().state().forget(state);
}

bool File::is_hdf5(const std::string& path) {
  try {
    return meta::find_superblock(*io::open_file(path, io::OpenMode::read)).has_value();
  } catch (const Error& error) {
    // A superblock that can't be decoded has a signature all the same.
    return error.kind() == ErrorKind::corrupt || error.kind() == ErrorKind::unsupported;
  }
}

const std::string& File::name() const {
  return handle_->state().name();
}
const Options& File::options() const {
  return handle_->options();
}

FileInfo File::info() const {
  const auto& state = handle_->state();
  const auto& superblock = state.superblock().superblock;
  FileInfo info;
  info.name = state.name();
  info.superblock_version = superblock.version;
  info.user_block = state.superblock().position;
  const auto* split = dynamic_cast<const io::SplitStorage*>(&state.view().storage());
  info.size = split ? split->stored_bytes() : state.view().storage().size();
  info.end_of_file = superblock.end_of_file - superblock.base_address + state.superblock().position;
  info.offset_size = superblock.widths.offset;
  info.length_size = superblock.widths.length;
  info.open_for_writing = (superblock.flags & format::superblock_open_for_write) != 0;
  info.swmr_writing = (superblock.flags & format::superblock_swmr_write) != 0;
  const auto& parameters = state.parameters();
  if (parameters.file_space) {
    info.file_space_strategy = strategy_name(parameters.file_space->strategy);
    if (parameters.file_space->strategy == format::FileSpaceStrategy::paged)
      info.page_size = parameters.file_space->page_size;
  }
  info.has_cache_image = parameters.has_cache_image;
  info.has_shared_messages = parameters.shared_messages.has_value();
  return info;
}

Group File::root() const {
  return Group(std::make_shared<const object::Handle>(handle_, handle_->state().object(handle_->state().root()), "/"));
}

Object File::object_at(Address address, const std::string& path) const {
  return Object(std::make_shared<const object::Handle>(handle_, handle_->state().object(address), path));
}

Reference File::decode_reference(std::span<const std::byte> element, const Datatype& type) const {
  const auto* reference = type.as<ReferenceType>();
  if (reference == nullptr)
    throw Error(ErrorKind::invalid_argument, to_string(type) + " is not a reference").in_file(name());
  try {
    return object::decode_reference_element(handle_->state(), element, reference->kind);
  } catch (Error& error) {
    error.in_file(name());
    throw;
  }
}

std::vector<std::byte> File::encode_reference(const Reference& reference, const Datatype& type) const {
  const auto* wanted = type.as<ReferenceType>();
  if (wanted == nullptr)
    throw Error(ErrorKind::invalid_argument, to_string(type) + " is not a reference").in_file(name());
  try {
    auto& writer = handle_->state().writer_or_throw();
    const object::FileWriter::Use use(writer);
    auto& state = handle_->state();
    return object::encode_reference_element(state, object::with_whole_region(state, reference), wanted->kind);
  } catch (Error& error) {
    error.in_file(name());
    throw;
  }
}

std::optional<Object> File::dereference(const Reference& reference) const {
  if (!reference.object) return std::nullopt;
  if (!reference.file) return object_at(*reference.object);
  const auto other = object::open_referred(*handle_, ReferralKind::external_link, *reference.file);
  if (!other.file)
    throw Error(ErrorKind::not_found, "reference to an object of \"" + *reference.file + "\": " + other.reason)
        .in_file(name());
  return File(other.file).object_at(*reference.object);
}

void File::refresh() {
  handle_->state().refresh();
}

}  // namespace fiver
