// One filter of a dataset's pipeline with its codec: what decoding and encoding share.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "fiver/spi/filter.hpp"
#include "fiver/values/filter_spec.hpp"

namespace fiver::pipeline {

using FilterLookup = std::function<std::shared_ptr<const Filter>(std::uint16_t id)>;

struct FilterStep {
  FilterSpec spec;
  std::shared_ptr<const Filter> filter;  ///< null: not known
};

std::vector<FilterStep> steps_of(const FilterPipeline& pipeline, const FilterLookup& find);

/// For messages; empty where neither the filter is known, nor its number registered, nor a name stored.
std::string name_of(const FilterStep& step);

/// Throws unsupported, with the filter's number and name, where it is not known.
const Filter& filter_of(const FilterStep& step);

}  // namespace fiver::pipeline
