// The elements of a copied dataset: chunks by windows, read on all cores, placed in their order, written on all cores.
#include <algorithm>

#include "format/layout_message.hpp"
#include "object/copying.hpp"
#include "object/runtime_state.hpp"
#include "pipeline/encode_chain.hpp"
#include "pipeline/read_run.hpp"
#include "select/partition.hpp"

namespace fiver::object {
namespace {

using format::MessageType;

/// Stored bytes that are under way at once, and the most chunks.
constexpr std::uint64_t window_bytes = 64 << 20;
constexpr std::size_t window_chunks = 4096;
constexpr std::uint64_t raw_piece = 8 << 20;

struct Job {
  Shape scaled;
  chunk::ChunkRecord record;      ///< as the index has it
  std::uint32_t stored_mask = 0;  ///< as its bytes are
  Bytes bytes;
  Address place;
};

class ElementCopy {
 public:
  ElementCopy(const Handle& source, const Handle& copy, const ElementMover& mover)
      : source_(source),
        copy_(copy),
        mover_(mover),
        from_(source.dataset()),
        to_(copy.dataset()),
        moves_(names_places(from_->type)),
        target_(copy.file()->state()),
        writer_(*target_.writer()) {}

  void run() {
    if (std::holds_alternative<VirtualLayout>(from_->layout) || !from_->external_files.empty()) return;
    const auto stored = source_.stored();
    if (stored->is_chunked()) return copy_chunks(*stored);
    if (stored->raw() == nullptr) return;
    if (std::holds_alternative<CompactLayout>(from_->layout)) return copy_compact(*stored->raw());
    copy_contiguous(*stored->raw());
  }

 private:
  WorkerPool& pool() const { return copy_.file()->runtime().pool; }

  void set_layout(const Layout& layout) {
    const auto draft = writer_.draft_of(copy_.state());
    writer_.edit([&] {
      const auto* message = draft->find(MessageType::layout);
      Encoder out(target_.view().widths());
      format::encode_layout(out, layout, static_cast<std::uint8_t>(message->body->front()));
      draft->set(MessageType::layout, message->flags, std::move(out).take());
      writer_.publish(copy_.state(), *draft);
    });
  }

  void copy_compact(const pipeline::RawBytes& raw) {
    CompactLayout compact{Bytes(static_cast<std::size_t>(data_bytes(from_->space, from_->type)))};
    raw.read(0, compact.data);
    if (moves_) compact.data = mover_.move(from_->type, compact.data);
    set_layout(compact);
  }

  void copy_contiguous(const pipeline::RawBytes& raw) {
    const auto size = data_bytes(to_->space, to_->type);
    if (size == 0) return;
    const auto address = writer_.space().allocate(size);
    writer_.await_room(address.value + size);
    const auto place = target_.view().base() + address.value;
    try {
      const auto elements = std::max<std::uint64_t>(raw_piece / std::max<std::uint64_t>(from_->type.size(), 1), 1);
      const auto count = from_->space.element_count();
      const auto copy_piece = [&](std::size_t i, unsigned) {
        const auto first = i * elements, length = std::min(elements, count - first);
        Bytes bytes(static_cast<std::size_t>(length * from_->type.size()));
        raw.read(first * from_->type.size(), bytes);
        if (moves_) bytes = mover_.move(from_->type, bytes);
        target_.view().storage().write_at(place + first * to_->type.size(), bytes);
      };
      // Heap objects are put by one thread, in the order of the elements.
      pool().run(static_cast<std::size_t>((count + elements - 1) / elements), moves_ ? 1 : 0, copy_piece);
    } catch (...) {
      writer_.space().give_back({address, size});
      throw;
    }
    writer_.note_data_written();
    set_layout(ContiguousLayout{address, size});
  }

  void copy_chunks(const pipeline::StoredElements& stored) {
    const auto elements = elements_of(copy_);
    const auto copy_window = [&](std::vector<Job>& jobs) {
      read(stored, jobs);
      place(jobs);
      // The number of no call: whatever is written later wins.
      for (const auto& job : jobs)
        elements->index()->publish(job.scaled, chunk::ChunkRecord{job.place, job.bytes.size(), job.record.filter_mask},
                                   0);
      writer_.edit([&] { writer_.mark_dirty(copy_.state(), *copy_.state()->draft()); });
      jobs.clear();
    };
    std::vector<Job> jobs;
    std::uint64_t waiting = 0;
    stored.index()->for_each([&](std::span<const std::uint64_t> scaled, const chunk::ChunkRecord& record) {
      const auto cost = std::max(record.stored_size, moves_ ? stored.chunk_bytes() : 0);
      if (!jobs.empty() && (waiting + cost > window_bytes || jobs.size() == window_chunks)) {
        copy_window(jobs);
        waiting = 0;
      }
      waiting += cost;
      jobs.push_back(
          {Shape(scaled.begin(), scaled.end()), record, stored.as_stored(scaled, record).filter_mask, {}, {}});
      return true;
    });
    if (!jobs.empty()) copy_window(jobs);
  }

