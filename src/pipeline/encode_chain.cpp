#include "pipeline/encode_chain.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "fiver/values/error.hpp"

namespace fiver::pipeline {
namespace {

constexpr std::size_t most_filters = 32;  // bits of a chunk's mask
constexpr std::uint16_t fletcher32 = 3;
constexpr std::size_t checksum_size = 4;

void check_count(const FilterPipeline& pipeline) {
  if (pipeline.size() > most_filters)
    throw Error(ErrorKind::invalid_argument,
                fmt::format("{} filters are more than the {} of a pipeline", pipeline.size(), most_filters));
}

std::string title_of(const FilterStep& step) {
  return fmt::format("filter {} ({})", step.spec.id, name_of(step));
}

const Filter& encoder_of(const FilterStep& step) {
  const auto& filter = filter_of(step);
  if (!filter.can_encode())
    throw Error(ErrorKind::unsupported, title_of(step) + " is read, not written, by this build")
        .for_filter(step.spec.id);
  return filter;
}

[[noreturn]] void fail(const FilterStep& step, const FilterStatus& status) {
  const auto reason = fmt::format("{}: {}", title_of(step), status.reason);
  if (status.code == FilterStatus::Code::unavailable)
    throw Error(ErrorKind::unsupported, reason).for_filter(step.spec.id);
  throw Error(ErrorKind::invalid_argument, reason);
}

/// An optional filter has to keep the size at least; a checksum is no compression and may have its four bytes. The worst of the
/// others are zfp at a rate above the elements' own, and the frames around chunks of a few bytes.
std::size_t room_of(const FilterStep& step, std::size_t size) {
  if (step.spec.id == fletcher32) return size + checksum_size;
  return step.spec.optional() ? size : 4 * size + (std::size_t{1} << 16U);
}

}  // namespace

FilterPipeline complete_pipeline(const FilterPipeline& pipeline, const FilterContext& context,
                                 const CodecChain::Lookup& find) {
  check_count(pipeline);
  auto completed = steps_of(pipeline, find);
  FilterPipeline result;
  for (auto& step : completed) {
    const bool passed_over = step.spec.optional() && (!step.filter || !step.filter->can_encode());
    if (!passed_over) {
      const auto status = encoder_of(step).complete_parameters(context, step.spec.values);
      if (!status) fail(step, status);
    }
    if (step.spec.name.empty()) {
      step.spec.name = registered_filter_name(step.spec.id);
      if (step.spec.name.empty()) step.spec.name = name_of(step);
    }
    result.push_back(std::move(step.spec));
  }
  return result;
}

EncodeChain::EncodeChain(const FilterPipeline& pipeline, const Lookup& find) : steps_(steps_of(pipeline, find)) {
  check_count(pipeline);
}

EncodeChain::Encoded EncodeChain::encode(ByteView chunk, Scratch& scratch) const {
  Encoded encoded{chunk, 0};
  Bytes* next = &scratch.a;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const auto& step = steps_[i];
    const auto skip = [&] { encoded.mask |= std::uint32_t{1} << i; };
    if (step.spec.optional() && (!step.filter || !step.filter->can_encode())) {
      skip();
      continue;
    }
    const auto room = room_of(step, encoded.bytes.size());
    const auto status = encoder_of(step).encode(step.spec.values, encoded.bytes, room, *next);
    if (!status) {
      if (!step.spec.optional()) fail(step, status);
      skip();
      continue;
    }
    encoded.bytes = *next;
    next = next == &scratch.a ? &scratch.b : &scratch.a;
  }
  return encoded;
}

std::optional<EncodeChain::Runs> EncodeChain::runs(std::size_t chunk_size) const {
  if (steps_.size() != 1 || !steps_[0].filter || !steps_[0].filter->can_encode()) return std::nullopt;
  const auto* piecewise = dynamic_cast<const PiecewiseFilter*>(steps_[0].filter.get());
  auto pieces = piecewise != nullptr ? piecewise->pieces(steps_[0].spec.values, chunk_size) : std::nullopt;
  if (!pieces || pieces->size == 0) return std::nullopt;
  return Runs{std::move(*pieces), room_of(steps_[0], chunk_size)};
}

std::optional<ByteView> EncodeChain::encode_run(const Runs& runs, ByteView run, Scratch& scratch) const {
  // One run may grow where the others make up for it.
  const auto room = 2 * run.size() + (std::size_t{1} << 16U);
  if (!steps_[0].filter->encode(steps_[0].spec.values, run, room, scratch.a)) return std::nullopt;
  return ByteView(scratch.a).subspan(std::min(runs.pieces.head.size(), scratch.a.size()));
}

}  // namespace fiver::pipeline
