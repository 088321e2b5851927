// Whole files: everything that an input says is read, with limits that keep each run short. Seeds: any small HDF5 files.
#include "fiver/fiver.hpp"
#include "fuzzing.hpp"
#include "io/memory_storage.hpp"

namespace {

using namespace fiver;

Options careful() {
  Options options;
  options.runtime = std::make_shared<Runtime>(Runtime::Settings{1, 64 << 20, 16});
  options.limits.result_bytes = 1 << 20;
  options.limits.chunk_bytes = 4 << 20;
  options.limits.metadata_block = 4 << 20;
  options.limits.header_bytes = 1 << 20;
  options.limits.walk_objects = 1000;
  options.may_follow = [](const Referral&) { return false; };
  return options;
}

void read(const Object& object) {
  fuzzing::survives([&] {
    for (const auto& attribute : object.attributes()) fuzzing::survives([&] { attribute.read_elements(); });
  });
  if (object.kind() != ObjectKind::dataset) return;
  fuzzing::survives([&] {
    const auto dataset = object.as_dataset();
    dataset.plan(frame(0));
    std::uint64_t count = 0;
    for (const auto& chunk : dataset.chunk_map())
      if (++count < 16) dataset.find_chunk(chunk.offset);
    dataset.read_elements();
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Options options = careful();
  const auto bytes = std::as_bytes(std::span(data, size));
  fuzzing::survives([&] {
    const auto file = File::open(std::make_shared<io::ImageStorage>(bytes), options);
    walk(
        file.root(),
        [](const std::string&, const Object& object) {
          read(object);
          return true;
        },
        [](const std::string&, const Error&) {});
  });
  return 0;
}
