// The pool: every index once, errors, cancellation, nesting, background tasks, forks. Counted, never timed.
#include "base/worker_pool.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <numeric>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

namespace fiver {
namespace {

// ThreadSanitizer (of g++ 12) keeps the parent's threads in its books in a child, and ends it when a new one has an old one's number.
#if defined(__SANITIZE_THREAD__)
constexpr bool child_may_start_threads = false;
#else
constexpr bool child_may_start_threads = true;
#endif

// How many indices of a run were begun wrongly: not exactly once, or by a worker out of range.
int misdone(WorkerPool& pool, std::size_t count, unsigned max_workers = 0) {
  std::vector<std::atomic<int>> done(count);
  std::atomic<int> wrong{0};
  const auto workers = max_workers == 0 ? pool.size() : std::min(max_workers, pool.size());
  pool.run(count, max_workers, [&](std::size_t index, unsigned worker) {
    ++done[index];
    if (worker >= workers) ++wrong;
  });
  for (const auto& each : done) wrong += each != 1;
  return wrong;
}

TEST(WorkerPool, DoesEveryIndexOnce) {
  for (const unsigned threads : {1U, 2U, 5U}) {
    WorkerPool pool(threads);
    EXPECT_EQ(pool.size(), threads);
    for (const std::size_t count : {0U, 1U, 2U, 1000U})
      for (const unsigned most : {0U, 1U, 2U, 99U}) EXPECT_EQ(misdone(pool, count, most), 0);
  }
  EXPECT_GE(WorkerPool().size(), 1U);
}

TEST(WorkerPool, AWorkerNumberIsOneThreadAtATime) {
  WorkerPool pool(4);
  std::vector<long> sums(pool.size());  // plain: ThreadSanitizer sees two threads with one number
  pool.run(10'000, 0, [&](std::size_t index, unsigned worker) { sums[worker] += static_cast<long>(index); });
  EXPECT_EQ(std::accumulate(sums.begin(), sums.end(), 0L), 10'000L * 9'999 / 2);
}

// Two tasks wait until both have begun, so each has a thread; the helper's ends long after the caller's.
TEST(WorkerPool, ReturnsOnlyWhenEveryTaskHasEnded) {
  WorkerPool pool(2);
  for (int round = 0; round < 20; ++round) {
    std::atomic<int> begun{0}, ended{0};
    pool.run(2, 0, [&](std::size_t, unsigned worker) {
      ++begun;
      while (begun < 2) std::this_thread::yield();
      for (int i = 0; worker != 0 && i < 1000; ++i) std::this_thread::yield();
      ++ended;
    });
    ASSERT_EQ(ended, 2);
  }
}

TEST(WorkerPool, ServesManyCallersAtOnce) {
  WorkerPool pool(4);
  std::atomic<int> wrong{0};
  std::vector<std::thread> callers;
  for (int t = 0; t < 8; ++t)
    callers.emplace_back([&] {
      for (std::size_t round = 0; round < 100; ++round)
        wrong += misdone(pool, 1 + round % 40, static_cast<unsigned>(round % 5));
    });
  for (auto& caller : callers) caller.join();
  EXPECT_EQ(wrong, 0);
}

TEST(WorkerPool, ThrowsTheErrorOfTheLowestIndex) {
  WorkerPool pool(4);
  for (int round = 0; round < 200; ++round) {
    std::atomic<std::size_t> begun{0};
    try {
      pool.run(1'000'000, 0, [&](std::size_t index, unsigned) {
        ++begun;
        if (index >= 20) throw std::runtime_error(std::to_string(index));
      });
      FAIL() << "no error";
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "20");
    }
    EXPECT_GE(begun, 21U);
    EXPECT_LE(begun, 20U + pool.size());
  }
  EXPECT_EQ(misdone(pool, 100), 0);
}

TEST(WorkerPool, StopsWhenCancelled) {
  WorkerPool pool(4);
  for (const unsigned most : {0U, 1U}) {
    CancelToken cancel;
    std::atomic<std::size_t> begun_after{0};
    try {
      pool.run(
          1'000'000, most,
          [&](std::size_t index, unsigned) {
            if (cancel.cancelled()) ++begun_after;
            if (index == 10) cancel.cancel();
          },
          &cancel);
      FAIL() << "not cancelled";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::cancelled);
    }
    EXPECT_LE(begun_after, pool.size());
  }
  CancelToken late;
  pool.run(
      2, 0, [&](std::size_t index, unsigned) { index == 1 ? late.cancel() : void(); }, &late);  // none left to begin
}

TEST(WorkerPool, RunsNestedCallsInline) {
  WorkerPool pool(3);
  std::atomic<int> total{0}, elsewhere{0};
  pool.run(20, 0, [&](std::size_t, unsigned) {
    const auto here = std::this_thread::get_id();
    pool.run(20, 0, [&](std::size_t, unsigned worker) {
      ++total;
      elsewhere += std::this_thread::get_id() != here || worker != 0;
    });
  });
  EXPECT_EQ(total, 400);
  EXPECT_EQ(elsewhere, 0);
}

TEST(Ticket, RunsOnceWithAndWithoutThreads) {
  for (const unsigned threads : {1U, 3U}) {
    WorkerPool pool(threads);
    std::vector<std::atomic<int>> done(100);
    std::vector<std::shared_ptr<WorkerPool::Ticket>> tickets;
    for (auto& each : done) tickets.push_back(pool.submit([&each] { ++each; }));
    for (std::size_t i = 0; i < tickets.size(); ++i) {
      tickets[i]->wait();
      tickets[i]->wait();
      EXPECT_TRUE(tickets[i]->done());
      EXPECT_EQ(done[i], 1);
    }
  }
}

TEST(Ticket, CarriesTheErrorAndDropsWhatTheTaskHeld) {
  WorkerPool pool(2);
  const auto held = std::make_shared<int>(1);
  const auto ticket = pool.submit([held] { throw std::runtime_error("seven"); });
  EXPECT_THROW(ticket->wait(), std::runtime_error);
  EXPECT_EQ(held.use_count(), 1);
}

TEST(Ticket, DiscardedTasksNeverBeginAfterwards) {
  WorkerPool pool(2);
  for (int round = 0; round < 200; ++round) {
    bool ended = false, begun = false;  // plain: discard() must order them
    const auto ticket = pool.submit([&] {
      begun = true;
      ended = true;
    });
    if (round % 2 == 0) std::this_thread::yield();
    ticket->discard();
    EXPECT_EQ(begun, ended);
    EXPECT_TRUE(ticket->done());
  }
}

TEST(Ticket, OutlivesThePool) {
  std::shared_ptr<WorkerPool::Ticket> ticket;
  std::atomic<int> done{0};
  {
    WorkerPool pool(1);
    ticket = pool.submit([&] { ++done; });
  }
  EXPECT_EQ(done, 0);
  ticket->wait();
  EXPECT_EQ(done, 1);
}

// One thread holds the pool's only helper until a later task has run, which only the waiting thread can run.
TEST(Ticket, TheWaiterRunsOtherTasksMeanwhile) {
  WorkerPool pool(2);
  Mutex mutex;
  Condition changed;
  bool begun = false, released = false;
  const auto first = pool.submit([&] {
    std::unique_lock lock(mutex);
    begun = true;
    changed.notify_all();
    while (!released) changed.wait(mutex);
  });
  {
    std::unique_lock lock(mutex);
    while (!begun) changed.wait(mutex);
  }
  const auto second = pool.submit([&] {
    const std::lock_guard lock(mutex);
    released = true;
    changed.notify_all();
  });
  first->wait();
  second->wait();
}

TEST(Ticket, ReadsAheadForManyCallersBesideRuns) {
  WorkerPool pool(3);
  std::atomic<int> wrong{0};
  std::vector<std::thread> callers;
  for (int t = 0; t < 4; ++t)
    callers.emplace_back([&] {
      for (int round = 0; round < 20; ++round) {
        std::vector<std::size_t> results(30);
        std::vector<std::shared_ptr<WorkerPool::Ticket>> tickets;
        for (std::size_t i = 0; i < results.size(); ++i) tickets.push_back(pool.submit([&, i] { results[i] = i * i; }));
        wrong += misdone(pool, 20);
        for (std::size_t i = 0; i < results.size(); ++i) {
          tickets[i]->wait();
          wrong += results[i] != i * i;
        }
      }
    });
  for (auto& caller : callers) caller.join();
  EXPECT_EQ(wrong, 0);
}

TEST(WorkerPool, ATaskMayOwnItLast) {
  auto pool = std::make_shared<WorkerPool>(2);
  std::atomic<bool> ended{false};
  std::shared_ptr<void> tells(nullptr, [&](void*) { ended = true; });
  auto& reference = *pool;
  // The ticket is dropped at once: only the pool's thread is left to run and destroy the task, and with it the pool.
  reference.submit([pool = std::move(pool), tells = std::move(tells)]() mutable {
    pool.reset();
    tells.reset();
  });
  while (!ended) std::this_thread::yield();
}

TEST(WorkerPool, WorksInEveryChild) {
  WorkerPool pool(4);
  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0};
  std::vector<std::thread> callers;
  for (int t = 0; t < 3; ++t)
    callers.emplace_back([&] {
      while (!stop) {
        wrong += misdone(pool, 50);
        std::atomic<int> done{0};
        const auto ticket = pool.submit([&] { ++done; });
        ticket->wait();
        wrong += done != 1;
      }
    });
  int good = 0;
  for (int round = 0; round < 50; ++round) {
    std::atomic<int> done{0};
    const auto before = pool.submit([&] { ++done; });
    const auto child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      alarm(120);
      int bad = misdone(pool, 7, 1);
      try {
        before->wait();
        bad += done != 1;
      } catch (const Error& error) {  // it was under way in a thread that this process does not have
        bad += error.kind() != ErrorKind::cancelled;
      }
      if (child_may_start_threads) {
        bad += misdone(pool, 200) + misdone(pool, 7, 2);
        std::atomic<int> in_child{0};
        const auto ticket = pool.submit([&] { ++in_child; });
        ticket->wait();
        bad += in_child != 1;
        pool.submit([] {})->discard();
        WorkerPool own(2);
        bad += misdone(own, 20);
      }
      _exit(bad);
    }
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    good += status == 0;
    before->wait();
  }
  stop = true;
  for (auto& caller : callers) caller.join();
  EXPECT_EQ(good, 50);
  EXPECT_EQ(wrong, 0);
}

TEST(WorkerPool, AnInheritedPoolEndsCleanlyInTheChild) {
  auto pool = std::make_unique<WorkerPool>(3);
  EXPECT_EQ(misdone(*pool, 50), 0);
  const auto child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    alarm(60);
    pool.reset();
    _exit(0);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace fiver
