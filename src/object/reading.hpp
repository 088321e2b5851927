// From a dataset and a selection to a ReadPlan, real or virtual, whatever nests.
#pragma once

#include "fiver/dataset.hpp"
#include "object/handle.hpp"
#include "pipeline/read_plan.hpp"
#include "select/normalized.hpp"

namespace fiver::object {

/// A hyperslab of fewer dimensions than the extent selects along the first ones; the others become whole.
Selection completed(const Selection& selection, const Shape& extent);

/// The selection held against the dataset's extent. A null dataspace has no elements.
select::Normalized normalize_for(const Handle& dataset, const Selection& selection);
select::Normalized normalize_in(const Dataspace& space, const Selection& selection);

/// What reading these elements as `memory` takes. Throws what planning throws; not_found for a missing source when the options say so.
pipeline::ReadPlan plan_read(const std::shared_ptr<const Handle>& dataset, const select::Normalized& wanted,
                             const Datatype& memory);

/// One element of the dataset's fill value, as `memory`. `arena` keeps variable-length parts.
Bytes fill_element(const Handle& dataset, const Datatype& memory, convert::Arena& arena);

/// Runs the plan. Arenas, one a worker, where `memory` has variable-length parts.
void run_plan(const pipeline::ReadPlan& plan, const Handle& dataset, MutableBytes into, const ReadOptions& options,
              std::vector<convert::Arena>* arenas);

}  // namespace fiver::object
