#include "sample.hpp"

namespace fiver::tests {

std::vector<std::uint16_t> sample_values(std::uint64_t rows) {
  std::vector<std::uint16_t> values(rows * sample_columns);
  for (std::uint64_t i = 0; i < values.size(); ++i) values[i] = sample_value(i);
  return values;
}

Sample make_sample(const std::string& other) {
  FileBuilder builder({std::make_shared<WatchedFilter>()});
  Sample sample;
  std::vector<Link> groups, links;
  const auto add = [&](const std::string& group, const std::string& name, Address address) {
    links.push_back(hard_link(name, address));
    sample.paths.push_back("/" + group + "/" + name);
  };
  const auto end_group = [&](const std::string& name, GroupForm form) {
    groups.push_back(hard_link(name, builder.add_group(links, form)));
    links.clear();
  };
  const auto plain = dataset_of(sample_values(), {sample_rows, sample_columns});
  auto chunked = plain;
  chunked.chunk = Shape{7, 16};
  chunked.attributes = {{"unit", native_type<std::int32_t>(), {2}, bytes_from<std::int32_t>({3, 5})}};

  add("plain", "contiguous", builder.add_dataset(plain));
  add("plain", "chunked", builder.add_dataset(chunked));
  end_group("plain", GroupForm::symbol_table);

  const FilterSpec shuffle{2, 0, "", {}}, deflate{1, 0, "", {4}}, fletcher{3, 0, "", {}},
      bitshuffle{32008, 0, "", {0, 2}};
  const auto filtered = [&](const std::string& name, IndexForm index, FilterPipeline filters) {
    auto spec = chunked;
    spec.index = index;
    spec.filters = std::move(filters);
    if (index == IndexForm::single) spec.chunk = spec.shape;
    add("filtered", name, builder.add_dataset(spec));
  };
  filtered("deflate", IndexForm::btree1, {shuffle, deflate});
  filtered("bitshuffle", IndexForm::btree2, {bitshuffle});
  filtered("checked", IndexForm::fixed_array, {deflate, fletcher});
  filtered("watched", IndexForm::fixed_array, {{WatchedFilter::number, 0, "watched", {}}});
  filtered("one_chunk", IndexForm::single, {bitshuffle});
  end_group("filtered", GroupForm::dense);

  const Shape shape{sample_rows, sample_columns};
  const auto upper = box({0, 0}, {sample_rows / 2, sample_columns});
  const auto lower = box({sample_rows / 2, 0}, {sample_rows / 2, sample_columns});
  add("virtual", "same_file",
      builder.add_virtual(native_type<std::uint16_t>(), shape,
                          {{".", "/filtered/deflate", upper, upper}, {".", "/filtered/bitshuffle", lower, lower}}));
  if (!other.empty())
    add("virtual", "two_files",
        builder.add_virtual(native_type<std::uint16_t>(), shape,
                            {{".", "/virtual/same_file", upper, upper}, {other, "/plain/contiguous", lower, lower}}));
  end_group("virtual", GroupForm::compact);
  sample.file = builder.finish(builder.add_group(groups));
  return sample;
}

}  // namespace fiver::tests
