// Every chunk is a register: threads write whole chunks and parts of them, straight, by direct chunk writes and with filters, others read and flush,
// freed space is used again, and what each saw must have an order. FIVER_SOAK: a million operations.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "history.hpp"
#include "interleaving.hpp"
#include "meeting.hpp"
#include "object/editing.hpp"

namespace fiver::tests {
namespace {

constexpr std::uint64_t chunks = 6, columns = 8;
constexpr unsigned threads = 4;

std::size_t operation_count() {
#ifdef __SANITIZE_THREAD__
  constexpr std::size_t sample = 4'000;
#else
  constexpr std::size_t sample = 30'000;
#endif
  return std::getenv("FIVER_SOAK") != nullptr ? 1'000'000 : sample;
}

Operation write_of(std::uint32_t thread, Parts values, std::uint64_t called, std::uint64_t returned) {
  return {thread, 0, true, 0, parts_of_chunk, values, called, returned};
}
Operation read_of(std::uint32_t thread, Parts values, std::uint64_t called, std::uint64_t returned) {
  return {thread, 0, false, 0, parts_of_chunk, values, called, returned};
}

TEST(History, FindsWhatHasNoOrder) {
  EXPECT_EQ(find_violation({write_of(0, {1, 1, 1, 1}, 1, 2), read_of(1, {1, 1, 1, 1}, 3, 4)}), "");
  EXPECT_NE(find_violation({write_of(0, {1, 1, 1, 1}, 1, 2), read_of(1, {0, 0, 0, 0}, 3, 4)}), "") << "lost";
  EXPECT_EQ(find_violation({write_of(0, {1, 1, 1, 1}, 1, 4), read_of(1, {0, 0, 0, 0}, 2, 3)}), "");
  EXPECT_NE(find_violation({write_of(0, {1, 1, 1, 1}, 1, 4), read_of(1, {0, 1, 0, 0}, 2, 3)}), "") << "between";
  // Two reads see two concurrent writes in different orders.
  EXPECT_NE(
      find_violation({write_of(0, {1, 1, 1, 1}, 1, 10), write_of(1, {2, 2, 2, 2}, 2, 11),
                      read_of(2, {1, 1, 1, 1}, 3, 4), read_of(2, {2, 2, 2, 2}, 5, 6), read_of(3, {1, 1, 1, 1}, 7, 8)}),
      "");
  // A part over a whole chunk, both under way.
  const Operation part{1, 0, true, 2, 1, {0, 0, 5, 0}, 2, 9};
  EXPECT_EQ(find_violation({write_of(0, {1, 1, 1, 1}, 1, 8), part, read_of(2, {1, 1, 5, 1}, 10, 11)}), "");
  EXPECT_EQ(find_violation({write_of(0, {1, 1, 1, 1}, 1, 8), part, read_of(2, {1, 1, 1, 1}, 10, 11)}), "");
  EXPECT_NE(find_violation({write_of(0, {1, 1, 1, 1}, 1, 8), part, read_of(2, {0, 0, 5, 0}, 10, 11)}), "");
}

/// Threads at work on one dataset, and what they did.
class Stress {
 public:
  Stress(Dataset dataset, std::size_t operations) : dataset_(std::move(dataset)), each_(operations / threads) {}

  std::vector<Operation> run() {
    std::vector<std::vector<Operation>> logs(threads);
    std::atomic<unsigned> left{threads};
    on_threads(threads + 1, [&](unsigned number) {
      if (number < threads) {
        struct Leave {
          std::atomic<unsigned>& left;
          ~Leave() { --left; }
        } const leave{left};
        work(number, logs[number]);
        return;
      }
      const auto file = dataset_.file();
      for (unsigned i = 0; left > 0; ++i) {
        file.flush(i % 3 == 0 ? Durability::full : Durability::order);
        std::this_thread::yield();
      }
    });
    std::vector<Operation> all;
    for (const auto& log : logs) all.insert(all.end(), log.begin(), log.end());
    return all;
  }

