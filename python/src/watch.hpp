// A call that may take long: Ctrl-C ends it after at most one more chunk of each worker, and a progress callback is served.
#pragma once

#include <atomic>
#include <chrono>

#include "fiver/dataset.hpp"
#include "module.hpp"

namespace fiver::python {

class Watch {
 public:
  /// `progress` is called with a share of 0 to 1, at most twenty times a second, or is None.
  explicit Watch(nb::object progress = nb::none(), unsigned threads = 0);
  /// Decoding is counted there, from options() on; null: nowhere.
  void count_in(DecodeWork* work) { decoding_ = work; }
  /// What the engine is to be given; valid while this object is.
  ReadOptions options();
  /// With the GIL held, from a callback on any thread: ends the call with the Python exception that is set.
  void fail();
  /// After the engine's Error: throws the Python exception that ended the call, if there is one.
  void rethrow();

 private:
  void look(double share);
  nb::object progress_;
  unsigned threads_;
  DecodeWork* decoding_ = nullptr;
  std::atomic<bool> stop_{false};
  std::chrono::steady_clock::time_point next_;
  nb::object exception_;
};

/// Runs `work(options)` without the GIL; what the engine throws becomes the exceptions of a read.
template <class F>
void run_watched(Watch& watch, F&& work);

}  // namespace fiver::python

#include "errors.hpp"

namespace fiver::python {

template <class F>
void run_watched(Watch& watch, F&& work) {
  try {
    without_gil([&] { work(watch.options()); });
  } catch (const Error& error) {
    watch.rethrow();
    raise_while_reading(error);
  }
  watch.rethrow();
}

}  // namespace fiver::python
