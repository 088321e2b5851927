#include "base/thread_set.hpp"

#include <csignal>
#include <memory>

namespace fiver {

namespace {

// Signals sent to the process go to the host's own threads, which expect them (Python's main thread, for one).
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

void* thread_main(void* argument) {
  const std::unique_ptr<std::function<void()>> body(static_cast<std::function<void()>*>(argument));
  (*body)();
  return nullptr;
}

}  // namespace

void ThreadSet::grow_to(std::size_t wanted, const std::function<void()>& body) {
  if (threads_.size() >= wanted) return;
  threads_.reserve(wanted);
  const SignalsBlocked blocked;
  while (threads_.size() < wanted) {
    auto own = std::make_unique<std::function<void()>>(body);
    pthread_t thread;
    if (pthread_create(&thread, nullptr, thread_main, own.get()) != 0) return;
    static_cast<void>(own.release());
    threads_.push_back(thread);
  }
}

void ThreadSet::join() {
  for (const auto thread : threads_) {
    if (pthread_equal(thread, pthread_self()) != 0) {
      pthread_detach(thread);
    } else {
      pthread_join(thread, nullptr);
    }
  }
  threads_.clear();
}

}  // namespace fiver
