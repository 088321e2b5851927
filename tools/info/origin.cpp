#include "info/origin.hpp"

#include <fmt/format.h>

#include <array>
#include <fstream>
#include <optional>

#include "fiver/fiver.hpp"

namespace fiver::tools {
namespace {

/// Groups looked into for NX_class and the like; masters of detectors have one entry, archives thousands.
constexpr std::size_t most_looked_at = 50;

std::optional<std::string> text_attribute(const Object& object, const std::string& name) {
  try {
    const auto attribute = object.find_attribute(name);
    if (!attribute || attribute->space().element_count() == 0) return {};
    return attribute->read_string();
  } catch (const Error&) {
    return {};  // unreadable or of another type: no trace
  }
}

std::optional<std::string> text_dataset(const File& file, const std::string& path) {
  try {
    const auto object = file.find(path);
    if (!object || object->kind() != ObjectKind::dataset) return {};
    const auto strings = object->as_dataset().read_strings();
    return strings.empty() ? std::nullopt : std::optional(strings.front());
  } catch (const Error&) {
    return {};
  }
}

bool exists(const File& file, const std::string& path) {
  try {
    return file.find(path).has_value();
  } catch (const Error&) {
    return false;
  }
}

/// Groups right below the root.
std::vector<Group> entries_of(const File& file) {
  std::vector<Group> groups;
  try {
    for (const Link& link : file.root().links()) {
      if (groups.size() == most_looked_at) break;
      const auto* hard = std::get_if<HardLink>(&link.target);
      if (hard == nullptr) continue;
      const Object object = file.object_at(hard->target, "/" + link.name);
      if (object.kind() == ObjectKind::group) groups.push_back(object.as_group());
    }
  } catch (const Error&) {
    // What was found so far is enough for a guess.
  }
  return groups;
}

std::string with(const std::string& name, const std::optional<std::string>& detail) {
  return detail && !detail->empty() ? name + " (" + *detail + ")" : name;
}

/// MATLAB tells about itself in the user block; others may put a script or a licence there.
void look_at_user_block(const File& file, std::vector<std::string>& found) {
  if (file.info().user_block == 0) return;
  std::ifstream in(file.name(), std::ios::binary);
  std::array<char, 116> text{};
  in.read(text.data(), text.size());
  std::string line(text.data(), static_cast<std::size_t>(in.gcount()));
  line.resize(std::min(line.find('\0'), line.size()));
  while (line.ends_with(' ')) line.pop_back();
  if (line.starts_with("MATLAB")) found.push_back(line);
}

void look_for_nexus(const File& file, std::vector<std::string>& found) {
  const Group root = file.root();
  bool nexus = text_attribute(root, "NX_class") == "NXroot" || root.find_attribute("NeXus_version").has_value();
  for (const Group& entry : entries_of(file)) {
    const auto nx_class = text_attribute(entry, "NX_class");
    if (nx_class && (*nx_class == "NXentry" || *nx_class == "NXsubentry")) {
      nexus = true;
      if (const auto definition = text_dataset(file, entry.path() + "/definition")) {
        found.push_back(fmt::format("NeXus {} in {}", *definition, entry.path()));
      }
    }
    const std::string detector = entry.path() + "/instrument/detector";
    const auto firmware = text_dataset(file, detector + "/detectorSpecific/eiger_fw_version");
    if (firmware || exists(file, detector + "/detectorSpecific")) {
      const auto description = text_dataset(file, detector + "/description");
      found.push_back(with("Dectris detector", description ? description : firmware));
    }
  }
  if (nexus) {
    const auto version = text_attribute(root, "NeXus_version");
    const auto creator = text_attribute(root, "creator");
    if (found.empty() || version || creator) found.push_back(with("NeXus", version ? version : creator));
  }
}

struct AttributeTrace {
  const char* attribute;
  const char* name;
  bool show_value;
};
constexpr std::array attribute_traces = {
    AttributeTrace{"_NCProperties", "netCDF-4", true},
    AttributeTrace{"PYTABLES_FORMAT_VERSION", "PyTables, format", true},
    AttributeTrace{"keras_version", "Keras", true},
    AttributeTrace{"LOOM_SPEC_VERSION", "Loom", true},
    AttributeTrace{"openPMD", "openPMD", true},
    AttributeTrace{"DREAM3D Version", "DREAM.3D", true},
    AttributeTrace{"file_format", "written by", true},
    AttributeTrace{"DataSetInfoDirectoryName", "Imaris", false},
};

struct PathTrace {
  const char* path;
  const char* name;
};
constexpr std::array path_traces = {
    PathTrace{"/HDFEOS INFORMATION", "HDF-EOS5"},           PathTrace{"/VTKHDF", "VTKHDF"},
    PathTrace{"/matrix/barcodes", "10x Genomics matrix"},   PathTrace{"/ilastikVersion", "ilastik project"},
    PathTrace{"/UniqueGlobalKey", "Oxford Nanopore fast5"}, PathTrace{"/ hdf5version", "CGNS"},
    PathTrace{"/s00/resolutions", "BigDataViewer"},         PathTrace{"/model_weights", "Keras model"},
};

}  // namespace

std::vector<std::string> recognise(const File& file) {
  std::vector<std::string> found;
  look_at_user_block(file, found);
  look_for_nexus(file, found);
  const Group root = file.root();
  for (const AttributeTrace& trace : attribute_traces) {
    const auto value = text_attribute(root, trace.attribute);
    if (value) found.push_back(trace.show_value ? fmt::format("{} {}", trace.name, *value) : trace.name);
  }
  if (const auto encoding = text_attribute(root, "encoding-type"); encoding && !encoding->empty()) {
    found.push_back(with(*encoding == "anndata" ? "AnnData" : *encoding, text_attribute(root, "encoding-version")));
  }
  for (const Group& entry : entries_of(file)) {
    if (const auto pandas = text_attribute(entry, "pandas_type")) {
      found.push_back("pandas " + *pandas);
      break;
    }
  }
  for (const PathTrace& trace : path_traces) {
    if (exists(file, trace.path)) found.emplace_back(trace.name);
  }
  return found;
}

}  // namespace fiver::tools
