#include "io/posix_storage.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <limits>
#include <mutex>
#include <numeric>
#include <utility>
#include <vector>

#include "base/checked.hpp"
#include "base/mutexes.hpp"
#include "io/posix_open.hpp"

namespace fiver::io {

namespace {

using DescriptorPointer = std::shared_ptr<const Descriptor>;

// off_t is signed; what does not fit lies behind the end of any file.
constexpr std::uint64_t largest_offset = static_cast<std::uint64_t>(std::numeric_limits<off_t>::max());

bool is_unsupported(int number) {
  return number == ENOSYS || number == ENOTSUP || number == EOPNOTSUPP || number == ENOLCK || number == EINVAL;
}

class PosixStorage final : public FileStorage {
 public:
  PosixStorage(std::string path, OpenMode mode, std::shared_ptr<DescriptorBudget> budget)
      : path_(std::move(path)), mode_(mode), budget_(std::move(budget)) {
    auto opened = open_regular(path_, mode_, budget_);
    info_ = opened.info;
    slot_->descriptor = std::move(opened.descriptor);
    slot_->pins = mode_ == OpenMode::read ? 0 : 1;
    directory_pending_ = mode_ == OpenMode::create || mode_ == OpenMode::create_exclusive;
    reserved_ = static_cast<std::uint64_t>(info_.st_size);
    offer();
  }

  std::string name() const override { return path_; }
  OpenMode mode() const override { return mode_; }
  StorageIdentity identity() const override { return {info_.st_dev, info_.st_ino}; }

  std::uint64_t change_stamp() const override {
    const auto info = status();
    constexpr std::uint64_t nanoseconds = 1'000'000'000;
    return static_cast<std::uint64_t>(info.st_mtim.tv_sec) * nanoseconds +
           static_cast<std::uint64_t>(info.st_mtim.tv_nsec) +
           static_cast<std::uint64_t>(info.st_size) * 0x9E3779B97F4A7C15U;  // times are coarse: some 4 ms
  }

  std::uint64_t size() const override { return static_cast<std::uint64_t>(status().st_size); }

  std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) const override {
    return read_from(*descriptor(), offset, into);
  }

  void read_batch(std::span<ReadRequest> requests) const override;

  void prefetch(std::uint64_t offset, std::uint64_t length) const override {
    if (!lies_within(offset, length, largest_offset)) return;
    posix_fadvise(descriptor()->number(), static_cast<off_t>(offset), static_cast<off_t>(length), POSIX_FADV_WILLNEED);
  }

  void write_at(std::uint64_t offset, std::span<const std::byte> bytes) override {
    const auto file = writable();
    if (!lies_within(offset, bytes.size(), largest_offset)) fail(fmt::format("cannot write at byte {}", offset), EFBIG);
    while (!bytes.empty()) {
      const auto written = retry_interrupted(
          [&] { return pwrite(file->number(), bytes.data(), bytes.size(), static_cast<off_t>(offset)); });
      if (written <= 0)
        fail(fmt::format("cannot write {} bytes at byte {}", bytes.size(), offset), written == 0 ? ENOSPC : errno);
      bytes = bytes.subspan(static_cast<std::size_t>(written));
      offset += static_cast<std::uint64_t>(written);
    }
  }

  void reserve(std::uint64_t size) override;

  void resize(std::uint64_t size) override {
    const auto file = writable();
    if (size > largest_offset) fail(fmt::format("cannot make it {} bytes long", size), EFBIG);
    if (retry_interrupted([&] { return ftruncate(file->number(), static_cast<off_t>(size)); }) != 0)
      fail(fmt::format("cannot make it {} bytes long", size), errno);
    if (size < reserved_) reserved_ = size;
  }

  void sync() override;

  bool try_lock(LockMode mode) override;
  void unlock() override;

  bool try_lock_range(LockMode mode, std::uint64_t offset, std::uint64_t length) override {
    require_own();
    const auto file = pin();  // for good: whoever uses ranges locks and unlocks them often
    const bool got =
        lock_result(set_range(*file, static_cast<short>(mode == LockMode::shared ? F_RDLCK : F_WRLCK), offset, length));
    if (range_pinned_.exchange(true)) unpin();
    return got;
  }

  void unlock_range(std::uint64_t offset, std::uint64_t length) override {
    if (is_parents()) return;
    if (set_range(*descriptor(), F_UNLCK, offset, length) != 0) fail("cannot unlock a range of it", errno);
  }

 private:
  [[noreturn]] void fail(const std::string& what, int number) const {
    throw system_error(ErrorKind::io, path_, what, number);
  }

  struct stat status() const {
    const auto file = descriptor();
    struct stat info;
    if (fstat(file->number(), &info) != 0) fail("cannot stat it", errno);
    return info;
  }

