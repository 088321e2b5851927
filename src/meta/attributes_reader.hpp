// An object's attributes, compact or dense (format specification IV.A.2.m and v; III.A.2 records 8 and 9).
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "fiver/values/dataspace.hpp"
#include "fiver/values/datatype.hpp"
#include "meta/object_header_reader.hpp"
#include "meta/shared_messages.hpp"

namespace fiver::meta {

struct AttributeRecord {
  std::string name;
  CharacterSet charset = CharacterSet::ascii;
  std::optional<std::uint32_t> creation_order;
  Datatype type;
  Dataspace space;
  std::optional<Address> committed_type;
  SharedBytes data;  ///< the value as stored, exactly as long as type and space say
};

/// An attribute's message as the heap of dense attributes has it, one of the file's shared heap resolved.
struct StoredAttribute {
  SharedBytes message;
  std::string name;
  std::optional<std::uint32_t> creation_order;
};
void for_each_dense_attribute(const FileView& file, const ObjectHeader& header, const SharedMessages& shared,
                              const std::function<void(StoredAttribute&&)>& visit);

/// Calls `visit` for each attribute in stored order until it returns false. An attribute that can't be decoded goes to `on_fault` with
/// its name as far as known, if given; else its error is thrown.
void for_each_attribute(const FileView& file, const ObjectHeader& header, const SharedMessages& shared,
                        const std::function<bool(AttributeRecord&&)>& visit,
                        const std::function<void(const std::string&, const Error&)>& on_fault = {});
std::optional<AttributeRecord> find_attribute(const FileView& file, const ObjectHeader& header,
                                              const SharedMessages& shared, std::string_view name);

}  // namespace fiver::meta
