// The installed libhdf5 as a judge of files in memory: in a process of its own, which may die of what it is shown.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "base/bytes.hpp"
#include "model.hpp"

namespace fiver::tests {

class Stock {
 public:
  /// Starts the process. Throws std::runtime_error when there is no libhdf5.
  Stock();
  ~Stock();
  Stock(const Stock&) = delete;
  Stock& operator=(const Stock&) = delete;

  /// Why this test program has no such judge; empty: it has.
  static std::string missing();

  struct Answer {
    Found found;
    std::string fault;  ///< what libhdf5 refused, or that its process died or hung; empty: nothing
  };
  Answer look_at(ByteView file);
  /// A file that libhdf5 makes, with a dataset for each kind of chunk index: see make_file() in stock.cpp.
  Bytes make_file();

 private:
  struct Shared;
  void start();
  void stop();
  /// False: the process died or took too long.
  bool ask(char command);

  Shared* shared_ = nullptr;
  int to_ = -1, from_ = -1, process_ = -1;
};

/// Of the child's side: what libhdf5 finds in the file, as put_found() writes it. Throws std::runtime_error.
std::string look_with_libhdf5(const std::byte* file, std::size_t size);
std::string make_with_libhdf5();
/// Why libhdf5 can't be used; empty: it can.
std::string libhdf5_missing();

}  // namespace fiver::tests