  // The lock and the right to write belong to the process that opened the file.
  bool is_parents() const { return generation_ != fork_generation(); }

  void offer() const {
    if (budget_ && mode_ == OpenMode::read) {
      budget_->touch(*slot_);
      budget_->offer(slot_);
    }
  }

  DescriptorPointer descriptor() const {
    {
      const std::lock_guard lock(slot_->mutex);
      if (budget_) budget_->touch(*slot_);
      if (slot_->descriptor) return slot_->descriptor;
    }
    return reopen();
  }

  DescriptorPointer reopen() const {
    auto opened = open_regular(path_, mode_, budget_);
    const auto& now = opened.info;
    const auto changed = [&](const std::string& what) {
      return std::move(
          Error(ErrorKind::io, fmt::format("{} while it was closed to save descriptors", what)).in_file(path_));
    };
    if (now.st_dev != info_.st_dev || now.st_ino != info_.st_ino) throw changed("another file took its place");
    if (now.st_size != info_.st_size)
      throw changed(fmt::format("its size changed from {} to {}", info_.st_size, now.st_size));
    if (now.st_mtim.tv_sec != info_.st_mtim.tv_sec || now.st_mtim.tv_nsec != info_.st_mtim.tv_nsec)
      throw changed("it was written to");
    DescriptorPointer result;
    {
      const std::lock_guard lock(slot_->mutex);
      // Another thread may have been faster; the descriptor opened here is closed after the lock then.
      if (slot_->descriptor) return slot_->descriptor;
      result = slot_->descriptor = std::move(opened.descriptor);
    }
    offer();
    return result;
  }

  // Holds the descriptor that is open now.
  DescriptorPointer pin() const {
    while (true) {
      auto file = descriptor();
      const std::lock_guard lock(slot_->mutex);
      if (slot_->descriptor != file) continue;
      ++slot_->pins;
      return file;
    }
  }

  void unpin() const {
    const std::lock_guard lock(slot_->mutex);
    --slot_->pins;
  }

  DescriptorPointer writable() const {
    if (mode_ == OpenMode::read) throw std::move(Error(ErrorKind::io, "it was opened for reading only").in_file(path_));
    require_own();
    return descriptor();
  }

  void require_own() const {
    if (!is_parents()) return;
    throw std::move(
        Error(ErrorKind::conflict, "it was opened by the parent process, which alone may write to it or lock it")
            .in_file(path_));
  }

  bool take_lock(const Descriptor& file, LockMode mode) const {
    const int wanted = mode == LockMode::shared ? LOCK_SH : LOCK_EX;
    return lock_result(retry_interrupted([&] { return flock(file.number(), wanted | LOCK_NB); }));
  }

  std::size_t read_from(const Descriptor& file, std::uint64_t offset, std::span<std::byte> into) const {
    std::size_t total = 0;
    // Nothing lies behind the largest offset, and the system refuses to look there.
    if (offset >= largest_offset) return 0;
    into = into.first(static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), largest_offset - offset)));
    while (total < into.size()) {
      const auto rest = into.subspan(total);
      const auto got = retry_interrupted(
          [&] { return pread(file.number(), rest.data(), rest.size(), static_cast<off_t>(offset + total)); });
      if (got < 0) fail(fmt::format("cannot read {} bytes at byte {}", rest.size(), offset + total), errno);
      if (got == 0) break;
      total += static_cast<std::size_t>(got);
    }
    return total;
  }

  bool lock_result(int result) const {
    if (result == 0) return true;
    if (errno == EWOULDBLOCK || errno == EACCES) return false;
    if (is_unsupported(errno))
      throw system_error(ErrorKind::unsupported, path_, "its file system has no such locks", errno);
    fail("cannot lock it", errno);
  }

  static int set_range(const Descriptor& file, short type, std::uint64_t offset, std::uint64_t length) {
    if (!lies_within(offset, length, largest_offset)) {
      errno = EOVERFLOW;
      return -1;
    }
    struct flock range {};
    range.l_type = type;
    range.l_whence = SEEK_SET;
    range.l_start = static_cast<off_t>(offset);
    range.l_len = static_cast<off_t>(length);
    return retry_interrupted([&] { return fcntl(file.number(), F_OFD_SETLK, &range); });
  }

  const std::string path_;
  const OpenMode mode_;
  const std::shared_ptr<DescriptorBudget> budget_;
  const std::shared_ptr<DescriptorSlot> slot_ = std::make_shared<DescriptorSlot>();
  const std::uint32_t generation_ = fork_generation();
  struct stat info_ {};
  enum class Locked : std::uint8_t { no, shared, exclusive };
  std::atomic<Locked> locked_{Locked::no};
  std::atomic<bool> range_pinned_{false}, directory_pending_{false};
  std::atomic<std::uint64_t> reserved_{0};  // bytes before this have their room
  std::atomic<int> sync_error_{0};
};

