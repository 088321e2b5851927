// Small files that claim to be large: what they say must cost an error, not memory or time.
#include <gtest/gtest.h>

#include "common/file_builder.hpp"
#include "fiver/fiver.hpp"
#include "format/dataspace_message.hpp"
#include "format/datatype_message.hpp"
#include "format/layout_message.hpp"
#include "io/memory_storage.hpp"

namespace fiver::tests {
namespace {

template <class Encode>
Bytes encoded(Encode&& encode) {
  Encoder out;
  encode(out);
  return std::move(out).take();
}

/// A dataset of one dimension, chunked, of which no chunk was ever written.
File claiming(const Datatype& type, std::uint64_t length, std::uint64_t chunk) {
  FileBuilder builder;
  ChunkedLayout layout;
  layout.chunk = {chunk};
  layout.element_size = type.size();
  layout.index = FixedArrayIndex{};
  using format::MessageType;
  const auto dataset = builder.add_header(
      {{MessageType::dataspace,
        encoded([&](Encoder& out) { format::encode_dataspace(out, Dataspace::simple({length})); })},
       {MessageType::datatype, encoded([&](Encoder& out) { format::encode_datatype(out, type); })},
       {MessageType::layout, encoded([&](Encoder& out) { format::encode_layout(out, layout, 4); })}});
  return File::open(
      std::make_shared<io::ImageStorage>(builder.finish(builder.add_group({hard_link("claim", dataset)}))));
}

ErrorKind kind_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.kind();
  }
  ADD_FAILURE() << "no error";
  return ErrorKind::io;
}

TEST(Bombs, AChunkForEveryElement) {
  const auto dataset = claiming(native_type<std::uint8_t>(), 1ULL << 33, 1).dataset("claim");
  EXPECT_EQ(kind_of([&] { dataset.plan(); }), ErrorKind::limit);
  EXPECT_EQ(dataset.read<std::uint8_t>(box({1ULL << 32}, {3})).span()[2], 0);  // a part of it is no trouble
}

TEST(Bombs, MoreElementsThanAnyResultMayHave) {
  const auto dataset = claiming(native_type<double>(), 1ULL << 50, 1ULL << 20).dataset("claim");
  EXPECT_EQ(kind_of([&] { dataset.read<double>(); }), ErrorKind::limit);
}

TEST(Bombs, CheckReadsWhatIsStoredAndNotWhatIsClaimed) {
  const auto report = check(claiming({16, VariableStringType{}}, 1ULL << 31, 1024));
  EXPECT_TRUE(report.sound());
  EXPECT_EQ(report.chunks, 0U);
}

}  // namespace
}  // namespace fiver::tests
