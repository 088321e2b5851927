// One commit: what changed since the last one goes to the file, so that a crash at any moment leaves the state before or after it, object by
// object. docs/durability.md says what that means for whom.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "fiver/values/writing.hpp"
#include "meta/change_set.hpp"
#include "object/file_writer.hpp"
#include "object/object_encoding.hpp"

namespace fiver::object {

class Commit {
 public:
  /// `last`: the file is closed after it, and ends where its contents do.
  Commit(FileWriter& writer, Durability durability, bool last);
  /// Throws what I/O throws; nothing is lost then, and a later commit writes it.
  void run();

 private:
  struct Part {
    FrozenObject object;
    EncodedObject encoded;
    std::vector<meta::Extent> freed;
    std::vector<std::shared_ptr<const void>> holds;  ///< of heap collections
    std::shared_ptr<const chunk::ChunkIndex> index;  ///< of a chunked dataset, as it is in the file afterwards
  };
  struct Record {
    std::uint64_t position = 0;
    std::vector<Bytes> images;  ///< old, perhaps one between, new
    bool removes = false;
    bool is_heap = false;  ///< a heap's header, which gained what the object headers are about to lead to
  };

  void drain();
  void freeze();
  void encode();
  void encode_part(Part& part);
  void note_gone(Part& part, bool deleted);
  static void keep_attributes(Part& part);
  void free_deleted(Part& part);
  void add_record(Part& part);
  void plan_end_of_file();
  void end_of_room();
  void write();
  void write_all();
  void write_blocks();
  void write_journal();
  void write_tail(ByteView more = {});
  /// Whether the storage may be longer than up to this address.
  bool may_reach_beyond(std::uint64_t end) const;
  bool write_heaps();
  void write_records(bool removals);
  void rewrite(std::uint64_t position, const Bytes& bytes);
  void barrier();
  void undo(const std::string& reason);
  void finish();

  FileWriter& writer_;
  FileState& file_;
  Durability durability_;
  bool last_;
  meta::ChangeSet changes_;
  std::vector<Part> parts_, deleted_;
  std::map<const Draft*, std::size_t> settled_;  ///< of what calls put into the heap, what came before drain()
  std::vector<Record> records_;
  std::uint64_t new_end_of_file_ = 0;
  bool raises_first_ =
      false;  ///< contents reach beyond the end of the file that the superblock tells: that comes first
  Bytes old_superblock_, new_superblock_;
  Bytes tail_;  ///< the last fresh blocks, which end where the contents do: what comes behind them is written with them
  std::uint64_t tail_start_ = 0;
  bool wrote_data_ = false;  ///< elements went to the file since the last commit
  bool in_place_ = false;    ///< what the last commit leads to may have been rewritten, or a sync failed
};

}  // namespace fiver::object