// Requests that lie one behind the other become one call.
void PosixStorage::read_batch(std::span<ReadRequest> requests) const {
  constexpr std::size_t most_parts = 1024;  // IOV_MAX of Linux
  std::vector<std::size_t> order(requests.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return requests[a].offset < requests[b].offset; });
  const auto file = descriptor();
  std::vector<iovec> parts;
  for (std::size_t first = 0; first < order.size();) {
    parts.clear();
    const auto start = requests[order[first]].offset;
    auto end = start;
    auto last = first;
    for (; last < order.size() && parts.size() < most_parts; ++last) {
      const auto& request = requests[order[last]];
      if (request.offset != end || !lies_within(end, request.into.size(), largest_offset)) break;
      parts.push_back({request.into.data(), request.into.size()});
      end += request.into.size();
    }
    if (parts.size() < 2) {  // alone, or out of any file's range
      auto& request = requests[order[first++]];
      request.got = read_from(*file, request.offset, request.into);
      continue;
    }
    const auto got = retry_interrupted([&] {
      return preadv(file->number(), parts.data(), static_cast<int>(parts.size()), static_cast<off_t>(start));
    });
    if (got < 0) fail(fmt::format("cannot read {} bytes at byte {}", end - start, start), errno);
    // A short read: the rest, if any, is read part by part.
    auto left = static_cast<std::size_t>(got);
    for (; first < last; ++first) {
      auto& request = requests[order[first]];
      const auto here = std::min(left, request.into.size());
      left -= here;
      request.got = here;
      if (here < request.into.size())
        request.got += read_from(*file, request.offset + here, request.into.subspan(here));
    }
  }
}

void PosixStorage::reserve(std::uint64_t size) {
  const auto file = writable();
  const auto what = [&] { return fmt::format("cannot reserve {} bytes", size); };
  if (size > largest_offset) fail(what(), EFBIG);
  const std::uint64_t start = reserved_;
  if (size <= start) return;
  const auto length = static_cast<off_t>(size - start);
  if (retry_interrupted([&] { return fallocate(file->number(), 0, static_cast<off_t>(start), length); }) == 0) {
    reserved_ = size;
    return;
  }
  if (errno != EOPNOTSUPP && errno != ENOSYS) fail(what(), errno);
  // No such call on this file system (NFS before 4.2): zeros behind the end take the room just as well.
  static constexpr std::array<std::byte, 65536> zeros{};
  for (auto end = this->size(); end < size;) {
    const auto part = std::min<std::uint64_t>(zeros.size(), size - end);
    write_at(end, std::span(zeros).first(static_cast<std::size_t>(part)));
    end += part;
  }
  reserved_ = size;
}

void PosixStorage::sync() {
  const auto file = writable();
  // After a failure the system may have marked the lost pages clean: a second try would succeed and prove nothing.
  if (const int before = sync_error_; before != 0) fail("an earlier sync failed", before);
  if (retry_interrupted([&] { return fdatasync(file->number()); }) != 0) {
    sync_error_ = errno;
    fail("cannot make it durable", errno);
  }
  if (!directory_pending_) return;
  if (const int error = sync_directory_of(path_); error != 0) {
    sync_error_ = error;
    fail("cannot make its name durable", error);
  }
  directory_pending_ = false;
}

// While the file is locked, one pin keeps its descriptor: the lock goes with it.
bool PosixStorage::try_lock(LockMode mode) {
  require_own();
  const auto file = pin();
  if (take_lock(*file, mode)) {
    if (locked_.exchange(mode == LockMode::shared ? Locked::shared : Locked::exclusive) != Locked::no) unpin();
    return true;
  }
  unpin();
  // The system gives the old lock up before it tries for the new one.
  const Locked before = locked_;
  if (before == Locked::no) return false;
  if (take_lock(*file, before == Locked::shared ? LockMode::shared : LockMode::exclusive)) return false;
  if (locked_.exchange(Locked::no) != Locked::no) unpin();
  throw std::move(Error(ErrorKind::conflict, "another took its lock while the lock's mode was changed").in_file(path_));
}

void PosixStorage::unlock() {
  if (is_parents() || locked_.exchange(Locked::no) == Locked::no) return;
  const auto file = descriptor();
  const int result = retry_interrupted([&] { return flock(file->number(), LOCK_UN); });
  const int error = errno;
  unpin();
  if (result != 0) fail("cannot unlock it", error);
}

}  // namespace

std::shared_ptr<FileStorage> open_file(const std::string& path, OpenMode mode,
                                       std::shared_ptr<DescriptorBudget> budget) {
  return std::make_shared<PosixStorage>(path, mode, std::move(budget));
}

}  // namespace fiver::io
