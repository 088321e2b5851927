#include "pipeline/codec_chain.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "fiver/values/error.hpp"

namespace fiver::pipeline {

CodecChain::CodecChain(const FilterPipeline& pipeline, const Lookup& find) : steps_(steps_of(pipeline, find)) {}

std::vector<std::size_t> CodecChain::applied(std::uint32_t mask) const {
  std::vector<std::size_t> which;
  for (std::size_t i = 0; i < steps_.size(); ++i)
    if (is_applied(i, mask)) which.push_back(i);
  return which;
}

// Without a list of them: it is asked for every chunk of a read.
bool CodecChain::is_plain(std::uint32_t mask) const {
  for (std::size_t i = 0; i < steps_.size(); ++i)
    if (is_applied(i, mask)) return false;
  return true;
}

std::optional<CodecChain::BlockFilter> CodecChain::only_filter(std::uint32_t mask) const {
  const FilterStep* only = nullptr;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    if (!is_applied(i, mask)) continue;
    if (only != nullptr) return std::nullopt;
    only = &steps_[i];
  }
  if (only == nullptr || !only->filter) return std::nullopt;
  return BlockFilter{only->filter.get(), &only->spec.values,
                     dynamic_cast<const codecs::FramedFilter*>(only->filter.get())};
}

void CodecChain::fail(const FilterStep& step, const FilterStatus& status) {
  const auto reason = fmt::format("{}: {}", name_of(step), status.reason);
  if (status.code == FilterStatus::Code::unavailable)
    throw Error(ErrorKind::unsupported, reason).for_filter(step.spec.id);
  throw Error(ErrorKind::corrupt, reason);
}

std::size_t CodecChain::decode_last(const FilterStep& step, ByteView in, MutableBytes out, Bytes& scratch) {
  const auto status = filter_of(step).decode_into(step.spec.values, in, out);
  if (status) return out.size();
  // Perhaps it is sound, but not a whole chunk.
  const auto again = filter_of(step).decode(step.spec.values, in, out.size(), out.size(), scratch);
  if (!again || scratch.empty() || scratch.size() >= out.size()) fail(step, status);
  std::fill(std::copy(scratch.begin(), scratch.end(), out.begin()), out.end(), std::byte{0});
  return scratch.size();
}

std::size_t CodecChain::decode(ByteView stored, std::uint32_t mask, MutableBytes out, Scratch& scratch) const {
  const auto which = applied(mask);
  if (which.empty()) {
    const auto count = std::min(stored.size(), out.size());
    std::fill(std::copy_n(stored.begin(), count, out.begin()), out.end(), std::byte{0});
    return count;
  }
  // What a filter in the middle may produce: the ones before it can have made a chunk somewhat larger, never by much.
  const auto room = out.size() + out.size() / 4 + (std::size_t{1} << 16);
  ByteView in = stored;
  Bytes* next = &scratch.a;
  for (auto i = which.size(); i-- > 1;) {
    const auto& step = steps_[which[i]];
    const auto status = filter_of(step).decode(step.spec.values, in, out.size(), room, *next);
    if (!status) fail(step, status);
    in = *next;
    next = next == &scratch.a ? &scratch.b : &scratch.a;
  }
  return decode_last(steps_[which.front()], in, out, *next);
}

}  // namespace fiver::pipeline
