// Setting, removing and renaming attributes.
#include <fmt/format.h>

#include <algorithm>

#include "base/checked.hpp"
#include "base/checksum.hpp"
#include "convert/plan.hpp"
#include "fiver/object.hpp"
#include "fiver/values/variable.hpp"
#include "format/attribute_message.hpp"
#include "format/dataspace_message.hpp"
#include "format/datatype_message.hpp"
#include "format/shared_message.hpp"
#include "object/editing.hpp"
#include "object/file_state.hpp"

namespace fiver {
namespace {

using format::MessageType;

/// What version 1 of the object header can hold in one message.
constexpr std::size_t most_old_bytes = 65000;

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

template <class Encode>
Bytes encoded(const object::FileState& file, Encode&& encode) {
  Encoder out(file.view().widths());
  encode(out);
  return std::move(out).take();
}

/// Its value in the stored type. Text and sequences of variable length go to the global heap.
Bytes stored_value(object::FileState& file, const Datatype& stored, std::uint64_t count, const Datatype& memory,
                   std::span<const std::byte> from) {
  const auto given = checked_multiply(count, memory.size());
  if (!given || *given != from.size())
    throw Error(ErrorKind::invalid_argument,
                fmt::format("{} elements of {} bytes from {} bytes", count, memory.size(), from.size()));
  Bytes value(static_cast<std::size_t>(count) * stored.size());
  convert::ConversionPlan::make_for_writing(memory, stored, file.view().widths())
      .convert_for_writing(from, value, static_cast<std::size_t>(count), &file.writer()->heap());
  return value;
}

/// The attribute's place among the draft's messages, or their end. Under the lock of the file's edits.
std::vector<object::DraftMessage>::iterator place_among(object::Draft& draft, std::string_view name) {
  return std::find_if(draft.messages.begin(), draft.messages.end(), [&](const auto& m) {
    return m.type == static_cast<std::uint16_t>(MessageType::attribute) && m.name == name;
  });
}

/// Setting many attributes does not look at all of them for each.
constexpr std::size_t many_messages = 24;

/// As place_among(), for a name that the draft is going to have.
std::vector<object::DraftMessage>::iterator place_to_set(object::Draft& draft, std::string_view name) {
  if (draft.messages.size() < many_messages) {
    draft.attribute_names.reset();
    return place_among(draft, name);
  }
  if (draft.attribute_names == nullptr) {
    draft.attribute_names = std::make_shared<object::AttributeNames>();
    for (const auto& message : draft.messages)
      if (message.type == static_cast<std::uint16_t>(MessageType::attribute))
        draft.attribute_names->add(lookup3(bytes_of(message.name)));
  }
  const auto hash = lookup3(bytes_of(name));
  if (draft.attribute_names->may_have(hash)) return place_among(draft, name);
  draft.attribute_names->add(hash);
  return draft.messages.end();
}

object::DraftMessage draft_message(Bytes body, const std::string& name) {
  return {
      static_cast<std::uint16_t>(MessageType::attribute), 0, {}, std::make_shared<const Bytes>(std::move(body)), name};
}

}  // namespace

void Object::write_attribute(const std::string& name, const Datatype& stored, const Dataspace& space,
                             const Datatype& memory, std::span<const std::byte> from,
                             std::optional<Address> committed_type) const {
  handle_->guarded([&] {
    auto& file = handle_->file()->state();
    auto& writer = file.writer_or_throw();
    if (name.find('\0') != std::string::npos || name.size() > 65534)
      throw Error(ErrorKind::invalid_argument, "an attribute's name has at most 65534 bytes, and no 0 among them");
    const auto& state = handle_->state();
    const auto draft = writer.draft_of(state);
    const bool old = draft->prefix.version == 1;
    Encoder parts(file.view().widths());
    if (committed_type)
      format::encode_shared_message_ref(parts, {*committed_type});
    else
      format::encode_datatype(parts, stored, old ? 1 : 3);
    const auto type_size = parts.size();
    if (type_size > 0xFFFF)
      throw Error(ErrorKind::invalid_argument,
                  fmt::format("attribute \"{}\": its type takes {} bytes, 65535 are possible", name, type_size));
    format::encode_dataspace(parts, space, format::dataspace_version(space, old ? 1 : 2));
    Bytes converted;
    ByteView value = from;
    // A plan would cost more than the copy.
    if (stored != memory || has_heap_parts(memory) || from.size() != space.element_count() * memory.size()) {
      converted = stored_value(file, stored, space.element_count(), memory, from);
      value = converted;
    }
    const format::AttributeMessage attribute{name,
                                             is_ascii(name) ? CharacterSet::ascii : CharacterSet::utf8,
                                             parts.view().first(type_size),
                                             parts.view().subspan(type_size),
                                             committed_type.has_value(),
                                             false,
                                             value};
    Encoder out(file.view().widths());
    format::encode_attribute(out, attribute, format::attribute_version(attribute, old ? 1 : 3));
    Bytes body(out.view().begin(), out.view().end());  // many are kept: no larger than they are
    if (old && body.size() > most_old_bytes)
      throw Error(ErrorKind::unsupported,
                  fmt::format("attribute \"{}\": {} bytes; objects in this file's old style hold {} at most", name,
                              body.size(), most_old_bytes));
    auto message = draft_message(std::move(body), name);
    std::optional<Address> released;
    if (committed_type) object::count_links(file, *committed_type, 1);
    writer.edit([&] {
      const auto known = place_to_set(*draft, name);
      if (known != draft->messages.end()) {
        released = object::shared_type_of(*known, file.view().widths());
        draft->debris.attributes.push_back(known->body);
        message.creation_index = known->creation_index;
        *known = std::move(message);
      } else {
        if (draft->attribute_order_tracked) {
          if (draft->next_attribute_order > 0xFFFF)
            throw Error(ErrorKind::limit, "an object that keeps the order of its attributes has had 65536 of them");
          message.creation_index = draft->next_attribute_order++;
        }
        draft->messages.push_back(std::move(message));
      }
      writer.publish(state, *draft);
    });
    if (released) object::release(file, *released);
  });
}

void Object::remove_attribute(const std::string& name) const {
  handle_->guarded([&] {
    auto& file = handle_->file()->state();
    auto& writer = file.writer_or_throw();
    const auto draft = writer.draft_of(handle_->state());
    std::optional<Address> released;
    writer.edit([&] {
      const auto gone = place_among(*draft, name);
      if (gone == draft->messages.end()) throw Error(ErrorKind::not_found, "no attribute \"" + name + "\"");
      released = object::shared_type_of(*gone, file.view().widths());
      draft->debris.attributes.push_back(gone->body);
      draft->messages.erase(gone);
      writer.publish(handle_->state(), *draft);
    });
    if (released) object::release(file, *released);
  });
}

void Object::rename_attribute(const std::string& from, const std::string& to) const {
  handle_->guarded([&] {
    auto& file = handle_->file()->state();
    auto& writer = file.writer_or_throw();
    const auto draft = writer.draft_of(handle_->state());
    writer.edit([&] {
      if (draft->find_attribute(to) != nullptr)
        throw Error(ErrorKind::invalid_argument, "there is an attribute \"" + to + "\"");
      const auto known = place_among(*draft, from);
      if (known == draft->messages.end()) throw Error(ErrorKind::not_found, "no attribute \"" + from + "\"");
      const auto attribute = format::decode_attribute(*known->body, file.view().widths());
      auto renamed = attribute;
      renamed.name = to;
      renamed.charset = is_ascii(to) ? CharacterSet::ascii : CharacterSet::utf8;
      auto message = draft_message(
          encoded(file,
                  [&](Encoder& out) {
                    format::encode_attribute(out, renamed,
                                             format::attribute_version(renamed, draft->prefix.version == 1 ? 1 : 3));
                  }),
          to);
      if (draft->attribute_order_tracked) message.creation_index = draft->next_attribute_order++;
      *known = std::move(message);
      if (draft->attribute_names) draft->attribute_names->add(lookup3(bytes_of(to)));
      writer.publish(handle_->state(), *draft);
    });
  });
}

void detail::set_text_attribute(const Object& object, const std::string& name, const Dataspace& space,
                                std::span<const std::string> values) {
  std::vector<VariablePart> parts;
  for (const auto& value : values)
    parts.push_back({value.size(), value.empty() ? nullptr : std::as_bytes(std::span(value)).data()});
  const auto widths = object.handle().file()->state().view().widths();
  const auto text = text_type();
  const Datatype stored(format::variable_length_size(widths), text.value());
  object.write_attribute(name, stored, space, text, std::as_bytes(std::span(parts)));
}

}  // namespace fiver