  void read(const pipeline::StoredElements& stored, std::vector<Job>& jobs) {
    const auto& filters = copy_.file()->runtime().filters;
    const pipeline::EncodeChain encoder(to_->filters, [&](std::uint16_t id) { return filters.find(id); });
    const auto read_one = [&](std::size_t i, unsigned) {
      auto& job = jobs[i];
      stored.file().position(job.record.address, job.record.stored_size, "chunk");
      job.bytes.resize(static_cast<std::size_t>(job.record.stored_size));
      pipeline::read_exactly(stored.file(), job.record.address, job.bytes, "chunk");
      if (!moves_ || stored.codecs().is_plain(job.stored_mask)) return;
      Bytes decoded(static_cast<std::size_t>(stored.chunk_bytes()));
      pipeline::CodecChain::Scratch scratch;
      stored.codecs().decode(job.bytes, job.stored_mask, decoded, scratch);
      job.bytes = std::move(decoded);
    };
    pool().run(jobs.size(), 0, read_one);
    if (!moves_) return;
    for (auto& job : jobs) job.bytes = moved(stored, job);
    const auto encode_one = [&](std::size_t i, unsigned) {
      auto& job = jobs[i];
      // Of a partial chunk that is stored without filters the index's mask says nothing.
      if (job.stored_mask != job.record.filter_mask || to_->filters.empty()) return;
      pipeline::CodecChain::Scratch scratch;
      const auto encoded = encoder.encode(job.bytes, scratch);
      job.record.filter_mask = encoded.mask;
      if (encoded.bytes.data() != job.bytes.data()) job.bytes = Bytes(encoded.bytes.begin(), encoded.bytes.end());
    };
    pool().run(jobs.size(), 0, encode_one);
  }

  /// What stands outside the extent is no element: it may name anything, and becomes zeros.
  Bytes moved(const pipeline::StoredElements& stored, const Job& job) const {
    const std::size_t step = from_->type.size(), target_step = to_->type.size();
    const auto& chunk = stored.chunk();
    Shape inside = chunk;
    std::uint64_t volume = 1;
    for (std::size_t i = 0; i < chunk.size(); ++i) {
      inside[i] = std::min(chunk[i], stored.extent()[i] - job.scaled[i] * chunk[i]);
      volume *= chunk[i];
    }
    Bytes result(static_cast<std::size_t>(volume) * target_step);
    const select::Partition one(select::packed(select::normalize(box(Shape(chunk.size()), inside), chunk)), chunk);
    select::for_each_run(one.copy(0), [&](std::uint64_t at, std::uint64_t, std::uint64_t length) {
      const auto bytes = mover_.move(from_->type, ByteView(job.bytes).subspan(at * step, length * step));
      std::copy(bytes.begin(), bytes.end(), result.begin() + static_cast<std::ptrdiff_t>(at * target_step));
    });
    return result;
  }

  void place(std::vector<Job>& jobs) {
    for (auto& job : jobs) job.place = writer_.space().allocate(job.bytes.size());
    for (const auto& job : jobs) writer_.await_room(job.place.value + job.bytes.size());
    const auto write_one = [&](std::size_t i, unsigned) {
      target_.view().storage().write_at(target_.view().base() + jobs[i].place.value, jobs[i].bytes);
    };
    try {
      pool().run(jobs.size(), 0, write_one);
    } catch (...) {
      for (const auto& job : jobs) writer_.space().give_back({job.place, job.bytes.size()});
      throw;
    }
    writer_.note_data_written();
  }

  const Handle& source_;
  const Handle& copy_;
  const ElementMover& mover_;
  std::shared_ptr<const DatasetFacts> from_, to_;
  bool moves_;
  FileState& target_;
  FileWriter& writer_;
};

}  // namespace

void copy_elements(const Handle& source, const Handle& copy, const ElementMover& mover) {
  ElementCopy(source, copy, mover).run();
}

}  // namespace fiver::object
