#include "base/worker_pool.hpp"

#include <algorithm>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "base/thread_set.hpp"

namespace fiver {

namespace {

thread_local bool inside_task = false;

struct InsideTask {
  const bool before = std::exchange(inside_task, true);
  ~InsideTask() { inside_task = before; }
};

// What the call throws. The handler has ended, and this thread let go of the exception, before another can see it.
template <class Call>
std::exception_ptr error_of(Call&& call) {
  const InsideTask inside;
  try {
    call();
  } catch (...) {
    return std::current_exception();
  }
  return nullptr;
}

// One run(). It lies on its caller's stack; a worker's last touch of it is under the mutex, which the caller takes before it returns.
struct Job {
  Job(std::size_t tasks, unsigned workers, WorkerPool::Task body, const CancelToken* token)
      : count(tasks), max_workers(workers), task(body), cancel(token) {}
  const std::size_t count;
  const unsigned max_workers;
  const WorkerPool::Task task;
  const CancelToken* const cancel;
  std::atomic<std::size_t> next{0};
  std::atomic<bool> stop{false};
  // All below: guarded by the state's mutex.
  unsigned joined = 1;  // the caller
  unsigned active = 0;  // other threads at work on it
  std::size_t error_index = 0;
  std::exception_ptr error;
  Condition left;

  bool wants_workers() const { return joined < max_workers && !stop && next < count; }
};

}  // namespace

struct WorkerPool::State {
  explicit State(unsigned workers) : size(workers) {}

  const unsigned size;
  Mutex mutex;
  Condition work;
  // All below: guarded by the mutex.
  std::vector<Job*> jobs;
  std::deque<std::shared_ptr<Ticket>> queue;
  std::deque<std::shared_ptr<Ticket>> orphans;  // queued by threads that a child process does not have
  ThreadSet threads;
  std::uint32_t generation = fork_generation();
  bool stopping = false;

  // What a child process finds here belongs to threads that it does not have. Tickets whose owner forked still run when waited for.
  void adopt() {
    if (generation == fork_generation()) return;
    generation = fork_generation();
    threads.forget();
    jobs.clear();
    orphans.insert(orphans.end(), queue.begin(), queue.end());
    queue.clear();
  }

  // The threads own the state: the last owner of a pool may be a task of its own.
  static void start_threads(const std::shared_ptr<State>& state, std::size_t wanted) {
    state->threads.grow_to(std::min<std::size_t>(wanted, state->size - 1), [state] { state->serve(); });
  }

  void serve() {
    std::unique_lock lock(mutex);
    while (!stopping) {
      const auto job = std::find_if(jobs.begin(), jobs.end(), [](const Job* each) { return each->wants_workers(); });
      if (job != jobs.end()) {
        join(**job, lock);
      } else if (!queue.empty()) {
        run_front(lock);
      } else {
        work.wait(mutex);
      }
    }
  }

  void join(Job& job, std::unique_lock<Mutex>& lock) {
    const auto worker = job.joined++;
    ++job.active;
    lock.unlock();
    work_on(job, worker);
    lock.lock();
    if (--job.active == 0) job.left.notify_all();
  }

  void work_on(Job& job, unsigned worker) {
    while (!job.stop) {
      if (job.cancel != nullptr && job.cancel->cancelled()) return;
      const auto index = job.next.fetch_add(1);
      if (index >= job.count) return;
      auto error = error_of([&] { job.task(index, worker); });
      if (!error) continue;
      job.stop = true;
      const std::lock_guard lock(mutex);
      if (!job.error || index < job.error_index) {
        job.error_index = index;
        job.error.swap(error);
      }
    }
  }

  void run_front(std::unique_lock<Mutex>& lock) {
    auto ticket = std::move(queue.front());
    queue.pop_front();
    run_ticket(*ticket, lock);
  }

