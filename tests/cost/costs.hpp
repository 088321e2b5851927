// The table of costs, and how a job is held against it.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "common/file_builder.hpp"
#include "common/watched_filter.hpp"
#include "fiver/fiver.hpp"
#include "io/counting_storage.hpp"

namespace fiver::tests {

struct Cost {
  std::uint64_t reads = 0;    ///< of the file
  std::uint64_t bytes = 0;    ///< read in all
  std::uint64_t decodes = 0;  ///< of chunks
  friend bool operator==(const Cost&, const Cost&) = default;
};

/// Fails unless `job` has exactly this cost in the table.
void expect_cost(std::string_view job, const Cost& cost);

/// A file in memory, opened once, whose reads and decodes are counted.
class CountedFile {
 public:
  explicit CountedFile(Bytes content);
  explicit CountedFile(std::shared_ptr<Storage> storage);

  const File& file() const { return *file_; }
  /// What `job` costs. Metadata that earlier jobs left in memory stay there.
  Cost cost_of(const std::function<void()>& job);
  const std::shared_ptr<io::CountingStorage>& storage() const { return storage_; }
  const Options& options() const { return options_; }
  Cost cost_of_opening() const { return opening_; }

 private:
  Cost cost_so_far() const;

  std::shared_ptr<io::CountingStorage> storage_;
  std::shared_ptr<WatchedFilter> filter_ = std::make_shared<WatchedFilter>();
  Options options_;
  std::optional<File> file_;
  Cost opening_;
};

/// "name_000042"
std::string numbered(std::string_view name, std::uint64_t number);

/// A dataset "d" of rows x 8 uint32 in chunks of `rows_of_chunk` rows behind the watched filter.
Bytes chunked_file(std::uint64_t rows, std::uint64_t rows_of_chunk, IndexForm index);

/// A group "g" of `count` links to one dataset, and that dataset as "d".
Bytes wide_group_file(std::uint64_t count, GroupForm form);

}  // namespace fiver::tests
