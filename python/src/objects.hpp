// From the engine's objects to Python's.
#pragma once

#include <memory>

#include "module.hpp"
#include "session.hpp"

namespace fiver::python {

/// A Group, Dataset or Datatype of the session. Objects that a link to another file leads to belong to the session that followed it.
nb::object wrap(const std::shared_ptr<Session>& session, const Object& object, std::string name = {});

/// "name", "creation" or "stored".
Order order_of(nb::handle name);

}  // namespace fiver::python
