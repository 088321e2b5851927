// Workloads of random steps, and on the file with every kind of chunk index that stock.cpp has libhdf5 make.
#include "fiver/filters.hpp"
#include "workloads.hpp"

namespace fiver::tests {

void mix(Script& s, unsigned seed) {
  std::mt19937 random(seed);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  std::vector<std::string> groups{""}, datasets;  // "": the root
  for (const auto* path : {"/a", "/b", "/c"}) s.group(path), groups.emplace_back(path);
  s.flush();
  std::size_t number = 0;
  const auto fresh = [&] { return groups[below(groups.size())] + "/n" + std::to_string(++number); };
  const auto any = [&](std::vector<std::string>& from) -> std::string& { return from[below(from.size())]; };
  for (std::size_t step = 0; step < 110; ++step) {
    if (datasets.size() < 3 || below(9) == 0) {
      auto path = fresh();
      NewDataset settings;
      settings.chunk = Shape{3, 4};
      if (below(2) == 0) settings.filters = {filters::deflate(6)};
      s.dataset(path, Dataspace::simple({5, 6}, Shape{unlimited, unlimited}), settings);
      datasets.push_back(path);
    }
    switch (below(10)) {
      case 0:
      case 1: {
        auto& path = any(datasets);
        const auto shape = s.file().dataset(path).shape();
        s.write(path, {0, 0},
                {1 + below(static_cast<std::size_t>(shape[0])), 1 + below(static_cast<std::size_t>(shape[1]))});
        break;
      }
      case 2:
        s.resize(any(datasets), {1 + below(9), 1 + below(9)});
        break;
      case 3: {
        auto& path = any(datasets);
        const auto to = fresh();
        s.move(path, to);
        path = to;
        break;
      }
      case 4:
        if (datasets.size() > 4) {
          auto& path = any(datasets);
          s.remove(path);
          std::swap(path, datasets.back());
          datasets.pop_back();
        }
        break;
      case 5: {
        const auto to = fresh();
        s.hard_link(to, any(datasets));
        datasets.push_back(to);
        break;
      }
      case 6:
        s.attribute(any(datasets), "a" + std::to_string(below(12)), 1 + below(10));
        break;
      case 7:
        s.attribute(groups[1 + below(groups.size() - 1)], "a" + std::to_string(below(12)), 1 + below(10));
        break;
      case 8:
        s.soft_link(fresh(), any(datasets));
        break;
      default:
        s.text_attribute(any(datasets), "t" + std::to_string(below(2)), below(50));
    }
    if (below(5) == 0) s.flush();
  }
  s.close();
}

void edit_indexes(Script& s, unsigned seed) {
  std::mt19937 random(seed);
  for (std::size_t round = 0; round < 10; ++round) {
    s.write("/single", {random() % 8}, {4});
    s.attribute("/implicit", "round", 1 + round);
    s.write("/fixed array", {random() % 20}, {10});
    s.write("/filtered fixed array", {random() % 20}, {10});
    s.resize("/extensible array", {10 + 9 * round});
    s.write("/extensible array", {9 * round}, {10});
    s.resize("/filtered extensible array", {10 + 9 * round});
    s.write("/filtered extensible array", {9 * round}, {10});
    s.resize("/tree", {6 + round, 6 + random() % 5});
    s.write("/tree", {random() % 4, random() % 4}, {2, 2});
    s.attribute("/tree", "round", 1 + round);
    s.flush();
    if (round % 3 == 2) {
      s.resize("/extensible array", {5 + round});
      s.write("/filtered fixed array", {0}, {30});
      s.flush();
    }
  }
  s.close();
}

/// Links and attributes by the hundred: their heaps grow in place, their trees change path by path.
void edit_wide(Script& s, unsigned seed) {
  std::mt19937 random(seed);
  const auto name = [](const std::string& start, std::size_t number) {
    return start + std::string(50, '_') + std::to_string(number);
  };
  for (const auto* path : {"/wide", "/ordered"}) {
    s.group(path, path == std::string("/ordered"));
    for (std::size_t i = 0; i < 80; ++i) s.soft_link(name(path + std::string("/soft"), i), "/wide");
    for (std::size_t i = 0; i < 60; ++i) s.attribute(path, name("numbers", i), 20);
  }
  s.group("/wide/one"), s.group("/wide/two");
  s.flush();
  std::string one = "/wide/one", two = "/wide/two";
  std::size_t next = 100, oldest = 0;
  for (std::size_t round = 0; round < 16; ++round) {
    for (const auto* path : {"/wide", "/ordered"}) {
      for (auto more = 1 + random() % 3; more > 0; --more) s.soft_link(name(path + std::string("/soft"), next++), "/x");
      if (round % 2 == 0) s.remove(name(path + std::string("/soft"), oldest));
      s.attribute(path, name("numbers", random() % 50), 1 + random() % 30);
      if (round % 3 == 0) s.remove_attribute(path, name("numbers", 59 - round / 3));
      if (round % 5 == 4) s.attribute(path, name("large", round), 500);
    }
    if (round % 2 == 0) ++oldest;
    // From one group to the other, and within one.
    const auto to = (round % 2 == 0 ? "/ordered/moved" : "/wide/moved") + std::to_string(round);
    s.move(one, to);
    one = to;
    if (round % 3 == 2) {
      s.move(two, "/wide/also" + std::to_string(round));
      two = "/wide/also" + std::to_string(round);
    }
    s.flush();
  }
  // Most of it goes: what is left is written anew.
  for (std::size_t i = oldest; i < 75; ++i) {
    s.remove(name("/wide/soft", i));
    if (i % 20 == 0) s.flush();
  }
  s.close();
}

}  // namespace fiver::tests
