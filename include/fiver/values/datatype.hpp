// A datatype as a value: what the format specification's datatype message (IV.A.2.d) says, without its encoding version.
// Two datatypes are equal when their elements have the same bytes and meaning.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace fiver {

class Datatype;

enum class ByteOrder : std::uint8_t { little, big, vax };
enum class StringPadding : std::uint8_t { null_terminated, null_padded, space_padded };
enum class CharacterSet : std::uint8_t { ascii, utf8 };
enum class MantissaNormalization : std::uint8_t { none, msb_set, implied };
/// object and region are the references of every HDF5 version; the last three are 1.12's, which may leave the file.
enum class ReferenceKind : std::uint8_t { object, region, object2, region2, attribute };

/// A datatype inside another, shared and never changed, compared by value.
class NestedType {
 public:
  NestedType(Datatype type);  // NOLINT(google-explicit-constructor): a nested type is written as the type itself
  const Datatype& operator*() const { return *type_; }
  const Datatype* operator->() const { return type_.get(); }
  friend bool operator==(const NestedType& a, const NestedType& b);

 private:
  std::shared_ptr<const Datatype> type_;
};

/// What an unused bit of an integer, bit field or float is set to.
struct BitPadding {
  bool low = false;
  bool high = false;
  friend bool operator==(const BitPadding&, const BitPadding&) = default;
};

/// Class 0. The value is the `precision` bits that start at bit `bit_offset` once the bytes are in little-endian order.
struct IntegerType {
  ByteOrder order = ByteOrder::little;
  bool is_signed = false;
  std::uint16_t bit_offset = 0;
  std::uint16_t precision = 0;
  BitPadding padding{};
  friend bool operator==(const IntegerType&, const IntegerType&) = default;
};

/// Class 1. Positions and sizes are in bits, counted from the least significant bit of the whole element.
struct FloatType {
  ByteOrder order = ByteOrder::little;
  std::uint16_t bit_offset = 0;
  std::uint16_t precision = 0;
  std::uint8_t sign_position = 0;
  std::uint8_t exponent_position = 0;
  std::uint8_t exponent_size = 0;
  std::uint8_t mantissa_position = 0;
  std::uint8_t mantissa_size = 0;
  std::uint32_t exponent_bias = 0;
  MantissaNormalization normalization = MantissaNormalization::implied;
  BitPadding padding{};
  bool internal_padding = false;
  friend bool operator==(const FloatType&, const FloatType&) = default;
};

/// Class 2. Its bytes have no defined meaning; they are carried as they are.
struct TimeType {
  ByteOrder order = ByteOrder::little;
  std::uint16_t precision = 0;
  friend bool operator==(const TimeType&, const TimeType&) = default;
};

/// Class 3: a string of exactly size() bytes.
struct StringType {
  StringPadding padding = StringPadding::null_terminated;
  CharacterSet charset = CharacterSet::ascii;
  friend bool operator==(const StringType&, const StringType&) = default;
};

/// Class 4: like an unsigned integer, but never converted to one.
struct BitFieldType {
  ByteOrder order = ByteOrder::little;
  std::uint16_t bit_offset = 0;
  std::uint16_t precision = 0;
  BitPadding padding{};
  friend bool operator==(const BitFieldType&, const BitFieldType&) = default;
};

/// Class 5: bytes under a tag (ASCII, at most 255 bytes).
struct OpaqueType {
  std::string tag;
  friend bool operator==(const OpaqueType&, const OpaqueType&) = default;
};

struct CompoundMember {
  std::string name;
  std::uint32_t offset = 0;  ///< in bytes from the start of the element
  NestedType type;
  friend bool operator==(const CompoundMember&, const CompoundMember&) = default;
};

/// Class 6. Members stand in stored order, which need not be the order of their offsets.
struct CompoundType {
  std::vector<CompoundMember> members;
  friend bool operator==(const CompoundType&, const CompoundType&) = default;
};

/// Class 7.
struct ReferenceType {
  ReferenceKind kind = ReferenceKind::object;
  friend bool operator==(const ReferenceType&, const ReferenceType&) = default;
};

struct EnumMember {
  std::string name;
  std::vector<std::byte> value;  ///< one element of the base type, as stored
  friend bool operator==(const EnumMember&, const EnumMember&) = default;
};

/// Class 8.
struct EnumType {
  NestedType base;
  std::vector<EnumMember> members;
  friend bool operator==(const EnumType&, const EnumType&) = default;
};

/// Class 9: a sequence of any length of the base type, kept in the global heap.
struct VariableLengthType {
  NestedType base;
  friend bool operator==(const VariableLengthType&, const VariableLengthType&) = default;
};

/// Class 9 with the string flag: text of any length, kept in the global heap.
struct VariableStringType {
  StringPadding padding = StringPadding::null_terminated;
  CharacterSet charset = CharacterSet::ascii;
  friend bool operator==(const VariableStringType&, const VariableStringType&) = default;
};

/// Class 10.
struct ArrayType {
  NestedType base;
  std::vector<std::uint32_t> dims;
  friend bool operator==(const ArrayType&, const ArrayType&) = default;
};

/// Class 11 (HDF5 2.0): real part, then imaginary part, both of the float type `base`.
struct ComplexType {
  NestedType base;
  friend bool operator==(const ComplexType&, const ComplexType&) = default;
};

class Datatype {
 public:
  using Class = std::variant<IntegerType, FloatType, TimeType, StringType, BitFieldType, OpaqueType, CompoundType,
                             ReferenceType, EnumType, VariableLengthType, VariableStringType, ArrayType, ComplexType>;

  /// `size`: bytes of one element as stored in a dataset.
  Datatype(std::uint32_t size, Class value) : size_(size), value_(std::move(value)) {}

  std::uint32_t size() const noexcept { return size_; }
  const Class& value() const noexcept { return value_; }
  /// The class as type T, or nullptr when it is another one.
  template <class T>
  const T* as() const noexcept {
    return std::get_if<T>(&value_);
  }
  template <class T>
  bool is() const noexcept {
    return std::holds_alternative<T>(value_);
  }
  friend bool operator==(const Datatype&, const Datatype&) = default;

 private:
  std::uint32_t size_;
  Class value_;
};

/// An integer that fills its `size` bytes.
Datatype integer_type(std::uint32_t size, bool is_signed, ByteOrder order = ByteOrder::little);
/// IEEE 754 binary16, binary32 or binary64, by `size` 2, 4 or 8; any other size throws invalid_argument.
Datatype float_type(std::uint32_t size, ByteOrder order = ByteOrder::little);
/// Text of any length in UTF-8, as strings of Python are stored.
Datatype text_type();
/// The datatype of the C++ type T in this machine's byte order: integers, bool (as the enumeration h5py uses), float, double.
template <class T>
Datatype native_type();

/// True when one of `type`'s parts, at any depth, keeps its bytes in the global heap (sequences, strings, region references).
bool has_heap_parts(const Datatype& type);

/// One line for people: "uint16", "float32 big-endian", "string[12]", "{x: float64, y: float64}", "enum int8 {FALSE=0, TRUE=1}".
std::string to_string(const Datatype& type);

}  // namespace fiver