 private:
  void work(unsigned thread, std::vector<Operation>& log) {
    std::mt19937 random(thread + 1);
    log.reserve(each_);
    for (std::uint32_t i = 1; i <= each_; ++i) {
      const auto draw = [&](std::uint32_t end) { return static_cast<std::uint32_t>(random() % end); };
      Operation operation;
      operation.thread = thread;
      operation.chunk = draw(chunks);
      operation.is_write = draw(100) < 60;
      const bool whole = draw(2) == 0, direct = whole && draw(4) == 0;
      if (!whole) {
        operation.first = static_cast<std::uint8_t>(draw(parts_of_chunk));
        operation.count = static_cast<std::uint8_t>(1 + draw(parts_of_chunk - operation.first));
      }
      const auto value = i * threads + thread;
      std::vector<std::uint32_t> elements(operation.count * columns, value);
      const auto start = operation.chunk * parts_of_chunk + operation.first;
      const auto selection = box({start, 0}, {operation.count, columns});
      operation.called = clock_++;
      if (!operation.is_write)
        dataset_.read_into(std::span(elements), selection);
      else if (direct && operation.count == parts_of_chunk)
        dataset_.write_chunk({start, 0}, std::as_bytes(std::span(elements)), 1);
      else
        dataset_.write(elements, selection);
      operation.returned = clock_++;
      for (unsigned part = 0; part < operation.count; ++part) {
        const auto seen = elements.begin() + part * columns;
        operation.values[operation.first + part] = *seen;
        ASSERT_TRUE(std::all_of(seen, seen + columns, [&](auto v) { return v == *seen; }))
            << "a part of a chunk from two writes";
      }
      log.push_back(operation);
    }
  }

  Dataset dataset_;
  std::size_t each_;
  std::atomic<std::uint64_t> clock_{1};
};

Dataset create_chunks(const File& file) {
  NewDataset settings;
  settings.chunk = Shape{parts_of_chunk, columns};
  settings.filters = {{WatchedFilter::number, 1, "watched", {}}};
  return file.root().create_dataset<std::uint32_t>("d", {chunks * parts_of_chunk, columns}, settings);
}

/// `slow`: a thread that encodes or decodes lets others go first.
std::shared_ptr<Runtime> runtime_for(std::uint64_t memory = 0) {
  Runtime::Settings settings;
  settings.threads = 2;
  settings.memory = memory;
  auto runtime = std::make_shared<Runtime>(settings);
  const auto wait = [] { std::this_thread::yield(); };
  runtime->add_filter(std::make_shared<WatchedFilter>(wait, wait));
  return runtime;
}

void expect_order(std::uint64_t memory) {
  Options options;
  options.runtime = runtime_for(memory);
  const auto storage = std::make_shared<io::MemoryStorage>();
  const auto file = File::create(storage, {}, options);
  const auto history = Stress(create_chunks(file), operation_count()).run();
  EXPECT_EQ(history.size(), operation_count() / threads * threads);
  std::string first;
  EXPECT_EQ(count_violations(history, first), 0U) << first;
  EXPECT_LT(storage->size(), 64U << 20U) << "space is used again";
  // What the file has in the end is what its last reader saw.
  const auto values = file.dataset("d").read<std::uint32_t>();
  file.close();
  Options fresh;
  fresh.runtime = runtime_for();
  const auto stored = File::open(storage, fresh).dataset("d").read<std::uint32_t>();
  EXPECT_TRUE(std::equal(values.begin(), values.end(), stored.begin(), stored.end()));
}

TEST(WritingHistory, EveryChunkIsARegister) {
  expect_order(0);
}

TEST(WritingHistory, EveryChunkIsARegisterWithoutRoomForParts) {
  expect_order(1);
}

TEST(WritingHistory, TheCheckerFindsChunksPublishedWithoutTheirOrder) {
  std::string first;
  std::uint64_t violations = 0;
  for (int round = 0; round < 40 && violations == 0; ++round) {
    Options options;
    options.runtime = runtime_for();
    const auto file = File::create(std::make_shared<io::MemoryStorage>(), {}, options);
    const auto dataset = create_chunks(file);
    object::elements_of(dataset.handle())->mutate({true});
    violations = count_violations(Stress(dataset, 4'000).run(), first);
  }
  EXPECT_GT(violations, 0U);
}

}  // namespace
}  // namespace fiver::tests
