// Jobs over many small objects: names, a visit of everything, look-ups by name, attributes, opening.
#include <array>
#include <cstdio>
#include <memory>

#include "ours.hpp"

namespace bench {
namespace {

Job names(const Request& request) {
  return {[=](bool) {
    std::uint64_t sum = 0;
    for (const auto& link : fiver::File::open(request.file).group(request.dataset).links())
      sum += sum_of_text(link.name);
    return sum;
  }};
}

/// Every object with its path and kind, as libhdf5's visit gives them: the path without the first slash, "." for the root.
Job visit(const Request& request) {
  return {[=](bool) {
    std::uint64_t sum = 0;
    fiver::walk(fiver::File::open(request.file).root(), [&](const std::string& path, const fiver::Object& object) {
      const auto kind = static_cast<std::uint64_t>(object.kind()) + 1;
      sum += sum_of_text(path.size() <= 1 ? "." : path.front() == '/' ? path.substr(1) : path) * kind;
      return true;
    });
    return sum;
  }};
}

/// NUMBERS: datasets d000000... opened by name, their number read.
Job by_name(const Request& request) {
  const auto numbers = std::make_shared<std::vector<std::uint64_t>>(request.numbers(0));
  return {[=](bool) {
            const auto file = fiver::File::open(request.file);
            std::uint64_t sum = 0, index = 0;
            std::array<char, 256> path{};
            for (const auto number : *numbers) {
              std::snprintf(path.data(), path.size(), "%s/d%06u", request.dataset.c_str(),
                            static_cast<unsigned>(number));
              std::int32_t value = 0;
              file.dataset(path.data()).read_into(std::span(&value, 1));
              sum += ++index * static_cast<std::uint64_t>(value);
            }
            return sum;
          },
          numbers->size()};
}

/// Every attribute of every object in the root group.
Job attributes(const Request& request) {
  return {[=](bool) {
    const auto root = fiver::File::open(request.file).root();
    std::uint64_t sum = 0;
    for (const auto& link : root.links())
      for (const auto& attribute : root.follow(link).value().attributes())
        sum += static_cast<std::uint64_t>(attribute.read<std::int32_t>().front()) *
               (1 + sum_of_text(attribute.name()) % 1000);
    return sum;
  }};
}

/// ATTRIBUTE COUNT: open, read it, close.
Job open_attribute(const Request& request) {
  return {[=](bool) {
            std::uint64_t sum = 0;
            for (std::uint64_t i = 0; i < request.number(1); ++i) {
              const auto object = fiver::File::open(request.file).object(request.dataset);
              sum += static_cast<std::uint64_t>(object.attribute(request.text(0)).read<std::int32_t>().front());
            }
            return sum;
          },
          request.number(1)};
}

/// Ten external links to a number each.
Job external_links(const Request& request) {
  return {[=](bool) {
    const auto file = fiver::File::open(request.file);
    std::uint64_t sum = 0;
    for (unsigned i = 0; i < 10; ++i) {
      std::int32_t value = 0;
      file.dataset(request.dataset + "/e" + std::to_string(i)).read_into(std::span(&value, 1));
      sum += (i + 1) * static_cast<std::uint64_t>(value);
    }
    return sum;
  }};
}

}  // namespace

void add_object_jobs(std::map<std::string, JobMaker>& jobs) {
  jobs["names"] = names;
  jobs["visit"] = visit;
  jobs["by_name"] = by_name;
  jobs["attributes"] = attributes;
  jobs["open_attribute"] = open_attribute;
  jobs["external_links"] = external_links;
}

}  // namespace bench
