// Makes the demo's data set: what an EIGER-like detector of four megapixels leaves behind after a short run. Each file's frames are made in
// memory, on all cores; then the clock runs while they are compressed and written. FOLDER [FRAMES_OF_A_FILE] [MODULE_ROWS MODULE_COLUMNS]
//
//   sample_data_000001.h5 ...   /entry/data/data: the frames, one bitshuffle-LZ4 chunk each
//   sample_master.h5            NeXus around them: external links, one virtual dataset over all files, soft and hard links, attributes
//
// A frame is Poisson background that falls off from the beam's centre, some hundreds of Bragg spots, and gaps between the modules where every
// bit is set. Backgrounds are symmetric, so a few of them, mirrored, serve many frames; the spots of each frame are its own.
#include <atomic>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <random>
#include <thread>

#include "fiver/fiver.hpp"

namespace {

using fiver::Shape;
using Pixels = std::vector<std::uint16_t>;

constexpr std::size_t files = 4, backgrounds = 6, spots = 350;
constexpr std::uint16_t masked = 0xFFFF;

struct Detector {
  std::size_t module_rows = 512, module_columns = 1028;
  static constexpr std::size_t row_gap = 38, column_gap = 12;
  std::size_t height() const { return 4 * module_rows + 3 * row_gap; }
  std::size_t width() const { return 2 * module_columns + column_gap; }
  std::size_t pixels() const { return height() * width(); }
  bool is_gap(std::size_t y, std::size_t x) const {
    return y % (module_rows + row_gap) >= module_rows || x % (module_columns + column_gap) >= module_columns;
  }
};

template <class Work>
void on_all_cores(std::size_t count, const Work& work) {
  std::atomic<std::size_t> next = 0;
  std::vector<std::jthread> threads;
  for (unsigned i = 0; i < std::max(std::thread::hardware_concurrency(), 1U); ++i)
    threads.emplace_back([&] {
      for (auto number = next++; number < count; number = next++) work(number);
    });
}

class Frames {
 public:
  explicit Frames(const Detector& detector) : detector_(detector), images_(backgrounds, Pixels(detector.pixels())) {
    on_all_cores(backgrounds, [&](std::size_t i) { make_background(images_[i], i); });
  }

  void make(std::size_t number, std::span<std::uint16_t> frame) const {
    const auto& image = images_[number % backgrounds];
    const auto height = detector_.height(), width = detector_.width();
    for (std::size_t y = 0; y < height; ++y)
      for (std::size_t x = 0; x < width; ++x)
        frame[y * width + x] =
            image[((number & 1U) != 0 ? height - 1 - y : y) * width + ((number & 2U) != 0 ? width - 1 - x : x)];
    std::mt19937_64 random(1000 + number);
    for (std::size_t i = 0; i < spots; ++i) {
      const auto row = 2 + random() % (height - 4), column = 2 + random() % (width - 4);
      const double brightness = 15 + std::exponential_distribution(1 / 250.0)(random);
      for (int dy = -2; dy <= 2; ++dy)
        for (int dx = -2; dx <= 2; ++dx) {
          const double mean = brightness * std::exp(-(dy * dy + dx * dx) / 1.8);
          const auto at = (row + static_cast<std::size_t>(dy)) * width + column + static_cast<std::size_t>(dx);
          frame[at] = static_cast<std::uint16_t>(frame[at] + std::poisson_distribution<int>(mean)(random));
        }
    }
    for (std::size_t y = 0; y < height; ++y)
      for (std::size_t x = 0; x < width; ++x)
        if (detector_.is_gap(y, x)) frame[y * width + x] = masked;
  }

 private:
  void make_background(Pixels& image, std::uint64_t seed) const {
    std::mt19937_64 random(seed);
    const auto height = static_cast<double>(detector_.height()), width = static_cast<double>(detector_.width());
    for (std::size_t y = 0; y < detector_.height(); ++y)
      for (std::size_t x = 0; x < detector_.width(); ++x) {
        const double radius = std::hypot(static_cast<double>(y) - height / 2, static_cast<double>(x) - width / 2) /
                              (std::max(height, width) / 2);
        const double ring = (radius - 0.45) / 0.12;
        const double mean = 0.15 + 3.0 * std::exp(-4.0 * radius) + 0.8 * std::exp(-ring * ring);
        image[y * detector_.width() + x] = static_cast<std::uint16_t>(std::poisson_distribution<int>(mean)(random));
      }
  }

