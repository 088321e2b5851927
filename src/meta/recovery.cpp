#include "meta/recovery.hpp"

#include <algorithm>
#include <optional>

#include "io/patched_storage.hpp"

namespace fiver::meta {
namespace {

/// Records are small; a size beyond this is no record of ours.
constexpr std::uint64_t most_record_bytes = std::uint64_t{1} << 30;

Bytes read_exactly(const Storage& storage, std::uint64_t position, std::uint64_t size) {
  Bytes bytes(static_cast<std::size_t>(size));
  bytes.resize(storage.read_at(position, bytes));
  return bytes;
}

enum class State { before, between, finished, torn, foreign };

State state_of(const format::JournalEntry& entry, const Bytes& now) {
  const auto& images = entry.images;
  if (now == images.back()) return State::finished;
  if (now == images.front()) return State::before;
  if (std::find(images.begin(), images.end(), now) != images.end()) return State::between;
  if (now.size() != images.back().size()) return State::foreign;
  for (std::size_t i = 0; i < now.size(); ++i)
    if (std::none_of(images.begin(), images.end(), [&](const Bytes& image) { return image[i] == now[i]; }))
      return State::foreign;
  return State::torn;
}

std::optional<format::JournalTrailer> find_trailer(const Storage& storage, std::uint64_t& at) {
  const auto size = storage.size();
  if (size < 2 * format::journal_trailer_size || size % format::journal_trailer_size != 0) return std::nullopt;
  at = size - format::journal_trailer_size;
  auto trailer = format::decode_journal_trailer(read_exactly(storage, at, format::journal_trailer_size), at);
  if (trailer && at - trailer->record_position > most_record_bytes) trailer.reset();
  return trailer;
}

}  // namespace

bool has_commit_record(const Storage& storage) {
  std::uint64_t at = 0;
  return find_trailer(storage, at).has_value();
}

Recovery find_unfinished_commit(const Storage& storage) {
  Recovery recovery;
  std::uint64_t at = 0;
  const auto trailer = find_trailer(storage, at);
  if (!trailer) return recovery;
  auto entries = format::decode_journal_record(
      read_exactly(storage, trailer->record_position, at - trailer->record_position), *trailer);
  if (!entries) return recovery;
  std::vector<State> states;
  for (const auto& entry : *entries)
    states.push_back(state_of(entry, read_exactly(storage, entry.position, entry.images.back().size())));
  // Nothing was rewritten yet: after a power cut the record may be there while blocks that were written along with it are not.
  if (std::none_of(states.begin(), states.end(), [](State state) {
        return state == State::between || state == State::finished || state == State::torn;
      }))
    return recovery;
  recovery.foreign_changes = std::find(states.begin(), states.end(), State::foreign) != states.end();
  for (std::size_t i = 0; i < states.size(); ++i)
    if (states[i] == State::torn ||
        ((states[i] == State::before || states[i] == State::between) && !recovery.foreign_changes))
      recovery.unfinished.push_back(std::move((*entries)[i]));
  return recovery;
}

void finish_commit(Storage& storage, const Recovery& recovery) {
  if (recovery.unfinished.empty()) return;
  for (const auto& entry : recovery.unfinished) storage.write_at(entry.position, entry.images.back());
  storage.sync();
}

std::shared_ptr<Storage> with_finished_commit(std::shared_ptr<Storage> storage) {
  auto recovery = find_unfinished_commit(*storage);
  if (recovery.unfinished.empty()) return storage;
  std::vector<io::Patch> patches;
  for (auto& entry : recovery.unfinished) patches.push_back({entry.position, std::move(entry.images.back())});
  return std::make_shared<io::PatchedStorage>(std::move(storage), std::move(patches));
}

}  // namespace fiver::meta
