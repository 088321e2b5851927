// Frames read ahead: a ring of buffers, each filled by one task of the pool; the caller takes them in order.
#include "fiver/frames.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "convert/memory_form.hpp"
#include "fiver/dataset.hpp"
#include "object/reading.hpp"
#include "object/runtime_state.hpp"

namespace fiver {
namespace object {

class FrameQueue {
 public:
  FrameQueue(std::shared_ptr<const Handle> dataset, const Datatype& memory, std::uint64_t first, std::uint64_t count,
             DecodeWork* decoding)
      : dataset_(std::move(dataset)), memory_(memory) {
    options_.decoding = decoding;
    const auto& dims = dataset_->space().dims;
    if (dims.empty())
      throw Error(ErrorKind::invalid_argument, "a dataset without dimensions has no frames")
          .in_object(dataset_->path());
    if (convert::has_variable_parts(memory))
      throw Error(ErrorKind::invalid_argument, to_string(memory) + " has parts of variable length")
          .in_object(dataset_->path());
    begin_ = std::min(first, dims[0]);
    end_ = begin_ + std::min(count, dims[0] - begin_);
    shape_.assign(dims.begin() + 1, dims.end());
    frame_bytes_ = memory.size();
    for (const auto length : shape_) frame_bytes_ *= length;
    // Frames that share a chunk are read together, or it would be decoded for each of them.
    const auto facts = dataset_->dataset();
    if (const auto* chunked = std::get_if<ChunkedLayout>(&facts->layout))
      block_ = std::max<std::uint64_t>(chunked->chunk[0], 1);
    next_block_ = begin_ / block_;
    end_block_ = end_ == begin_ ? next_block_ : (end_ - 1) / block_ + 1;
    auto& runtime = dataset_->file()->runtime();
    const auto share = runtime.memory->limit() / 4 / std::max<std::uint64_t>(frame_bytes_ * block_, 1);
    const auto depth = std::clamp<std::uint64_t>(share, 1, runtime.pool.size() + 2);
    slots_.resize(static_cast<std::size_t>(std::min(depth, std::max<std::uint64_t>(end_block_ - next_block_, 1))));
    for (auto& slot : slots_) start(slot);
  }

  ~FrameQueue() {
    for (auto& slot : slots_)
      if (slot.ticket) slot.ticket->discard();
  }

  ByteView next() {
    if (frame_bytes_ == 0) return {};
    if (left_ == 0) {
      if (started_any_) {  // the slot that was handed out is free again
        start(slots_[current_]);
        current_ = (current_ + 1) % slots_.size();
      }
      started_any_ = true;
      auto& slot = slots_[current_];
      if (!slot.ticket) return {};
      const auto ticket = std::move(slot.ticket);
      slot.ticket = nullptr;
      ticket->wait();
      index_ = slot.first;
      left_ = slot.count;
      position_ = 0;
    } else {
      ++index_;
      ++position_;
    }
    --left_;
    return slots_[current_].bytes.span().subspan(static_cast<std::size_t>(position_ * frame_bytes_),
                                                 static_cast<std::size_t>(frame_bytes_));
  }

  std::uint64_t index() const { return index_; }
  const Shape& shape() const { return shape_; }

 private:
  struct Slot {
    Buffer bytes;
    std::uint64_t first = 0, count = 0;
    std::shared_ptr<WorkerPool::Ticket> ticket;
  };

  void start(Slot& slot) {
    if (next_block_ >= end_block_) return;
    slot.first = std::max(next_block_ * block_, begin_);
    slot.count = std::min((next_block_ + 1) * block_, end_) - slot.first;
    ++next_block_;
    if (slot.bytes.size() == 0) slot.bytes = Buffer(static_cast<std::size_t>(frame_bytes_ * block_));
    slot.ticket = dataset_->file()->runtime().pool.submit([this, &slot] {
      dataset_->guarded([&] {
        const auto plan = plan_read(dataset_, normalize_for(*dataset_, frame(slot.first, slot.count)), memory_);
        run_plan(plan, *dataset_, slot.bytes.span().first(static_cast<std::size_t>(slot.count * frame_bytes_)),
                 options_, nullptr);
      });
    });
  }

  std::shared_ptr<const Handle> dataset_;
  Datatype memory_;
  ReadOptions options_;
  Shape shape_;
  std::uint64_t begin_ = 0, end_ = 0, frame_bytes_ = 0, block_ = 1, next_block_ = 0, end_block_ = 0;
  std::vector<Slot> slots_;
  std::size_t current_ = 0;
  std::uint64_t index_ = 0, left_ = 0, position_ = 0;
  bool started_any_ = false;
};

}  // namespace object

FrameReader::FrameReader(const Dataset& dataset, const Datatype& memory, std::uint64_t first, std::uint64_t count,
                         DecodeWork* decoding)
    : queue_(std::make_shared<object::FrameQueue>(dataset.shared_handle(), memory, first, count, decoding)) {}

std::span<const std::byte> FrameReader::next() {
  return queue_->next();
}
std::uint64_t FrameReader::index() const {
  return queue_->index();
}
const Shape& FrameReader::frame_shape() const {
  return queue_->shape();
}

}  // namespace fiver
