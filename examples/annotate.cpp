// Notes on the dataset /data of a file: texts, numbers and the time. FILE AUTHOR
#include <ctime>
#include <iostream>

#include "fiver/fiver.hpp"

int main(int count, char** argv) try {
  if (count != 3) return std::cerr << "usage: annotate FILE AUTHOR\n", 2;
  const auto file = fiver::File::edit(argv[1]);
  const auto data = file.dataset("/data");
  data.set_attribute("source", "annotate.cpp");
  data.set_attribute("author", argv[2]);
  char now[32] = "";
  const auto seconds = std::time(nullptr);
  std::strftime(now, sizeof now, "%FT%TZ", std::gmtime(&seconds));
  data.set_attribute("creation-timestamp", now);
  data.set_attribute("axes", std::vector<std::string>{"omega", "y", "x"});
  data.set_attribute("pixel_size", std::vector<double>{75e-6, 75e-6});
  file.close();
  for (const auto& attribute : fiver::File::open(argv[1]).dataset("/data").attributes())
    for (const auto& text :
         attribute.type().is<fiver::VariableStringType>() ? attribute.read_strings() : std::vector<std::string>{})
      std::cout << attribute.name() << ": " << text << '\n';
  return 0;
} catch (const fiver::Error& error) {
  return std::cerr << error.what() << '\n', 1;
}
