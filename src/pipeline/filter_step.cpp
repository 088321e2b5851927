#include "pipeline/filter_step.hpp"

#include <fmt/format.h>

#include "fiver/values/error.hpp"

namespace fiver::pipeline {

std::vector<FilterStep> steps_of(const FilterPipeline& pipeline, const FilterLookup& find) {
  std::vector<FilterStep> steps;
  steps.reserve(pipeline.size());
  for (const auto& spec : pipeline) steps.push_back({spec, find(spec.id)});
  return steps;
}

std::string name_of(const FilterStep& step) {
  if (step.filter) return std::string(step.filter->name());
  const auto registered = registered_filter_name(step.spec.id);
  return registered.empty() ? step.spec.name : registered;
}

const Filter& filter_of(const FilterStep& step) {
  if (step.filter) return *step.filter;
  const auto name = name_of(step);
  throw Error(ErrorKind::unsupported,
              name.empty() ? fmt::format("filter {} is not known to this library", step.spec.id)
                           : fmt::format("filter {} ({}) is not known to this library", step.spec.id, name))
      .for_filter(step.spec.id);
}

}  // namespace fiver::pipeline
