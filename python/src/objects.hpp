// From the engine's objects to Python's.
#pragma once

#include <memory>

#include "module.hpp"
#include "session.hpp"

namespace fiver::python {

/// A Group, Dataset or Datatype of the session. Objects that a link to another file leads to belong to the session that followed it.
nb::object wrap(const std::shared_ptr<Session>& session, const Object& object, std::string name = {});

/// The path as h5py shows it: from the root, as it was asked for, without what says nothing. Empty where a link led to another file, whose
/// own path is shown then.
std::string name_of(const GroupSlot& slot, const Group& group, const Object& object, const std::string& path);

/// "name", "creation" or "stored".
Order order_of(nb::handle name);

}  // namespace fiver::python
