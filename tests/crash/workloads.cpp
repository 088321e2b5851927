#include "workloads.hpp"

#include "fiver/filters.hpp"

namespace fiver::tests {
namespace {

std::string numbered(const std::string& name, std::size_t number) {
  return name + std::to_string(number);
}

NewDataset chunked(Shape chunk, bool filtered = true) {
  NewDataset settings;
  settings.chunk = std::move(chunk);
  if (filtered) settings.filters = {filters::shuffle(), filters::deflate(4)};
  return settings;
}

Dataspace growing(Shape dims) {
  auto most = dims;
  for (auto& dim : most) dim = unlimited;
  return Dataspace::simple(std::move(dims), std::move(most));
}

void grow_groups(Script& s, unsigned) {
  s.group("/compact");
  s.group("/ordered", true);
  for (std::size_t round = 0; round < 10; ++round) {
    for (std::size_t i = 0; i < 3; ++i) {
      s.group(numbered("/compact/a group with a name ", 10 * round + i));
      s.group(numbered("/ordered/g", 10 * round + i));
      s.soft_link(numbered("/ordered/soft", 10 * round + i), "/compact");
    }
    s.external_link(numbered("/compact/elsewhere", round), "other.h5", "/x");
    s.flush();
  }
  // And back from dense to compact.
  for (std::size_t round = 0; round < 9; ++round) {
    for (std::size_t i = 0; i < 3; ++i) {
      s.remove(numbered("/compact/a group with a name ", 10 * round + i));
      s.remove(numbered("/ordered/soft", 10 * round + i));
      s.remove(numbered("/ordered/g", 10 * round + i));
    }
    if (round % 2 == 0) s.flush();
  }
  s.close();
}

/// Objects that go to and fro between groups: none may be without a name at any moment.
void move_objects(Script& s, unsigned seed) {
  std::mt19937 random(seed);
  constexpr std::size_t groups = 3, objects = 8;
  std::vector<std::string> at;
  for (std::size_t g = 0; g < groups; ++g) s.group(numbered("/g", g));
  for (std::size_t i = 0; i < objects; ++i) {
    at.push_back(numbered("/g0/x", i));
    if (i % 2 == 0) {
      s.group(at[i]);
    } else {
      s.dataset(at[i], growing({4}), chunked({4}));
      s.write(at[i], {0}, {4});
    }
    s.attribute(at[i], "number", i + 1);
  }
  s.flush();
  for (std::size_t round = 0; round < 16; ++round) {
    for (std::size_t i = 0; i < objects; ++i) {
      if (random() % 2 == 0) continue;
      const auto to = numbered("/g", random() % groups) + numbered("/y", 100 * round + i);
      s.move(at[i], to);
      at[i] = to;
    }
    if (round == 6)
      for (std::size_t i = 0; i < 12; ++i) s.group(numbered("/g1/filler", i));  // dense from here on
    if (round == 11)
      for (std::size_t i = 0; i < 12; ++i) s.remove(numbered("/g1/filler", i));
    // A group with all below it, and back.
    if (round % 4 == 2) s.move("/g2", "/g0/inner"), s.flush(), s.move("/g0/inner", "/g2");
    s.flush();
  }
  s.close();
}

void link_twice(Script& s, unsigned seed) {
  std::mt19937 random(seed);
  s.group("/a");
  s.group("/b");
  for (std::size_t i = 0; i < 6; ++i) {
    s.dataset(numbered("/a/d", i), growing({8}), chunked({8}));
    s.write(numbered("/a/d", i), {0}, {8});
  }
  s.flush();
  for (std::size_t round = 0; round < 12; ++round) {
    const auto i = round % 6;
    const auto first = numbered("/a/d", i), second = numbered("/b/also", i), third = numbered("/third", i);
    s.hard_link(second, first);
    if (random() % 2 == 0) s.hard_link(third, second), s.attribute(third, "names", 3);
    s.flush();
    if (random() % 2 == 0) {
      // The first name goes; the object lives on under the others.
      s.remove(first);
      s.flush();
      s.move(second, first);
    } else {
      s.remove(second);
    }
    if (s.file().find(third)) s.remove(third);
    if (round % 3 != 1) s.flush();
  }
  s.close();
}

/// What is deleted makes room for what comes: blocks of the old state must not be overwritten too early.
void delete_and_reuse(Script& s, unsigned seed) {
  std::mt19937 random(seed);
  constexpr std::size_t slots = 6;
  std::vector<bool> there(slots, false);
  for (std::size_t round = 0; round < 18; ++round) {
    for (std::size_t i = 0; i < slots; ++i) {
      const auto path = numbered("/d", i);
      if (there[i] && random() % 2 == 0) {
        s.remove(path);
        there[i] = false;
      }
      if (!there[i] && random() % 3 != 0) {
        s.dataset(path, growing({16, 16}), chunked({8, 16}, i % 2 == 0));
        s.write(path, {0, 0}, {16, 16});
        s.attribute(path, "round", 1 + random() % 20);
        there[i] = true;
      } else if (there[i]) {
        s.write(path, {0, 0}, {8, 16});
      }
    }
    s.flush();
  }
  s.close();
}

void edit_attributes(Script& s, unsigned seed) {
  std::mt19937 random(seed);
  s.group("/g");
  s.dataset("/d", growing({4}), chunked({4}));
  s.flush();
  for (std::size_t round = 0; round < 12; ++round) {
    for (const auto* path : {"/g", "/d", "/"}) {
      s.attribute(path, numbered("numbers", round), 1 + random() % 12);
      if (round % 3 == 0) s.text_attribute(path, numbered("text", round), 10 + random() % 60);
      if (round >= 2 && random() % 3 == 0) s.attribute(path, numbered("numbers", round - 1), 1 + random() % 30);
      if (round >= 4 && random() % 2 == 0 && round % 2 == 0) s.remove_attribute(path, numbered("numbers", round - 3));
    }
    s.flush();
  }
  for (std::size_t round = 9; round < 12; ++round) {
    s.remove_attribute("/g", numbered("numbers", round));
    s.text_attribute("/d", "text0", 500 * (round - 8));
    s.flush();
  }
  s.close();
}

void write_texts(Script& s, unsigned seed) {
  std::mt19937 random(seed);
  s.texts("/chunked", growing({6}), chunked({4}));
  s.texts("/fixed", Dataspace::simple({8}), chunked({8}, false));
  s.texts("/block", Dataspace::simple({8}));
  s.flush();
  for (std::size_t round = 0; round < 10; ++round) {
    s.resize("/chunked", {6 + 2 * round});
    s.write_texts("/chunked", {2 * round}, {6}, 5 + random() % 40);
    if (round % 2 == 0) s.write_texts("/fixed", {random() % 4}, {4}, 10 + random() % 400);
    if (round == 0) s.write_texts("/block", {0}, {8}, 20);
    if (round % 3 == 1) s.text_attribute("/chunked", numbered("t", round), 30);
    s.flush();
  }
  s.resize("/chunked", {5});
  s.close();
}

/// Rows and columns of chunks, which wait in memory until the flush.
void write_parts(Script& s, unsigned seed) {
  std::mt19937 random(seed);
  s.dataset("/plane", growing({24, 24}), chunked({8, 8}));
  s.dataset("/stack", growing({4, 8, 8}), chunked({4, 8, 1}));
  s.dataset("/plain", Dataspace::simple({16, 16}), chunked({5, 7}, false));
  s.flush();
  for (std::size_t round = 0; round < 12; ++round) {
    s.write("/plane", {random() % 20, random() % 20}, {4, 3});
    s.write("/plane", {random() % 24, 0}, {1, 24});
    s.write("/stack", {round % 4, 0, 0}, {1, 8, 8});
    s.write("/plain", {random() % 12, random() % 9}, {3, 6});
    s.flush();
  }
  s.close();
}

/// The only kind that is overwritten where it stands: each element is old or new.
void write_in_place(Script& s, unsigned seed) {
  std::mt19937 random(seed);
  NewDataset compact;
  compact.compact = true;
  s.dataset("/block", Dataspace::simple({40, 30}));
  s.dataset("/late", Dataspace::simple({50}));
  s.dataset("/small", Dataspace::simple({20}), compact);
  s.flush();
  for (std::size_t round = 0; round < 12; ++round) {
    if (round != 9) s.write("/block", {3 * round, 5}, {3, 20});
    s.write("/small", {random() % 15}, {5});
    if (round == 5) s.write("/late", {10}, {20});
    if (round == 7) s.dataset("/more", Dataspace::simple({300})), s.write("/more", {0}, {300});
    if (round == 9) s.remove("/block"), s.dataset("/block", Dataspace::simple({40, 30}));
    s.attribute("/small", "round", 1 + round);
    s.flush();
  }
  s.close();
}

void stack_sources(Script& s, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<std::string> sources;
  s.group("/parts");
  for (std::size_t round = 0; round < 10; ++round) {
    sources.push_back(numbered("/parts/p", round));
    s.dataset(sources.back(), Dataspace::simple({4, 8}, Shape{4, unlimited}), chunked({2, 8}));
    s.write(sources.back(), {0, 0}, {4, 8});
    s.flush();
    // Alone in its commit: a new virtual dataset shows its sources as they are.
    if (round % 2 == 1) s.stack(numbered("/stack", round), sources), s.flush();
    s.write(sources[random() % (round + 1)], {random() % 3, 0}, {1, 8});
    s.attribute("/parts", numbered("a", round), 3);
    s.flush();
    if (round == 7) s.remove("/stack1"), s.move("/stack3", "/parts/stack3"), s.flush();
  }
  s.close();
}

void make_many(Script& s, unsigned seed) {
  std::mt19937 random(seed);
  for (std::size_t round = 0; round < 6; ++round) {
    const auto top = numbered("/run", round);
    s.group(top);
    for (std::size_t i = 0; i < 12; ++i) {
      const auto path = top + numbered("/item", i);
      if (i % 3 == 0) {
        s.group(path);
        s.group(path + "/inner");
      } else {
        s.dataset(path, growing({4}), chunked({4}, false));
        if (i % 3 == 1) s.write(path, {0}, {4});
      }
      s.attribute(path, "index", 1 + i % 3);
    }
    if (round > 0) {
      // Everything that the last round made changes in this commit.
      const auto last = numbered("/run", round - 1);
      for (std::size_t i = 0; i < 12; ++i) s.attribute(last + numbered("/item", i), "again", 2);
      for (std::size_t i = 1; i < 12; i += 3) s.write(last + numbered("/item", i), {1}, {2});
    }
    if (round > 2) s.remove(numbered("/run", round - 3));
    s.flush();
  }
  s.close();
}

void resize_often(Script& s, unsigned seed) {
  std::mt19937 random(seed);
  s.dataset("/plane", growing({10, 10}), chunked({4, 4}));
  s.dataset("/line", Dataspace::simple({20}, Shape{unlimited}), chunked({6}, false));
  s.write("/plane", {0, 0}, {10, 10});
  s.write("/line", {0}, {20});
  s.flush();
  for (std::size_t round = 0; round < 14; ++round) {
    const Shape plane{1 + random() % 14, 1 + random() % 14}, line{1 + random() % 40};
    s.resize("/plane", plane);
    if (round % 2 == 0) s.write("/plane", {0, 0}, plane);
    if (round % 3 != 2) s.resize("/line", line), s.write("/line", {line[0] / 2}, {line[0] - line[0] / 2});
    if (round % 4 == 3) s.resize("/plane", {12, 9}), s.resize("/plane", {3, 5});
    s.flush();
  }
  s.close();
}

/// A new file in each style, with a bit of everything.
void frames_and_moves(Script& s, unsigned seed) {
  s.group("/a");
  s.group("/b");
  s.dataset("/a/frames", growing({0, 8, 8}), chunked({1, 8, 8}));
  s.group("/a/x");
  s.flush();
  std::mt19937 random(seed);
  for (std::size_t round = 0; round < 12; ++round) {
    const auto *from = round % 2 == 0 ? "/a" : "/b", *to = round % 2 == 0 ? "/b" : "/a";
    s.move(from + std::string("/x"), to + std::string("/x"));
    s.resize("/a/frames", {round + 1, 8, 8});
    s.write("/a/frames", {round, 0, 0}, {1, 8, 8});
    s.attribute(to + std::string("/x"), numbered("round", round), 2);
    if (round % 3 == 2) s.group(numbered("/b/new", round));
    if (round % 6 == 4) s.remove(numbered("/b/new", round - 2));
    s.flush();
  }
  s.close();
}

}  // namespace

void append_frames(Script& s, unsigned seed) {
  std::mt19937 random(seed);
  s.group("/entry");
  for (std::size_t d = 0; d < 3; ++d)
    s.dataset(numbered("/entry/frames", d), growing({0, 16, 12}), chunked({d == 0 ? 2U : 1U, 16, 12}));
  s.dataset("/entry/times", growing({0}), chunked({16}, false));
  s.flush();
  std::uint64_t frames = 0;
  for (std::size_t round = 0; round < 14; ++round) {
    const auto more = 1 + random() % 3;
    for (std::size_t d = 0; d < 3; ++d) {
      const auto path = numbered("/entry/frames", d);
      s.resize(path, {frames + more, 16, 12});
      s.write(path, {frames, 0, 0}, {more, 16, 12});
    }
    s.resize("/entry/times", {frames + more});
    s.write("/entry/times", {frames}, {more});
    if (round % 4 == 3) s.attribute("/entry", "frames", 1);
    frames += more;
    s.flush();
  }
  s.close();
}

const std::vector<Workload>& workloads() {
  const auto with = [](std::uint64_t user_block, Compatibility compatibility) {
    NewFile file;
    file.user_block = user_block;
    file.compatibility = compatibility;
    return file;
  };
  const auto old = with(0, Compatibility::earliest);
  static const std::vector<Workload> all = {
      {"frames", Maker::fiver, {}, append_frames},
      {"groups", Maker::fiver, {}, grow_groups},
      {"moves", Maker::fiver, {}, move_objects},
      {"wide", Maker::fiver, {}, edit_wide},
      {"hard links", Maker::fiver, {}, link_twice},
      {"deletes", Maker::fiver, {}, delete_and_reuse},
      {"attributes", Maker::fiver, {}, edit_attributes},
      {"texts", Maker::fiver, {}, write_texts},
      {"parts of chunks", Maker::fiver, {}, write_parts},
      {"in place", Maker::fiver, {}, write_in_place},
      {"virtual", Maker::fiver, {}, stack_sources},
      {"many objects", Maker::fiver, {}, make_many},
      {"resizing", Maker::fiver, {}, resize_often},
      {"user block", Maker::fiver, with(1024, Compatibility::native), frames_and_moves},
      {"mixture", Maker::fiver, {}, mix},
      {"index kinds", Maker::libhdf5, {}, edit_indexes},
      {"old style", Maker::old_style, old, frames_and_moves},
      {"old mixture", Maker::old_style, old, mix},
      {"old moves", Maker::old_style, old, move_objects},
  };
  return all;
}

}  // namespace fiver::tests
