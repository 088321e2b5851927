#include "object/commit.hpp"

#include <algorithm>
#include <set>

#include "chunk/index_writer.hpp"
#include "format/journal_record.hpp"
#include "format/layout_message.hpp"
#include "object/dataset_writer.hpp"
#include "object/file_state.hpp"
#include "object/freeing.hpp"

namespace fiver::object {
namespace {

constexpr std::uint64_t least_reserve = 64 << 10, most_reserve = 16 << 20;
/// Neighbouring blocks are written together up to so many bytes.
constexpr std::size_t most_joined = 1 << 20;
/// The journal record is written with blocks before it of up to so many.
constexpr std::size_t most_in_tail = 64 << 10;

constexpr std::uint64_t on_line(std::uint64_t position) {
  return (position + format::journal_trailer_size - 1) / format::journal_trailer_size * format::journal_trailer_size;
}

}  // namespace

Commit::Commit(FileWriter& writer, Durability durability, bool last)
    : writer_(writer),
      file_(writer.file()),
      durability_(durability),
      last_(last),
      changes_(writer.space(), writer.file().view().widths(), &writer.paths_) {}

void Commit::run() {
  drain();
  freeze();
  try {
    encode();
    write();
  } catch (const Error& error) {
    undo(error.reason());
    throw;
  } catch (const std::exception& error) {
    undo(error.what());
    throw;
  }
  finish();
}

void Commit::drain() {
  std::vector<std::pair<std::shared_ptr<ObjectState>, std::shared_ptr<Draft>>> dirty;
  std::vector<std::shared_ptr<DatasetWriter>> deleted;
  {
    std::lock_guard lock(writer_.edits_);
    const auto note = [&](const auto& entry) {
      if (!entry.second->debris.put.empty()) settled_[entry.second.get()] = entry.second->debris.put.size();
    };
    for (const auto& [address, entry] : writer_.dirty_) {
      if (entry.second->dataset) dirty.push_back(entry);
      note(entry);
    }
    for (const auto& entry : writer_.deleted_) {
      if (entry.second->dataset) deleted.push_back(entry.second->dataset);
      note(entry);
    }
  }
  for (const auto& dataset : deleted) dataset->abandon();
  for (const auto& [state, draft] : dirty) draft->dataset->drain();
}

void Commit::freeze() {
  std::lock_guard lock(writer_.edits_);
  ++writer_.freezes_;
  const auto take = [this](const auto& entry) {
    Part part;
    part.object.state = entry.first;
    part.object.draft = entry.second;
    part.object.cut = *entry.second;
    if (part.object.cut.links) part.object.links = part.object.cut.links->freeze();
    if (part.object.cut.dataset && part.object.cut.dataset->index())
      part.object.chunks = part.object.cut.dataset->index()->freeze();
    entry.second->dirty = false;
    entry.second->abandoned.clear();
    // What came since drain() may be in the elements of this commit or of the next.
    const auto settled = settled_.find(entry.second.get());
    part.object.cut.debris.put.resize(settled == settled_.end() ? 0 : settled->second);
    entry.second->debris = {};
    entry.second->block_is_fresh = false;
    return part;
  };
  for (const auto& [address, entry] : writer_.dirty_) parts_.push_back(take(entry));
  for (const auto& entry : writer_.deleted_) deleted_.push_back(take(entry));
  writer_.dirty_.clear();
  writer_.deleted_.clear();
  for (auto& part : parts_)  // what was staged since drain() is the next commit's
    if (part.object.cut.dataset && part.object.cut.dataset->has_staged())
      writer_.mark_dirty(part.object.state, *part.object.draft);
}

void Commit::encode() {
  writer_.heap().close();  // what is looked at for what is gone gets no more objects
  for (auto& part : parts_) encode_part(part);
  for (auto& part : deleted_) free_deleted(part);
}

void Commit::note_gone(Part& part, bool deleted) {
  note_gone_heap_objects(file_, part.object, deleted, writer_.ledger());
  part.holds = writer_.ledger().take_holds();
}

void Commit::encode_part(Part& part) {
  const auto& object = part.object;
  part.encoded = encode_object(file_, changes_, object);
  note_gone(part, false);
  part.freed = std::move(changes_.freed());
  changes_.freed().clear();
  for (auto& change : changes_.rewrites()) {
    Record record{file_.view().base() + change.address.value, {}, false, true};
    record.images.reserve(2);
    record.images.push_back(std::move(change.before));
    record.images.push_back(std::move(change.now));
    records_.push_back(std::move(record));
  }
  changes_.rewrites().clear();
  if (!object.cut.in_file) {
    changes_.write(object.cut.address, part.encoded.image);
    return keep_attributes(part);
  }
  add_record(part);
  keep_attributes(part);
}

/// The next commit compares with them; this one needs them no more.
void Commit::keep_attributes(Part& part) {
  if (!part.encoded.keeps_attributes) return;
  auto& messages = part.object.cut.messages;
  auto all = std::make_shared<std::vector<DraftMessage>>();
  const auto others = std::stable_partition(messages.begin(), messages.end(), [](const DraftMessage& message) {
    return message.type != static_cast<std::uint16_t>(format::MessageType::attribute);
  });
  all->assign(std::make_move_iterator(others), std::make_move_iterator(messages.end()));
  messages.erase(others, messages.end());
  messages.shrink_to_fit();
  part.encoded.stored.attributes = std::move(all);
}

void Commit::add_record(Part& part) {
  const auto& object = part.object;
  Record record{file_.view().base() + object.cut.address.value, {}, false, false};
  record.images.reserve(3);
  record.images.push_back(object.cut.image);
  if (object.links && !object.links->removed.empty()) {
    // Links that leave while what they lead to stays: those that came are written first.
    std::set<std::uint64_t> gone;
    for (const auto& deleted : deleted_) gone.insert(deleted.object.cut.address.value);
    std::vector<const Link*> stay;
    for (const auto& link : object.links->removed) {
      const auto* hard = std::get_if<HardLink>(&link.target);
      if (hard == nullptr || !gone.contains(hard->target.value)) stay.push_back(&link);
    }
    record.removes = !stay.empty();
    if (record.removes && object.links->added) {
      const auto taken = changes_.taken().size();
      record.images.push_back(encode_between(file_, changes_, object, part.encoded, stay).image);
      part.freed.insert(part.freed.end(), changes_.taken().begin() + static_cast<std::ptrdiff_t>(taken),
                        changes_.taken().end());
    }
  }
  if (object.cut.reference_count < object.cut.committed_references) record.removes = true;
  record.images.push_back(part.encoded.image);
  if (record.images.front() != record.images.back()) records_.push_back(std::move(record));
}

void Commit::free_deleted(Part& part) {
  note_gone(part, true);
  free_object(file_, changes_, part.object.cut, part.object.chunks ? &*part.object.chunks : nullptr);
  part.freed = std::move(changes_.freed());
  changes_.freed().clear();
}

void Commit::plan_end_of_file() {
  // Whoever was given space before this point is before the end; who comes later sees how far it may go.
  std::lock_guard lock(writer_.room_mutex_);
  auto& space = writer_.space();
  const auto end = last_ ? space.trim() : space.end();
  const auto now = writer_.end_of_file_;
  raises_first_ = end > now;
  new_end_of_file_ = now;
  const auto reserve = std::clamp(2 * (end - std::min(end, writer_.last_end_)), least_reserve, most_reserve);
  if (last_)
    new_end_of_file_ = end;
  else if (durability_ == Durability::full && now < end + reserve / 2)
    new_end_of_file_ = end + reserve;  // ahead of the need, or the next commit has to wait for the disk once more
  else if (raises_first_)
    new_end_of_file_ = end;
  writer_.room_ = std::max(new_end_of_file_, now);
  const bool unmarks = last_ && writer_.settings().mode == WriterMode::swmr;
  if (new_end_of_file_ == now && !unmarks) return;
  old_superblock_ = encode_superblock(file_, now, writer_.flags());
  new_superblock_ = encode_superblock(file_, new_end_of_file_, last_ ? std::uint8_t{0} : writer_.flags());
}

void Commit::barrier() {
  if (durability_ != Durability::full) return;
  const auto before = std::exchange(in_place_, true);  // a sync that failed is final
  file_.view().storage().sync();
  in_place_ = before;
}

void Commit::write_blocks() {
  auto& storage = file_.view().storage();
  const auto base = file_.view().base();
  for (const auto& [address, bytes] : writer_.heap().take(true)) {
    storage.write_at(base + address.value, *bytes);
    file_.view().forget(address, bytes->size());
    file_.heap().forget(address);
    writer_.heap().written(address);
  }
  const auto contents = std::max(new_end_of_file_, writer_.end_of_file_);
  // Between a block and the next line of 8 there is nothing.
  const auto is_last = [&](std::uint64_t end) { return end <= contents && contents - end < 8; };
  const auto& fresh = changes_.fresh();
  for (auto block = fresh.begin(); block != fresh.end();) {
    const auto start = block->first;
    const auto next = std::next(block);
    const auto end = start + block->second.size();
    const bool alone = next == fresh.end() || next->first != end;
    if (block->second.size() > most_joined || (alone && (!is_last(end) || block->second.size() > most_in_tail))) {
      storage.write_at(base + start, block->second);
      file_.view().forget(Address{start}, block->second.size());
      block = next;
      continue;
    }
    Bytes joined;
    for (; block != fresh.end() && block->first == start + joined.size() && joined.size() < most_joined; ++block)
      joined.insert(joined.end(), block->second.begin(), block->second.end());
    if (is_last(start + joined.size()) && joined.size() <= most_in_tail) {
      tail_ = std::move(joined);
      tail_start_ = start;
      continue;
    }
    storage.write_at(base + start, joined);
    file_.view().forget(Address{start}, joined.size());
  }
}

/// And what stands right behind it.
void Commit::write_tail(ByteView more) {
  if (tail_.empty()) return;
  const auto size = tail_.size();
  tail_.insert(tail_.end(), more.begin(), more.end());
  file_.view().storage().write_at(file_.view().base() + tail_start_, tail_);
  file_.view().forget(Address{tail_start_}, size);
  tail_.clear();
}

void Commit::write_journal() {
  auto& storage = file_.view().storage();
  const auto base = file_.view().base();
  const auto contents = base + std::max(new_end_of_file_, writer_.end_of_file_);
  std::vector<format::JournalImages> entries;
  entries.reserve(records_.size() + 1);
  if (!new_superblock_.empty()) entries.push_back({file_.superblock().position, {old_superblock_, new_superblock_}, 2});
  for (const auto& record : records_) {
    auto& entry = entries.emplace_back(format::JournalImages{record.position, {}, 0});
    for (const auto& image : record.images) entry.images.at(entry.count++) = image;
  }
  if (entries.empty() || durability_ == Durability::none || writer_.mutant_.no_journal) {
    write_tail();
    // The file is never shorter than its superblock says, and has no record of an older commit at its end.
    if (storage.size() < contents || (!entries.empty() && storage.size() > contents)) storage.resize(contents);
    return;
  }
  const auto position = on_line(contents);
  auto bytes = format::encode_journal(entries, position, new_end_of_file_);
  const auto end = position + bytes.size();
  // Writing makes it longer by itself.
  if ((last_ || may_reach_beyond(end - base)) && storage.size() > end) {
    write_tail();
    storage.resize(end);
  }
  if (tail_.empty()) {
    storage.write_at(position, bytes);
  } else {
    bytes.insert(bytes.begin(), static_cast<std::size_t>(position - base - tail_start_ - tail_.size()), std::byte{0});
    write_tail(bytes);
  }
  std::lock_guard lock(writer_.room_mutex_);
  writer_.reached_ = end - base;  // others stay before the contents' end meanwhile
}

bool Commit::may_reach_beyond(std::uint64_t end) const {
  std::lock_guard lock(writer_.room_mutex_);
  return writer_.reached_ > end;
}

void Commit::rewrite(std::uint64_t position, const Bytes& bytes) {
  in_place_ = true;
  file_.view().storage().write_at(position, bytes);
  const auto base = file_.view().base();
  if (position >= base) file_.view().forget(Address{position - base}, bytes.size());
}

/// An older object header finds in a heap all that it found before: this needs no second step of its own for removals.
bool Commit::write_heaps() {
  bool any = false;
  for (const auto& record : records_) {
    if (!record.is_heap) continue;
    rewrite(record.position, record.images.back());
    any = true;
  }
  return any;
}

void Commit::write_records(bool removals) {
  for (const auto& record : records_) {
    if (record.is_heap) continue;
    if (!removals && record.images.size() > 2) rewrite(record.position, record.images[1]);
    if (record.removes == removals) rewrite(record.position, record.images.back());
  }
}

void Commit::end_of_room() {
  std::lock_guard lock(writer_.room_mutex_);
  writer_.room_.reset();
  writer_.room_changed_.notify_all();
}

void Commit::write() {
  try {
    write_all();
  } catch (...) {
    end_of_room();
    throw;
  }
  end_of_room();
}

void Commit::write_all() {
  // Elements that come from here on are the next commit's to wait for.
  wrote_data_ = writer_.take_data_written();
  plan_end_of_file();
  write_blocks();
  const bool waits = durability_ == Durability::full && writer_.unsynced_;
  if (records_.empty() && new_superblock_.empty()) {
    write_journal();
    if (waits || !changes_.fresh().empty() || wrote_data_) barrier();
    return;
  }
  write_journal();
  if (!writer_.mutant_.no_first_barrier) barrier();
  if (raises_first_) {
    rewrite(file_.superblock().position, new_superblock_);
    barrier();
  } else if (!new_superblock_.empty()) {
    rewrite(file_.superblock().position, new_superblock_);
  }
  const bool removal_first = writer_.mutant_.removal_before_addition;
  const auto has = [&](bool removals) {
    return std::any_of(records_.begin(), records_.end(),
                       [&](const auto& r) { return !r.is_heap && r.removes == removals; });
  };
  const bool heaps_last = writer_.mutant_.heap_after_headers;
  if (!heaps_last && write_heaps()) barrier();
  write_records(removal_first);
  if (has(true) &&
      (has(false) || std::any_of(records_.begin(), records_.end(), [](const auto& r) { return r.images.size() > 2; })))
    barrier();
  write_records(!removal_first);
  if (heaps_last) write_heaps();
  barrier();
  if (last_) file_.view().storage().resize(file_.view().base() + new_end_of_file_);
}

void Commit::undo(const std::string& reason) {
  changes_.give_up();
  writer_.heap().untake();
  writer_.ledger().failed();
  if (wrote_data_) writer_.note_data_written();
  std::lock_guard lock(writer_.edits_);
  // What is on the disk now is only known when the file is opened again.
  if (in_place_) writer_.broken_ = reason;
  for (auto* list : {&parts_, &deleted_}) {
    for (auto& part : *list) {
      auto& draft = *part.object.draft;
      if (part.object.links) draft.links->failed(*part.object.links);
      if (part.object.chunks) draft.dataset->index()->failed(*part.object.chunks);
      draft.abandoned.insert(draft.abandoned.end(), part.object.cut.abandoned.begin(), part.object.cut.abandoned.end());
      draft.debris.take_back(std::move(part.object.cut.debris));
      if (list == &parts_)
        writer_.mark_dirty(part.object.state, draft);
      else
        writer_.deleted_.emplace_back(part.object.state, part.object.draft);
    }
  }
}

void Commit::finish() {
  {
    std::lock_guard lock(writer_.waiting_mutex_);
    writer_.unsynced_ = durability_ != Durability::full;
    if (!writer_.unsynced_) {
      writer_.synced_end_ = writer_.space().end();
      for (const auto& extent : writer_.waiting_) writer_.space().give_back(extent);
      writer_.waiting_.clear();
    }
  }
  writer_.end_of_file_ = new_end_of_file_;
  writer_.last_end_ = writer_.space().end();
  writer_.ledger().committed();
  changes_.keep_paths();
  for (auto& part : parts_)
    if (part.encoded.layout)
      part.index =
          part.object.cut.dataset->open_index(std::get<ChunkedLayout>(*part.encoded.layout), part.encoded.grid);
  std::lock_guard lock(writer_.edits_);
  for (auto* list : {&parts_, &deleted_}) {
    for (auto& part : *list) {
      auto& draft = *part.object.draft;
      if (list == &deleted_) {
        // Whoever still has the object open goes on with it: its space comes back with the last handle.
        draft.garbage->hand_over(std::move(part.freed), std::move(part.holds), nullptr);
        file_.forget(part.object.state);
        continue;
      }
      auto garbage = writer_.new_garbage();
      draft.garbage->hand_over(std::move(part.freed), std::move(part.holds), garbage);
      draft.garbage = std::move(garbage);
      draft.in_file = true;
      draft.image = std::move(part.encoded.image);
      draft.stored = std::move(part.encoded.stored);
      draft.committed_references = part.object.cut.reference_count;
      for (auto& message : part.encoded.updated) {
        const auto type = static_cast<format::MessageType>(message.type);
        // Elsewhere it is the writers of elements who change the layout, perhaps since this commit began.
        if (type == format::MessageType::layout && !part.encoded.layout) continue;
        draft.set(type, message.flags, Bytes(*message.body));
      }
      if (!draft.stored.symbol_table) draft.remove(format::MessageType::symbol_table);
      if (part.encoded.layout) draft.dataset->committed(std::move(part.index), part.encoded.grid);
      part.object.state->note_changed();
    }
  }
}

}  // namespace fiver::object
