// The library's threads. One pool per Runtime, shared by all calls: a call hands over `count` independent
// tasks and takes part in them itself, so it makes progress however busy the pool is, and with no thread at
// all.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <utility>

#include "base/function_ref.hpp"
#include "base/mutexes.hpp"
#include "fiver/values/error.hpp"

namespace fiver {

/// A request to stop, made from any thread at any time; it cannot be taken back.
class CancelToken {
 public:
  void cancel() noexcept { cancelled_.store(true, std::memory_order_release); }
  bool cancelled() const noexcept { return cancelled_.load(std::memory_order_acquire); }
  /// Throws Error{cancelled} once cancel() was called.
  void check() const {
    if (cancelled()) throw Error(ErrorKind::cancelled, "stopped on request");
  }

 private:
  std::atomic<bool> cancelled_{false};
};

class WorkerPool {
 public:
  using Task = FunctionRef<void(std::size_t index, unsigned worker)>;
  struct State;  ///< shared with tickets, which may outlive the pool

  /// One task that runs in the background, from submit().
  class Ticket {
   public:
    Ticket(std::shared_ptr<State> state, std::function<void()> task)
        : state_(std::move(state)), task_(std::move(task)) {}
    /// Returns when the task has run, or throws what it threw. A task that has not begun is run here and now;
    /// while another thread runs it, this one helps with other submitted tasks. After a fork, a task that the
    /// parent had under way cannot finish in the child: Error{cancelled}. The caller holds no Mutex.
    void wait();
    /// The task is not wanted any more: it never begins, or has ended, when this returns. What it threw is
    /// dropped.
    void discard();
    bool done() const;

   private:
    friend class WorkerPool;
    friend struct State;
    enum class Stage : std::uint8_t { queued, running, done };

    std::shared_ptr<State> state_;
    std::function<void()> task_;
    // All below: guarded by the state's mutex.
    Stage stage_ = Stage::queued;
    std::uint32_t generation_ = 0;  // fork_generation() where it began to run
    std::exception_ptr error_;
    Condition changed_;
  };

  /// `threads` workers, the caller of run() counted; 0 = as many as the machine has. More than that suits
  /// slow storage. Threads start at the first use, and again in a child process.
  explicit WorkerPool(unsigned threads = 0);
  /// Waits for the threads. No run() may be under way. Tasks submitted and not begun run when their ticket is
  /// waited for.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// The most workers that one run() can have: `worker` is always below this.
  unsigned size() const noexcept;

  /// Calls task(index, worker) for each index in [0, count), on up to `max_workers` threads (0 = all), this
  /// one among them as worker 0, and returns when all have ended. Indices are handed out in order; no two
  /// tasks have one worker number at the same time. When tasks throw, no more are begun, and the error of the
  /// lowest index is thrown here: always the same one, since all before it were begun. Once `cancel` is set,
  /// each worker ends the task it is at and Error{cancelled} is thrown, unless none was left to begin. From
  /// inside a task, everything runs on the calling thread.
  void run(std::size_t count, unsigned max_workers, Task task, const CancelToken* cancel = nullptr);

  /// Queues a task for the background. Queued tasks begin in order, after the work of run() that has room for
  /// workers.
  std::shared_ptr<Ticket> submit(std::function<void()> task);

 private:
  std::shared_ptr<State> state_;
};

}  // namespace fiver
