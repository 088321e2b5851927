#include "python_storage.hpp"

#include <atomic>
#include <mutex>

#include "fiver/values/error.hpp"

namespace fiver::python {

namespace {

std::atomic<std::uint64_t> next_identity{1};

/// Runs Python code from any thread; a Python exception becomes Error{io} with its text, and stays as the cause of what the caller sees.
template <class F>
auto call(F&& work) {
  const nb::gil_scoped_acquire gil;
  try {
    return work();
  } catch (nb::python_error& error) {
    throw Error(ErrorKind::io, error.what());
  }
}

class PythonStorage : public Storage {
 public:
  PythonStorage(nb::object file, std::string name) : file_(std::move(file)), name_(std::move(name)) {}
  ~PythonStorage() override {
    const nb::gil_scoped_acquire gil;
    file_.reset();
  }

  std::string name() const override { return name_; }
  StorageIdentity identity() const override { return {0, identity_}; }
  std::uint64_t size() const override {
    const std::lock_guard lock(mutex_);
    return call([&] { return nb::cast<std::uint64_t>(file_.attr("seek")(0, 2)); });
  }
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) const override {
    const std::lock_guard lock(mutex_);  // held while Python code runs, and never asked for with the GIL held
    return call([&] {
      file_.attr("seek")(offset);
      std::size_t got = 0;
      while (got < into.size()) {
        auto piece = nb::object(file_.attr("read")(into.size() - got));
        if (piece.is_none() || !PyBytes_Check(piece.ptr()))
          throw nb::type_error("read() of the file object must return bytes");
        const auto size = static_cast<std::size_t>(PyBytes_GET_SIZE(piece.ptr()));
        if (size == 0) break;
        std::memcpy(into.data() + got, PyBytes_AS_STRING(piece.ptr()), std::min(size, into.size() - got));
        got += std::min(size, into.size() - got);
      }
      return got;
    });
  }
  void write_at(std::uint64_t offset, std::span<const std::byte> bytes) override {
    const std::lock_guard lock(mutex_);
    call([&] {
      file_.attr("seek")(offset);
      std::size_t done = 0;
      while (done < bytes.size()) {
        const nb::object view = nb::steal<nb::object>(
            PyMemoryView_FromMemory(const_cast<char*>(reinterpret_cast<const char*>(bytes.data())) + done,
                                    static_cast<Py_ssize_t>(bytes.size() - done), PyBUF_READ));
        const auto written = nb::object(file_.attr("write")(view));
        done += written.is_none() ? bytes.size() - done : nb::cast<std::size_t>(written);
      }
    });
  }
  void reserve(std::uint64_t /*size*/) override {}
  void resize(std::uint64_t size) override {
    const std::lock_guard lock(mutex_);
    call([&] {
      // truncate() cuts a file, and need not lengthen it.
      const auto now = nb::cast<std::uint64_t>(file_.attr("seek")(0, 2));
      if (now >= size) {
        file_.attr("truncate")(size);
      } else {
        file_.attr("seek")(size - 1);
        file_.attr("write")(nb::bytes("\0", 1));
      }
    });
  }
  void sync() override {
    const std::lock_guard lock(mutex_);
    call([&] {
      if (nb::hasattr(file_, "flush")) file_.attr("flush")();
    });
  }
  bool try_lock(LockMode /*mode*/) override { return true; }
  void unlock() override {}

 private:
  mutable std::mutex mutex_;
  nb::object file_;
  std::string name_;
  std::uint64_t identity_ = next_identity++;
};

}  // namespace

std::shared_ptr<Storage> storage_of(nb::object file, std::string name) {
  return std::make_shared<PythonStorage>(std::move(file), std::move(name));
}

}  // namespace fiver::python
