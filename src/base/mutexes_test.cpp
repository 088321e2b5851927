// Mutexes, conditions and published values under many threads and across forks. Built with ThreadSanitizer too.
#include "base/mutexes.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

#include "base/published.hpp"

namespace fiver {
namespace {

TEST(Mutex, CountsExactly) {
  Mutex mutex;
  int count = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 2000; ++i) {
        const std::lock_guard lock(mutex);
        ++count;
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(count, 16000);
}

TEST(Condition, HandsOverEachTurn) {
  Mutex mutex;
  Condition changed;
  int turn = 0;
  const auto play = [&](int parity) {
    std::unique_lock lock(mutex);
    while (turn < 1000) {
      if (turn % 2 == parity) {
        ++turn;
        changed.notify_all();
      } else {
        changed.wait(mutex);
      }
    }
  };
  std::thread other(play, 1);
  play(0);
  other.join();
  EXPECT_EQ(turn, 1000);
}

// Other threads hold locks nearly all the time, nested in both possible orders of age, while this one forks: each child must find every
// mutex free and the two counts that they guard together equal.
TEST(Mutex, IsFreeAndItsDataWholeInEveryChild) {
  Mutex outer, inner;
  long guarded_by_outer = 0, guarded_by_inner = 0;
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      while (!stop) {
        const std::lock_guard one(outer);
        ++guarded_by_outer;
        const std::lock_guard two(inner);
        ++guarded_by_inner;
      }
    });
  const auto generation = fork_generation();
  int whole = 0;
  for (int round = 0; round < 50; ++round) {
    const auto child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      alarm(60);  // a mutex left locked shows as a signal instead of a test that never ends
      const std::lock_guard one(outer);
      const std::lock_guard two(inner);
      _exit(guarded_by_outer == guarded_by_inner && fork_generation() == generation + 1 ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    whole += status == 0;
  }
  stop = true;
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(whole, 50);
  EXPECT_EQ(fork_generation(), generation);
}

TEST(Mutex, SeveralThreadsForkAtOnceAndChildrenForkAgain) {
  Mutex mutex;
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t)
    threads.emplace_back([&] {
      for (int round = 0; round < 10; ++round) {
        const auto child = fork();
        if (child == 0) {
          alarm(60);
          const auto grandchild = fork();
          if (grandchild == 0) {
            const std::lock_guard lock(mutex);
            _exit(static_cast<int>(fork_generation()));
          }
          int status = -1;
          waitpid(grandchild, &status, 0);
          _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 99);
        }
        int status = -1;
        waitpid(child, &status, 0);
        good += WIFEXITED(status) && WEXITSTATUS(status) == 2;
        const std::lock_guard lock(mutex);
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 30);
}

TEST(Published, ReadersSeeWholeValuesAndUpdatesAreNotLost) {
  struct Pair {
    int first = 0;
    std::string text = "0";
  };
  Published<Pair> published{Pair{}};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i)
        published.update([](const std::shared_ptr<const Pair>& now) {
          return std::make_shared<const Pair>(Pair{now->first + 1, std::to_string(now->first + 1)});
        });
    });
    threads.emplace_back([&] {
      int last = 0;
      for (int i = 0; i < 500; ++i) {
        const auto seen = published.load();
        EXPECT_EQ(seen->text, std::to_string(seen->first));
        EXPECT_GE(seen->first, last);
        last = seen->first;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(published.load()->first, 2000);
}

TEST(Published, AFailedUpdateChangesNothing) {
  Published<int> published{7};
  const auto before = published.load();
  EXPECT_THROW(published.update([](const auto&) -> std::shared_ptr<const int> { throw 1; }), int);
  EXPECT_EQ(published.load(), before);
  published.store(std::make_shared<const int>(8));
  EXPECT_EQ(*published.load(), 8);
}

TEST(Published, TheOldValueDiesOutsideTheLocks) {
  struct LooksBack {
    Published<LooksBack>* home = nullptr;
    bool* looked = nullptr;
    ~LooksBack() {
      if (home != nullptr) *looked = home->load() != nullptr;  // deadlocks if the lock is held
    }
  };
  bool looked = false;
  Published<LooksBack> published;
  auto first = std::make_shared<LooksBack>();
  first->home = &published;
  first->looked = &looked;
  published.store(std::move(first));
  published.store(std::make_shared<LooksBack>());
  EXPECT_TRUE(looked);
}

}  // namespace
}  // namespace fiver