  // The ticket is queued, and in the queue no more.
  void run_ticket(Ticket& ticket, std::unique_lock<Mutex>& lock) {
    ticket.stage_ = Ticket::Stage::running;
    ticket.generation_ = generation;
    auto task = std::move(ticket.task_);
    lock.unlock();
    auto error = error_of(task);
    task = nullptr;  // what it holds on to is let go before anybody is told
    lock.lock();
    ticket.error_ = std::move(error);
    ticket.stage_ = Ticket::Stage::done;
    ticket.changed_.notify_all();
  }

  void remove(const Ticket* ticket) {
    std::erase_if(queue, [&](const auto& each) { return each.get() == ticket; });
  }
};

WorkerPool::WorkerPool(unsigned threads)
    : state_(std::make_shared<State>(threads != 0 ? threads : std::max(1U, std::thread::hardware_concurrency()))) {}

WorkerPool::~WorkerPool() {
  std::unique_lock lock(state_->mutex);
  state_->adopt();
  state_->stopping = true;
  // Tasks never begun die after the lock, for they may own anything.
  const auto dropped = std::exchange(state_->queue, {});
  const auto orphans = std::exchange(state_->orphans, {});
  auto threads = std::exchange(state_->threads, {});
  lock.unlock();
  state_->work.notify_all();
  threads.join();
}

unsigned WorkerPool::size() const noexcept {
  return state_->size;
}

void WorkerPool::run(std::size_t count, unsigned max_workers, Task task, const CancelToken* cancel) {
  max_workers = max_workers == 0 ? size() : std::min(max_workers, size());
  if (inside_task || max_workers == 1 || count <= 1) {
    const InsideTask inside;
    for (std::size_t index = 0; index < count; ++index) {
      if (cancel != nullptr) cancel->check();
      task(index, 0);
    }
    return;
  }
  Job job(count, max_workers, task, cancel);
  const auto helpers = std::min<std::size_t>(count, max_workers) - 1;
  std::unique_lock lock(state_->mutex);
  state_->adopt();
  State::start_threads(state_, helpers);
  const bool all = helpers >= state_->threads.size();
  state_->jobs.push_back(&job);
  lock.unlock();
  if (all) state_->work.notify_all();
  for (std::size_t i = 0; !all && i < helpers; ++i) state_->work.notify_one();

  state_->work_on(job, 0);

  lock.lock();
  std::erase(state_->jobs, &job);
  while (job.active > 0) job.left.wait(state_->mutex);
  lock.unlock();
  if (job.error) std::rethrow_exception(job.error);
  if (job.next < count) throw Error(ErrorKind::cancelled, "stopped on request");
}

std::shared_ptr<WorkerPool::Ticket> WorkerPool::submit(std::function<void()> task) {
  auto ticket = std::make_shared<Ticket>(state_, std::move(task));
  {
    const std::lock_guard lock(state_->mutex);
    state_->adopt();
    state_->queue.push_back(ticket);
    State::start_threads(state_, state_->queue.size());
  }
  state_->work.notify_one();
  return ticket;
}

void WorkerPool::Ticket::wait() {
  std::unique_lock lock(state_->mutex);
  state_->adopt();
  while (stage_ != Stage::done) {
    if (stage_ == Stage::queued) {
      state_->remove(this);
      state_->run_ticket(*this, lock);
    } else if (generation_ != state_->generation) {
      throw Error(ErrorKind::cancelled, "the task was under way in another thread when the process forked");
    } else if (!inside_task && !state_->queue.empty()) {
      state_->run_front(lock);
    } else {
      changed_.wait(state_->mutex);
    }
  }
  if (error_) std::rethrow_exception(error_);
}

void WorkerPool::Ticket::discard() {
  std::function<void()> unwanted;  // dies after the lock
  std::unique_lock lock(state_->mutex);
  state_->adopt();
  if (stage_ == Stage::queued) {
    state_->remove(this);
    unwanted = std::move(task_);
    stage_ = Stage::done;
    changed_.notify_all();
  }
  while (stage_ == Stage::running && generation_ == state_->generation) changed_.wait(state_->mutex);
  lock.unlock();
}

bool WorkerPool::Ticket::done() const {
  const std::lock_guard lock(state_->mutex);
  return stage_ == Stage::done;
}

}  // namespace fiver
