// Groups with hundreds of links and attributes, changed commit by commit, between two looks of stock HDF5 at them.
#include <cstdio>
#include <random>
#include <stdexcept>

#include "tool.hpp"

namespace fiver::interop {
namespace {

constexpr const char* groups[] = {"/wide", "/ordered"};

/// What each link and attribute is can be told from its name.
std::vector<std::int32_t> values_of(const std::string& name) {
  std::vector<std::int32_t> values(name.size() * name.size() % 67 + 1);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<std::int32_t>(100 * name.size() + i);
  return values;
}

void print(const File& file) {
  for (const auto* path : groups) {
    const auto group = file.group(path);
    for (const auto& link : group.links()) {
      const auto* soft = std::get_if<SoftLink>(&link.target);
      if (soft == nullptr || soft->path != "/to/" + link.name) throw std::runtime_error("link " + link.name);
      std::printf("%s link %s\n", path, link.name.c_str());
    }
    for (const auto& name : group.attribute_names()) {
      if (group.attribute(name).read<std::int32_t>() != values_of(name)) throw std::runtime_error("attribute " + name);
      std::printf("%s attribute %s\n", path, name.c_str());
    }
  }
}

}  // namespace

void change_wide_groups(const std::filesystem::path& path, unsigned seed, unsigned commits) {
  if (std::filesystem::exists(path)) print(File::open(path));
  std::puts("then");
  std::mt19937 random(seed);
  unsigned next = 0;
  const auto fresh = [&] {
    // One in twenty is a huge object, or takes much of a block.
    const auto length = random() % 20 == 0 ? 200 + random() % 900 : random() % 60;
    return "f" + std::to_string(seed) + "." + std::to_string(next++) + std::string(length, 'x');
  };
  const auto file = std::filesystem::exists(path) ? File::edit(path) : File::create(path);
  for (unsigned commit = 0; commit < commits; ++commit) {
    for (const auto* name : groups) {
      const auto group = file.root().require_group(name, {.track_order = name == groups[1]});
      const auto links = group.links();
      const auto attributes = group.attribute_names();
      const unsigned many = links.size() < 150 ? 80 : 1 + static_cast<unsigned>(random() % 3);
      for (unsigned i = 0; i < many; ++i) {
        const auto link = fresh(), attribute = fresh();
        group.create_soft_link(link, "/to/" + link);
        group.set_attribute(attribute, values_of(attribute));
      }
      if (links.size() < 150) continue;
      for (auto less = random() % 4; less > 0; --less) {
        const auto& gone = links[(random() + less * 31) % links.size()].name;
        if (group.find_link(gone)) group.remove(gone);
        const auto& away = attributes[(random() + less * 31) % attributes.size()];
        if (group.find_attribute(away)) group.remove_attribute(away);
      }
      const auto& again = attributes[random() % attributes.size()];
      if (group.find_attribute(again)) group.set_attribute(again, values_of(again));
    }
    file.flush(random() % 8 == 0 ? Durability::full : Durability::order);
  }
  file.close();
  print(File::open(path));
}

}  // namespace fiver::interop
