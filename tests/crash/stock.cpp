#include "stock.hpp"

#include <poll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <stdexcept>

namespace fiver::tests {
namespace {

constexpr std::size_t room = std::size_t{32} << 20;
constexpr int patience = 20'000;  // milliseconds for one file

}  // namespace

struct Stock::Shared {
  std::size_t size;
  bool failed;
  char bytes[room];
};

std::string Stock::missing() {
  return libhdf5_missing();
}

Stock::Stock() {
  if (auto reason = missing(); !reason.empty()) throw std::runtime_error(reason);
  auto* memory = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::runtime_error("no memory to share with a process");
  shared_ = static_cast<Shared*>(memory);
  start();
}

Stock::~Stock() {
  stop();
  munmap(shared_, sizeof(Shared));
}

void Stock::start() {
  int down[2], up[2];
  if (pipe(down) != 0 || pipe(up) != 0) throw std::runtime_error("no pipe");
  process_ = fork();
  if (process_ < 0) throw std::runtime_error("no process");
  if (process_ != 0) {
    close(down[0]);
    close(up[1]);
    to_ = down[1];
    from_ = up[0];
    return;
  }
  close(down[1]);
  close(up[0]);
  char command = 0;
  while (read(down[0], &command, 1) == 1) {
    std::string answer;
    shared_->failed = false;
    try {
      answer = command == 'm' ? make_with_libhdf5()
                              : look_with_libhdf5(reinterpret_cast<const std::byte*>(shared_->bytes), shared_->size);
    } catch (const std::exception& error) {
      shared_->failed = true;
      answer = error.what();
    }
    shared_->size = std::min(answer.size(), room);
    std::memcpy(shared_->bytes, answer.data(), shared_->size);
    if (write(up[1], "d", 1) != 1) break;
  }
  _exit(0);
}

void Stock::stop() {
  if (process_ <= 0) return;
  close(to_);
  close(from_);
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
  process_ = -1;
}

bool Stock::ask(char command) {
  const auto wrote = write(to_, &command, 1);
  pollfd wait{from_, POLLIN, 0};
  char done = 0;
  return wrote == 1 && poll(&wait, 1, patience) == 1 && read(from_, &done, 1) == 1;
}

Stock::Answer Stock::look_at(ByteView file) {
  if (file.size() > room) throw std::runtime_error("a file that is too large for this test");
  shared_->size = file.size();
  std::memcpy(shared_->bytes, file.data(), file.size());
  if (!ask('l')) {
    stop();
    start();
    return {{}, "the process with libhdf5 died or hung"};
  }
  if (shared_->failed) return {{}, std::string(shared_->bytes, shared_->size)};
  return {take_found(shared_->bytes, shared_->size), {}};
}

Bytes Stock::make_file() {
  if (!ask('m') || shared_->failed) throw std::runtime_error("libhdf5 made no file");
  Bytes bytes(shared_->size);
  std::memcpy(bytes.data(), shared_->bytes, shared_->size);
  return bytes;
}

}  // namespace fiver::tests
