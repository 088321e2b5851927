// Everything.
#pragma once

#include "fiver/attribute.hpp"
#include "fiver/check.hpp"
#include "fiver/chunk.hpp"
#include "fiver/dataset.hpp"
#include "fiver/file.hpp"
#include "fiver/filters.hpp"
#include "fiver/group.hpp"
#include "fiver/object.hpp"
#include "fiver/options.hpp"
#include "fiver/runtime.hpp"
#include "fiver/values/error.hpp"
#include "fiver/values/plan.hpp"
