// One large chunk that all workers encode together is written to the file by one of them while its caller encodes the next. It gets into the
// index when somebody settles: the next call that writes, whoever wants to see the chunk, a commit. So no reader is led to bytes that aren't
// there yet, and a write that fails is tried again instead of lost.
#include <algorithm>

#include "object/dataset_writer_jobs.hpp"
#include "object/file_state.hpp"
#include "object/runtime_state.hpp"

namespace fiver::object {

DatasetWriter::~DatasetWriter() {
  if (behind_ && behind_->ticket) behind_->ticket->discard();
}

void DatasetWriter::write_to_file(const Job& job) {
  const auto& view = writer_.file().view();
  view.storage().write_at(view.base() + job.address.value, job.stored);
}

void DatasetWriter::write_behind(Job& job) {
  settle();
  const auto behind = std::make_shared<Behind>();
  if (job.owned.size() == 0) {  // filters that change nothing left it in the caller's memory
    job.owned = writer_.file().runtime().state().buffers.take(job.stored.size());
    std::copy(job.stored.begin(), job.stored.end(), job.owned.data());
    job.stored = job.owned.span();
  }
  behind->job = std::move(job);
  behind->job.address = place_of(behind->job);
  try {
    writer_.await_room(behind->job.address.value + behind->job.stored.size());
    behind->ticket = writer_.file().runtime().state().pool.submit([this, on_its_way = behind.get()] {
      // A fork may have left it to a child, whose file this is not.
      if (!writer_.is_child()) write_to_file(on_its_way->job);
    });
    for (;;) {
      {
        const std::lock_guard lock(mutex_);
        if (!behind_) {
          behind_ = behind;
          break;
        }
      }
      settle();
    }
  } catch (...) {
    if (behind->ticket) behind->ticket->discard();
    give_up(behind->job);
    throw;
  }
  if (const auto state = state_.lock()) writer_.edit([&] { writer_.mark_dirty(state, *state->draft()); });
}

void DatasetWriter::abandon() {
  std::shared_ptr<Behind> behind;
  {
    const std::lock_guard lock(mutex_);
    while (settling_) drained_.wait(mutex_);
    behind = std::exchange(behind_, nullptr);
  }
  if (!behind) return;
  if (behind->ticket) behind->ticket->discard();
  give_up(behind->job);
}

void DatasetWriter::settle() {
  std::unique_lock lock(mutex_);
  while (behind_) {
    if (writer_.is_child() && (settling_ || !behind_->ticket || !behind_->ticket->done()))
      throw Error(ErrorKind::conflict, "the parent process was writing a chunk when it was forked");
    if (settling_) {
      drained_.wait(mutex_);
      continue;
    }
    settling_ = true;
    const auto behind = behind_;
    lock.unlock();
    std::exception_ptr error;
    const auto& job = behind->job;
    try {
      if (const auto ticket = std::exchange(behind->ticket, nullptr))
        ticket->wait();
      else
        write_to_file(job);
      writer_.note_data_written();
      index_->publish(job.scaled, chunk::ChunkRecord{job.address, job.stored.size(), job.mask}, job.stamp);
      if (const auto state = state_.lock()) writer_.edit([&] { writer_.mark_dirty(state, *state->draft()); });
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    settling_ = false;
    if (!error) behind_.reset();
    drained_.notify_all();
    if (error) std::rethrow_exception(error);
  }
}

}  // namespace fiver::object
