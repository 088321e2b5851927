// Enumerations: to enumerations by the names of their members, to integers and floats by value (format notes 6, measured on libhdf5).
// What is no member, or a member that the target lacks, becomes all 0xFF bytes, as libhdf5 does for the former (2.1.1 makes garbage of the
// latter). C++'s bool, h5py's {FALSE, TRUE}, must be 0 or 1 in memory: there what has no name of it goes by whether it is 0.
#include <algorithm>
#include <cstring>
#include <optional>
#include <unordered_map>

#include "convert/kernel.hpp"
#include "convert/soft_number.hpp"
#include "fiver/values/error.hpp"

namespace fiver::convert {

namespace {

std::optional<IntegerFormat> base_of(const Datatype& type, const EnumType& enumeration) {
  const auto* integer = enumeration.base->as<IntegerType>();
  const auto size = enumeration.base->size();
  if (integer == nullptr || size != type.size() || size > widest_number || integer->precision == 0 ||
      integer->precision > 64)
    return std::nullopt;
  if (std::any_of(enumeration.members.begin(), enumeration.members.end(),
                  [size](const EnumMember& m) { return m.value.size() != size; }))
    return std::nullopt;
  return IntegerFormat{
      size, integer->order, integer->is_signed, integer->bit_offset, integer->precision, integer->padding};
}

class ByName : public Kernel {
 public:
  ByName(const IntegerFormat& base, const EnumType& source, const EnumType& target, std::size_t target_size,
         bool to_bool)
      : base_(base), target_size_(target_size), to_bool_(to_bool), unknown_(target_size, std::byte{0xFF}) {
    std::unordered_map<std::string_view, const Bytes*> named;
    for (const auto& member : target.members) named.emplace(member.name, &member.value);
    for (const auto& member : source.members) {
      const auto found = named.find(member.name);
      if (found != named.end()) values_.emplace(load_integer(base_, member.value.data()), *found->second);
    }
    if (base_.size == 1)
      for (unsigned value = 0; value < 256; ++value) {
        const auto element = static_cast<std::byte>(value);
        const auto& converted = look_up(&element);
        small_.insert(small_.end(), converted.begin(), converted.end());
      }
  }

  void run(const Batch& b, const Context&) const override {
    for (std::size_t i = 0; i < b.count; ++i) {
      const auto* element = b.source + i * b.source_stride;
      const auto* value = small_.empty() ? look_up(element).data()
                                         : small_.data() + std::to_integer<std::size_t>(*element) * target_size_;
      std::memcpy(b.target + i * b.target_stride, value, target_size_);
    }
  }

 private:
  const Bytes& look_up(const std::byte* element) const {
    const auto value = load_integer(base_, element);
    const auto found = values_.find(value);
    if (found != values_.end()) return found->second;
    if (to_bool_) return value == 0 ? zero_ : one_;
    return unknown_;
  }

  IntegerFormat base_;
  std::size_t target_size_;
  bool to_bool_;
  Bytes unknown_, zero_{std::byte{0}}, one_{std::byte{1}};
  std::unordered_map<std::uint64_t, Bytes> values_;
  Bytes small_;  // of one-byte elements: the converted one for each value
};

}  // namespace

KernelPtr make_enum_kernel(const Datatype& source, const Datatype& target) {
  const auto* from = source.as<EnumType>();
  if (from == nullptr) return nullptr;
  const auto base = base_of(source, *from);
  if (!base) return nullptr;
  if (const auto* to = target.as<EnumType>()) {
    if (!base_of(target, *to)) return nullptr;
    return std::make_shared<ByName>(*base, *from, *to, target.size(), target == native_type<bool>());
  }
  if (!target.is<IntegerType>() && !target.is<FloatType>()) return nullptr;
  if (*from->base == target) return make_copy(target.size());
  return make_number_kernel(*from->base, target);
}

}  // namespace fiver::convert
