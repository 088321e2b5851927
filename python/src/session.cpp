#include "session.hpp"

namespace fiver::python {

File Session::file() const {
  const std::lock_guard lock(mutex_);
  if (!file_) throw Closed{};
  return *file_;
}

bool Session::is_open() const {
  const std::lock_guard lock(mutex_);
  return file_.has_value();
}

bool Session::shares(const File& file) const {
  const std::lock_guard lock(mutex_);
  return file_ && &file_->handle() == &file.handle();
}

void Session::close() {
  // What the last handles free (a file's descriptor, its caches) is freed outside the lock.
  std::optional<File> file;
  std::vector<Object> objects;
  std::vector<std::shared_ptr<const QuickReader>> readers;
  const std::lock_guard lock(mutex_);
  file.swap(file_);
  while (first_ != nullptr) {
    if (first_->quick_reader_) readers.push_back(std::move(first_->quick_reader_));
    if (first_->object_) objects.push_back(std::move(*first_->object_));
    first_->object_.reset();
    first_->leave();
  }
}

Slot::Slot(std::shared_ptr<Session> session, Object object, std::string name)
    : session_(std::move(session)), object_(std::move(object)), name_(std::move(name)) {
  const std::lock_guard lock(session_->mutex_);
  if (!session_->file_) {  // closed meanwhile, by another thread
    object_.reset();
    return;
  }
  next_ = session_->first_;
  if (next_ != nullptr) next_->previous_ = this;
  session_->first_ = this;
}

Slot::~Slot() {
  std::optional<Object> last;
  std::shared_ptr<const QuickReader> reader;
  const std::lock_guard lock(session_->mutex_);
  last.swap(object_);
  reader.swap(quick_reader_);
  leave();
}

void Slot::leave() {
  if (previous_ != nullptr) previous_->next_ = next_;
  if (next_ != nullptr) next_->previous_ = previous_;
  if (session_->first_ == this) session_->first_ = next_;
  next_ = previous_ = nullptr;
}

Object Slot::object() const {
  const std::lock_guard lock(session_->mutex_);
  if (!object_) throw Closed{};
  return *object_;
}

std::string Slot::name() const {
  const auto own = object();
  return name_.empty() ? own.path() : name_;
}

bool Slot::is_open() const {
  const std::lock_guard lock(session_->mutex_);
  return object_.has_value();
}

void Slot::refresh() {
  auto fresh = object();
  fresh.refresh();
  const nb::gil_scoped_acquire gil;  // objects of Python's go
  std::shared_ptr<const QuickReader> reader;
  nb::object target, shape;
  const std::lock_guard lock(session_->mutex_);
  if (object_) object_ = std::move(fresh);
  std::swap(shape_, shape);
  reader.swap(quick_reader_);
  std::swap(quick_target_, target);
}

Slot::Quick Slot::quick(nb::handle target) const {
  const std::lock_guard lock(session_->mutex_);
  if (!object_) throw Closed{};
  if (quick_target_.ptr() != target.ptr()) return {};
  return {quick_reader_, true};
}

void Slot::keep(const Object& of, std::shared_ptr<const QuickReader> reader, nb::object target) {
  const std::lock_guard lock(session_->mutex_);
  if (!object_ || &object_->handle() != &of.handle()) return;
  quick_reader_.swap(reader);
  std::swap(quick_target_, target);
}

nb::object Slot::shape() const {
  const std::lock_guard lock(session_->mutex_);
  if (!object_) throw Closed{};
  return shape_;
}

void Slot::keep_shape(const Object& of, nb::object shape) {
  const std::lock_guard lock(session_->mutex_);
  if (object_ && &object_->handle() == &of.handle()) std::swap(shape_, shape);
}

void Slot::close() {
  std::optional<Object> last;
  std::shared_ptr<const QuickReader> reader;
  const std::lock_guard lock(session_->mutex_);
  last.swap(object_);
  reader.swap(quick_reader_);
  leave();
}

}  // namespace fiver::python
