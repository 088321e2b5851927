// Jobs that write a file anew in each pass: frames into any chunks, ready-made chunks, strings, attributes, appended frames.
#include <cstring>
#include <memory>
#include <thread>

#include "ours.hpp"

namespace bench {
namespace {

using fiver::Durability;
using fiver::File;
using fiver::Shape;

/// KEY=NUMBER among the arguments.
std::uint64_t option(const Request& request, const std::string& key, std::uint64_t otherwise) {
  for (const auto& argument : request.arguments)
    if (argument.starts_with(key + "=")) return std::stoull(argument.substr(key.size() + 1));
  return otherwise;
}

/// [budget=MB] [full=1]: a runtime of its own, so that each program has the threads and the memory that it is told.
fiver::Options options(const Request& request) {
  fiver::Options result;
  fiver::Runtime::Settings settings;
  settings.threads = request.threads;
  settings.memory = option(request, "budget", 0) << 20;
  result.runtime = std::make_shared<fiver::Runtime>(settings);
  const bool full = option(request, "full", 0) != 0;
  result.flush_durability = result.close_durability = full ? Durability::full : Durability::order;
  return result;
}

/// The first `kept` frames of a dataset of u16, used over and over, each time with its number in its first element.
struct Frames {
  Frames(const std::string& path, std::uint64_t kept) {
    const auto data = File::open(path).dataset("data");
    height = data.shape()[1], width = data.shape()[2];
    const auto pixels = data.read<std::uint16_t>(fiver::frame(0, kept));
    all.assign(pixels.begin(), pixels.end());
    count = kept;
  }
  /// `together` frames from number i on, which may not go beyond the kept ones' end.
  std::span<std::uint16_t> stamped(std::uint64_t i, std::uint64_t together = 1) {
    const auto each = height * width;
    const std::span found = std::span(all).subspan(i % count * each, together * each);
    for (std::uint64_t k = 0; k < together; ++k) found[k * each] = static_cast<std::uint16_t>(i + k);
    return found;
  }

  std::uint64_t height = 0, width = 0, count = 0;
  std::vector<std::uint16_t> all;
};

/// INPUT COUNT KEPT AXIS FILTERS [together=N] [callers=N] [budget=MB] [full=1]: COUNT frames of INPUT, `together` in a call, into chunks one
/// element thick along AXIS.
Job write_frames(const Request& request) {
  const auto frames = std::make_shared<Frames>(request.text(0), request.number(2));
  const auto count = request.number(1), together = option(request, "together", 1),
             callers = option(request, "callers", 1);
  const auto setup = options(request);
  return {[=](bool) {
            auto file = File::create(request.file, {}, setup);
            const Shape shape{count, frames->height, frames->width};
            Shape chunk = shape;
            chunk[request.number(3)] = 1;
            const auto data = file.root().create_dataset<std::uint16_t>(
                request.dataset, shape, {.chunk = chunk, .filters = fiver::parse_filters(request.text(4))});
            const auto write = [&](std::uint64_t first) {
              for (auto i = first * together; i < count; i += callers * together)
                data.write(frames->stamped(i, together), fiver::frame(i, together));
            };
            std::vector<std::jthread> others;
            for (std::uint64_t caller = 1; caller < callers; ++caller) others.emplace_back(write, caller);
            write(0);
            others.clear();
            file.close();
            return std::uint64_t{0};
          },
          count};
}

/// COUNT BYTES [callers=N]: ready-made chunks from `callers` threads.
Job write_chunks(const Request& request) {
  const auto count = request.number(0), bytes = request.number(1), callers = option(request, "callers", 1);
  const auto setup = options(request);
  const auto chunk = std::make_shared<std::vector<std::byte>>(bytes, std::byte{7});
  return {[=](bool) {
            auto file = File::create(request.file, {}, setup);
            const auto data =
                file.root().create_dataset<std::uint8_t>(request.dataset, {count, bytes}, {.chunk = Shape{1, bytes}});
            const auto write = [&](std::uint64_t first) {
              for (auto i = first; i < count; i += callers) data.write_chunk({i, 0}, *chunk);
            };
            std::vector<std::jthread> others;
            for (std::uint64_t caller = 1; caller < callers; ++caller) others.emplace_back(write, caller);
            write(0);
            others.clear();
            file.close();
            return std::uint64_t{0};
          },
          count};
}

/// INPUT APPENDS: the strings of INPUT in so many equal pieces, each appended to a dataset without end.
Job write_strings(const Request& request) {
  const auto texts =
      std::make_shared<std::vector<std::string>>(File::open(request.text(0)).dataset("data").read_strings());
  const auto appends = request.number(1);
  const auto setup = options(request);
  return {[=](bool) {
    auto file = File::create(request.file, {}, setup);
    const auto total = texts->size(), each = total / appends;
    const auto type = fiver::text_type();
    const auto data = appends == 1
                          ? file.root().create_dataset(request.dataset, type, fiver::growing_space({total}))
                          : file.root().create_dataset(request.dataset, type, fiver::growing_space({fiver::unlimited}),
                                                       {.chunk = Shape{each}});
    for (std::uint64_t i = 0; i < appends; ++i) {
      if (appends > 1) data.resize({(i + 1) * each});
      data.write_strings(std::span(*texts).subspan(i * each, each), fiver::box({i * each}, {each}));
    }
    file.close();
    return std::uint64_t{0};
  }};
}

/// GROUPS EACH: a number in each attribute.
Job write_attributes(const Request& request) {
  const auto groups = request.number(0), each = request.number(1);
  const auto setup = options(request);
  return {[=](bool) {
    auto file = File::create(request.file, {}, setup);
    char name[16];
    for (std::uint64_t g = 0; g < groups; ++g) {
      std::snprintf(name, sizeof name, "g%05u", static_cast<unsigned>(g));
      const auto group = file.root().create_group(name);
      for (std::uint64_t a = 0; a < each; ++a) {
        std::snprintf(name, sizeof name, "a%02u", static_cast<unsigned>(a));
        group.set_attribute(name, static_cast<std::int32_t>(g + a));
      }
    }
    file.close();
    return std::uint64_t{0};
  }};
}

/// COUNT HEIGHT WIDTH: frames of u16 appended one by one in the mode swmr, each visible to followers before the next.
Job append_frames(const Request& request) {
  const auto count = request.number(0), height = request.number(1), width = request.number(2);
  auto setup = options(request);
  setup.mode = fiver::WriterMode::swmr;
  return {[=](bool) {
            auto file = File::create(request.file, {}, setup);
            const auto data = file.root().create_dataset<std::uint16_t>(
                request.dataset, {fiver::unlimited, height, width}, {.chunk = Shape{1, height, width}});
            file.flush();
            std::vector<std::uint16_t> frame(height * width, 3);
            for (std::uint64_t i = 0; i < count; ++i) {
              frame[0] = static_cast<std::uint16_t>(i);
              data.resize({i + 1, height, width});
              data.write(frame, fiver::frame(i));
              file.flush();
            }
            file.close();
            return std::uint64_t{0};
          },
          count};
}

}  // namespace

void add_writing_jobs(std::map<std::string, JobMaker>& jobs) {
  jobs["write_frames"] = write_frames;
  jobs["write_chunks"] = write_chunks;
  jobs["write_strings"] = write_strings;
  jobs["write_attributes"] = write_attributes;
  jobs["append_frames"] = append_frames;
}

}  // namespace bench