  Detector detector_;
  std::vector<Pixels> images_;
};

std::string data_name(std::size_t i) {
  return "sample_data_00000" + std::to_string(i + 1) + ".h5";
}

/// Seconds of compressing and writing. The disk is not waited for: h5py, which the demo measures beside it, does not either.
double write_frames(const std::string& path, std::size_t first, std::size_t count, const Detector& detector,
                    const Pixels& pixels) {
  const auto start = std::chrono::steady_clock::now();
  fiver::Options options;
  options.close_durability = fiver::Durability::order;
  const auto file = fiver::File::create(path, {}, options);
  const auto entry = file.root().create_group("entry"), group = entry.create_group("data");
  entry.set_attribute("NX_class", "NXentry");
  group.set_attribute("NX_class", "NXdata");
  group.set_attribute("signal", "data");
  const Shape frame{1, detector.height(), detector.width()};
  const auto data = group.create_dataset<std::uint16_t>(
      "data", {fiver::unlimited, frame[1], frame[2]}, {.chunk = frame, .filters = {fiver::filters::bitshuffle_lz4()}});
  data.set_attribute("image_nr_low", static_cast<std::int32_t>(first + 1));
  data.set_attribute("image_nr_high", static_cast<std::int32_t>(first + count));
  data.resize({count, frame[1], frame[2]});
  data.write(pixels);
  file.close();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

class Master {
 public:
  Master(const std::string& path, const Detector& detector, std::uint64_t frames)
      : file_(fiver::File::create(path, {.track_order = true})), detector_(detector), frames_(frames) {}

  void write() {
    const auto root = file_.root();
    root.set_attribute("default", "entry");
    root.set_attribute("file_name", std::filesystem::path(file_.name()).filename().string());
    root.set_attribute("creator", "demo_write");
    group("entry", "NXentry").set_attribute("default", "data");
    text("entry/definition", "NXmx");
    text("entry/title", "Insulin, 0.1\u00b0 slices (simulated)");
    text("entry/start_time", "2025-06-01T10:00:00Z");
    write_data();
    write_instrument();
    group("entry/sample", "NXsample");
    text("entry/sample/name", "insulin");
    numbers<float>("entry/sample/unit_cell", {6}, {78.1F, 78.1F, 78.1F, 90, 90, 90}).set_attribute("units", "angstrom");
    std::vector<double> angles;
    for (std::uint64_t i = 0; i < files * frames_; ++i) angles.push_back(static_cast<double>(i) * 0.1);
    const auto omega = numbers("entry/sample/omega", {angles.size()}, angles);
    omega.set_attribute("units", "deg");
    omega.set_attribute("vector", std::vector<double>{-1, 0, 0});
    omega.set_attribute("transformation_type", "rotation");
    omega.set_attribute("depends_on", ".");
    root.create_hard_link("entry/data/omega", omega);
    file_.close();
  }

 private:
  fiver::Group group(const std::string& path, const char* nexus_class) {
    const auto made = file_.root().create_group(path);
    made.set_attribute("NX_class", nexus_class);
    return made;
  }

  void text(const std::string& path, const std::string& value) {
    file_.root()
        .create_dataset(path, fiver::text_type(), fiver::Dataspace::scalar())
        .write_strings(std::span(&value, 1));
  }

  template <class T>
  fiver::Dataset numbers(const std::string& path, const Shape& shape, const std::vector<T>& values,
                         const fiver::NewDataset& settings = {}) {
    const auto made = file_.root().create_dataset<T>(path, shape, settings);
    made.write(values);
    return made;
  }

  template <class T>
  void quantity(const std::string& path, T value, const char* units = nullptr) {
    const auto made = numbers<T>(path, {}, {value});
    if (units != nullptr) made.set_attribute("units", units);
  }

  void write_data() {
    const auto data = group("entry/data", "NXdata");
    data.set_attribute("signal", "data");
    data.set_attribute("axes", std::vector<std::string>{"omega", ".", "."});
    fiver::NewDataset settings;
    settings.fill = {.defined = fiver::FillValue::Defined::by_user, .bytes = {std::byte{0xFF}, std::byte{0xFF}}};
    for (std::uint64_t i = 0; i < files; ++i)
      settings.mappings.push_back(
          {data_name(i), "/entry/data/data", fiver::frame(0, frames_), fiver::frame(i * frames_, frames_)});
    const Shape shape{files * frames_, detector_.height(), detector_.width()};
    data.create_dataset<std::uint16_t>("data", shape, settings).set_attribute("long_name", "counts");
    for (std::size_t i = 0; i < files; ++i)
      data.create_external_link("data_00000" + std::to_string(i + 1), data_name(i), "/entry/data/data");
  }

  void write_instrument() {
    group("entry/instrument", "NXinstrument");
    text("entry/instrument/name", "I04");
    group("entry/instrument/beam", "NXbeam");
    quantity("entry/instrument/beam/incident_wavelength", 0.9795, "angstrom");
    quantity("entry/instrument/beam/total_flux", 1.2e12, "Hz");
    const std::string path = "entry/instrument/detector/";
    group(path, "NXdetector").create_soft_link("data", "/entry/data/data");
    text(path + "description", "simulated EIGER2 4M");
    text(path + "sensor_material", "Si");
    quantity(path + "sensor_thickness", 4.5e-4F, "m");
    quantity(path + "x_pixel_size", 7.5e-5, "m");
    quantity(path + "y_pixel_size", 7.5e-5, "m");
    quantity(path + "distance", 0.2, "m");
    quantity(path + "count_time", 0.002F, "s");
    quantity(path + "bit_depth_readout", std::int32_t{16});
    quantity(path + "saturation_value", std::uint32_t{65534});
    quantity(path + "beam_center_x", static_cast<double>(detector_.width()) / 2);
    quantity(path + "beam_center_y", static_cast<double>(detector_.height()) / 2);
    const Shape shape{detector_.height(), detector_.width()};
    std::vector<std::uint32_t> mask;
    std::vector<float> flat;
    std::mt19937_64 random(7);
    for (std::size_t y = 0; y < shape[0]; ++y)
      for (std::size_t x = 0; x < shape[1]; ++x) {
        mask.push_back((detector_.is_gap(y, x) ? 1U : 0U) | (random() % 70000 == 0 ? 2U : 0U));
        flat.push_back(static_cast<float>(std::round(std::normal_distribution(1000.0, 20.0)(random))) / 1000);
      }
    numbers(path + "pixel_mask", shape, mask, {.chunk = shape, .filters = {fiver::filters::bitshuffle_lz4()}});
    numbers(
        path + "flatfield", shape, flat,
        {.chunk = Shape{shape[0] / 8, shape[1]}, .filters = {fiver::filters::shuffle(), fiver::filters::deflate(1)}});
  }

  fiver::File file_;
  Detector detector_;
  std::uint64_t frames_;
};

}  // namespace

int main(int count, char** argv) try {
  if (count < 2 || count > 5 || count == 4)
    return std::cerr << "usage: demo_write FOLDER [FRAMES_OF_A_FILE] [MODULE_ROWS MODULE_COLUMNS]\n", 2;
  const std::filesystem::path folder = argv[1];
  const std::size_t frames = count > 2 ? std::stoul(argv[2]) : 30;
  Detector detector;
  if (count == 5) detector = {std::stoul(argv[3]), std::stoul(argv[4])};
  std::filesystem::create_directories(folder);
  const Frames made(detector);
  Pixels pixels(frames * detector.pixels());
  double seconds = 0;
  for (std::size_t i = 0; i < files; ++i) {
    on_all_cores(frames, [&](std::size_t j) {
      made.make(i * frames + j, std::span(pixels).subspan(j * detector.pixels(), detector.pixels()));
    });
    seconds += write_frames((folder / data_name(i)).string(), i * frames, frames, detector, pixels);
  }
  Master((folder / "sample_master.h5").string(), detector, frames).write();
  const double bytes = static_cast<double>(files * pixels.size() * sizeof(std::uint16_t));
  std::cout << files * frames << " frames, " << std::fixed << std::setprecision(3) << bytes / 1e9
            << " GB, compressed and written at " << std::setprecision(2) << bytes / seconds / 1e9 << " GB/s\n";
  return 0;
} catch (const std::exception& error) {
  return std::cerr << error.what() << '\n', 1;
}
