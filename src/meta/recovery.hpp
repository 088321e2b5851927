// What a commit that was cut short left behind: the record past the end of the file (format/journal_record.hpp), and what to do about it.
#pragma once

#include <memory>
#include <vector>

#include "fiver/spi/storage.hpp"
#include "format/journal_record.hpp"

namespace fiver::meta {

/// What has to be written to finish the commit.
struct Recovery {
  std::vector<format::JournalEntry> unfinished;  ///< old or torn on disk
  /// Somebody else wrote to the file since: only what is torn is mended.
  bool foreign_changes = false;
};

/// Looks for a record and holds it against the file. Nothing to do: no entries. A commit that has not begun to rewrite anything is not finished:
/// only its first rewrite tells that all that it leads to is on the disk.
Recovery find_unfinished_commit(const Storage& storage);
/// True when the file ends with the record of a commit, finished or not: whoever had it open for writing died.
bool has_commit_record(const Storage& storage);
/// Finishes it in the file. The caller has the writer's lock.
void finish_commit(Storage& storage, const Recovery& recovery);
/// The file as it will be: `storage` itself when nothing is to be done.
std::shared_ptr<Storage> with_finished_commit(std::shared_ptr<Storage> storage);

}  // namespace fiver::meta
