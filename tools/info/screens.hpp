// What `h5 info` prints: a screen, or JSON.
#pragma once

#include "common/console.hpp"
#include "common/json_writer.hpp"
#include "common/target.hpp"
#include "info/file_facts.hpp"

namespace fiver::tools {

void print_file(Console& console, const Target& target, const FileFacts& facts);
void print_file(JsonWriter& json, const Target& target, const FileFacts& facts);
void print_object(Console& console, const OpenTarget& open);
void print_object(JsonWriter& json, const OpenTarget& open);

}  // namespace fiver::tools
