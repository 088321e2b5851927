#include "fiver/check.hpp"

#include <fmt/format.h>

#include <mutex>

#include "convert/memory_form.hpp"
#include "meta/attributes_reader.hpp"
#include "object/reading.hpp"
#include "object/runtime_state.hpp"
#include "object/stored_chunks.hpp"
#include "object/virtual_view.hpp"

namespace fiver {
namespace {

using object::FoundChunk;
using object::Handle;

class Checker {
 public:
  Checker(const File& file, const CheckOptions& options) : file_(file), options_(options) {}

  CheckReport run() {
    const auto info = file_.info();
    if (info.open_for_writing)
      warn("/", "the file is marked as open for writing: a writer has it open, or did not close it");
    std::vector<Object> datasets;
    walk(
        file_.root(),
        [&](const std::string& path, const Object& object) {
          ++report_.objects;
          check_attributes(path, object);
          if (object.kind() == ObjectKind::dataset) datasets.push_back(object);
          return true;
        },
        [&](const std::string& path, const Error& error) { add(path, error); });
    if (options_.decode_data) {
      for (const auto& dataset : datasets) list_chunks(dataset);
      check_chunks();
      for (const auto& dataset : datasets) check_elements(dataset);
    }
    return std::move(report_);
  }

 private:
  void add(const std::string& path, const Error& error) {
    add(Fault{Fault::Severity::error, error.kind(), error.object().empty() ? path : error.object(), error.address(),
              error.reason()});
  }
  void warn(const std::string& path, std::string message) {
    add(Fault{Fault::Severity::warning, ErrorKind::corrupt, path, {}, std::move(message)});
  }
  void add(Fault fault) {
    std::lock_guard lock(mutex_);
    // A filter that is not there says nothing about the file.
    if (fault.kind == ErrorKind::unsupported) fault.severity = Fault::Severity::warning;
    if (options_.on_fault) options_.on_fault(fault);
    if (report_.faults.size() < options_.most_faults) report_.faults.push_back(std::move(fault));
  }

  template <class Work>
  void guarded(const std::string& path, Work&& work) {
    try {
      work();
    } catch (const Error& error) {
      add(path, error);
    }
  }

  void check_attributes(const std::string& path, const Object& object) {
    guarded(path, [&] {
      const auto& handle = object.handle();
      const auto& state = handle.file()->state();
      meta::for_each_attribute(
          state.view(), handle.snapshot()->header(), state.shared_messages(),
          [&](meta::AttributeRecord&& record) {
            ++report_.attributes;
            const bool has_parts = has_heap_parts(record.type);
            const Attribute attribute(
                std::make_shared<const object::AttributeHandle>(object.shared_handle(), std::move(record)));
            if (has_parts) guarded(path, [&] { attribute.read_elements(); });
            return true;
          },
          [&](const std::string&, const Error& error) { add(path, error); });
    });
  }

  void list_chunks(const Object& object) {
    guarded(object.path(), [&] {
      const auto handle = object.shared_handle();
      if (handle->virtual_view()) return;  // its sources are other datasets; those of this file are met by themselves
      object::for_each_stored_chunk(handle, [&](FoundChunk& chunk) {
        bytes_in_all_ += chunk.record.stored_size;
        chunks_.push_back(std::move(chunk));
        return true;
      });
    });
  }

  void check_chunks() {
    auto& runtime = file_.handle().runtime();
    struct Worker {
      BufferPool::Buffer stored, decoded;
      pipeline::CodecChain::Scratch scratch;
    };
    std::vector<Worker> workers(runtime.pool.size());
    auto one = [&](std::size_t i, unsigned number) {
      const auto& chunk = chunks_[i];
      auto& worker = workers[number];
      try {
        check_chunk(chunk, runtime, worker.stored, worker.decoded, worker.scratch);
      } catch (Error& error) {
        error.in(fmt::format("chunk ({})", fmt::join(chunk.info.offset, ",")));
        error.at(chunk.record.address);
        add(chunk.owner->path(), error);
      }
      std::lock_guard lock(mutex_);
      ++report_.chunks;
      report_.stored_bytes += chunk.record.stored_size;
      report_.decoded_bytes += chunk.stored->is_chunked() ? chunk.stored->chunk_bytes() : chunk.record.stored_size;
      if (options_.progress && number == 0) options_.progress(report_.stored_bytes, bytes_in_all_);
    };
    runtime.pool.run(chunks_.size(), 0, one);
  }

  static void check_chunk(const FoundChunk& chunk, object::RuntimeState& runtime, BufferPool::Buffer& stored_buffer,
                          BufferPool::Buffer& decoded_buffer, pipeline::CodecChain::Scratch& scratch) {
    const auto& stored = *chunk.stored;
    stored.file().position(chunk.record.address, chunk.record.stored_size, "data");
    if (!stored.is_chunked()) return;  // contiguous bytes have nothing to be held against
    const auto size = static_cast<std::size_t>(chunk.record.stored_size);
    if (stored_buffer.size() < size) stored_buffer = runtime.buffers.take(size);
    pipeline::read_exactly(stored.file(), chunk.record.address, stored_buffer.span().first(size), "data");
    const auto decoded_size = static_cast<std::size_t>(stored.chunk_bytes());
    if (decoded_buffer.size() < decoded_size) decoded_buffer = runtime.buffers.take(decoded_size);
    stored.codecs().decode(stored_buffer.span().first(size), chunk.record.filter_mask,
                           decoded_buffer.span().first(decoded_size), scratch);
  }

  /// What points elsewhere must lead somewhere: elements of variable length, sources of virtual datasets.
  void check_elements(const Object& object) {
    guarded(object.path(), [&] {
      const auto dataset = object.as_dataset();
      if (dataset.is_virtual()) {
        for (const auto& missing : dataset.plan().missing)
          warn(object.path(),
               fmt::format("source \"{}\" of \"{}\" is missing: {}", missing.dataset, missing.file, missing.reason));
      } else if (has_heap_parts(dataset.type())) {
        check_heap_parts(dataset);
      }
    });
  }

  /// Chunk by chunk, only what is stored: a shape says nothing about how much that is.
  void check_heap_parts(const Dataset& dataset) {
    if (std::holds_alternative<CompactLayout>(dataset.layout())) {
      dataset.read_elements();
      return;
    }
    for (const auto& chunk : dataset.chunk_map()) {
      guarded(dataset.path(), [&] {
        dataset.handle().file()->state().view().position(
            Address{chunk.file_offset - dataset.handle().file()->state().view().base()}, chunk.stored_size, "data");
        Box part{chunk.offset, dataset.chunk_shape().value_or(dataset.shape())};
        for (std::size_t i = 0; i < part.size.size(); ++i)
          part.size[i] = std::min(part.size[i], dataset.shape()[i] - part.start[i]);
        dataset.read_elements(part.size.empty() ? all() : Selection(BoxUnion{{std::move(part)}}));
      });
    }
  }

  const File& file_;
  const CheckOptions& options_;
  CheckReport report_;
  std::vector<FoundChunk> chunks_;
  std::uint64_t bytes_in_all_ = 0;
  Mutex mutex_;
};

}  // namespace

bool CheckReport::sound() const {
  for (const auto& fault : faults)
    if (fault.severity == Fault::Severity::error) return false;
  return true;
}

CheckReport check(const File& file, const CheckOptions& options) {
  return Checker(file, options).run();
}

}  // namespace fiver
