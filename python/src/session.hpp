// What one Python File object opened. Closing it ends the objects opened through it, and only those: every handle is registered with its session,
// and is emptied when that closes, so that no forgotten Dataset keeps a file descriptor.
#pragma once

#include <memory>
#include <mutex>
#include <optional>

#include "fiver/file.hpp"
#include "fiver/quick_reader.hpp"
#include "module.hpp"

namespace fiver::python {

/// A handle of a closed file was used.
struct Closed {
  const char* what = "the file, or this object of it, is closed";
};

class IoLog;
class Slot;

class Session {
 public:
  Session(File file, std::string mode) : file_(std::move(file)), mode_(std::move(mode)) {}
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Throws Closed.
  File file() const;
  bool is_open() const;
  void close();
  /// True while it has this very file open.
  bool shares(const File& file) const;
  /// "r" or "r+".
  const std::string& mode() const { return mode_; }
  /// Where is noted what is read and written through it; null, as a rule: nowhere.
  const std::shared_ptr<IoLog>& log() const { return log_; }
  /// Before it opens anything.
  void set_log(std::shared_ptr<IoLog> log) { log_ = std::move(log); }

 private:
  friend class Slot;
  mutable std::mutex mutex_;
  std::optional<File> file_;
  std::string mode_;
  std::shared_ptr<IoLog> log_;
  Slot* first_ = nullptr;
};

/// An object's handle as Python holds it.
class Slot {
 public:
  /// `name`: the path by which the object was asked for; empty: its own.
  Slot(std::shared_ptr<Session> session, Object object, std::string name = {});
  ~Slot();
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;

  /// A copy, good for as long as it is held. Throws Closed.
  Object object() const;
  Group group() const { return Group(object().shared_handle()); }
  Dataset dataset() const { return Dataset(object().shared_handle()); }
  CommittedDatatype datatype() const { return CommittedDatatype(object().shared_handle()); }
  bool is_open() const;
  /// The path by which it was opened, soft links on the way included. Throws Closed.
  std::string name() const;
  void refresh();
  void close();

  /// What quick reads of a dataset as this target go through, kept with its handle. Throws Closed.
  struct Quick {
    std::shared_ptr<const QuickReader> reader;  ///< null where no read is quick
    bool known = false;                         ///< keep() was called for this target
  };
  Quick quick(nb::handle target) const;
  /// `of`: what object() gave when it was made; nothing is kept where that is another one by now.
  void keep(const Object& of, std::shared_ptr<const QuickReader> reader, nb::object target);
  /// The shape of a dataset that nobody changes, once it was asked for; else nothing. Throws Closed.
  nb::object shape() const;
  void keep_shape(const Object& of, nb::object shape);

  const std::shared_ptr<Session>& session() const { return session_; }

 private:
  friend class Session;
  void leave();  // with the session's mutex held
  std::shared_ptr<Session> session_;
  std::optional<Object> object_;
  std::shared_ptr<const QuickReader> quick_reader_;
  nb::object quick_target_, shape_;
  std::string name_;
  Slot *next_ = nullptr, *previous_ = nullptr;
};

// One Python type for each kind of object.
struct GroupSlot : Slot {
  using Slot::Slot;
};
struct DatasetSlot : Slot {
  using Slot::Slot;
};
struct DatatypeSlot : Slot {
  using Slot::Slot;
};

}  // namespace fiver::python
