// Types made of others (format notes 6): compounds by the names of their members, in any order and any subset, what the target alone has
// keeps its bytes; arrays of equal dimensions element by element; complex numbers part by part, also to and from two floats in an array or
// a compound, real part first.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "convert/kernel.hpp"
#include "fiver/values/error.hpp"

namespace fiver::convert {

namespace {

struct Part {
  std::size_t source_offset = 0, target_offset = 0;
  KernelPtr kernel;
};

class Parts : public Kernel {
 public:
  Parts(std::vector<Part> parts, std::size_t source_size, std::size_t target_size)
      : parts_(std::move(parts)),
        block_(std::max<std::size_t>(1, 16384 / std::max<std::size_t>({1, source_size, target_size}))) {}
  void run(const Batch& b, const Context& context) const override {
    // Member by member over as many elements as the first-level cache holds.
    for (std::size_t done = 0; done < b.count; done += block_) {
      const auto n = std::min(block_, b.count - done);
      const auto* source = b.source + done * b.source_stride;
      auto* target = b.target + done * b.target_stride;
      for (const auto& part : parts_)
        part.kernel->run(
            {source + part.source_offset, target + part.target_offset, b.source_stride, b.target_stride, n}, context);
    }
  }

 private:
  std::vector<Part> parts_;
  std::size_t block_;
};

class Repeated : public Kernel {
 public:
  Repeated(KernelPtr base, std::size_t source_size, std::size_t target_size, std::size_t times)
      : base_(std::move(base)), source_size_(source_size), target_size_(target_size), times_(times) {}
  void run(const Batch& b, const Context& context) const override {
    if (b.source_stride == times_ * source_size_ && b.target_stride == times_ * target_size_)
      return base_->run({b.source, b.target, source_size_, target_size_, b.count * times_}, context);
    for (std::size_t i = 0; i < b.count; ++i)
      base_->run({b.source + i * b.source_stride, b.target + i * b.target_stride, source_size_, target_size_, times_},
                 context);
  }

 private:
  KernelPtr base_;
  std::size_t source_size_, target_size_, times_;
};

/// Copies that continue each other on both sides become one.
KernelPtr joined(std::vector<Part> parts, std::size_t source_size, std::size_t target_size) {
  std::stable_sort(parts.begin(), parts.end(),
                   [](const Part& a, const Part& b) { return a.target_offset < b.target_offset; });
  std::vector<Part> result;
  for (auto& part : parts) {
    if (!result.empty()) {
      auto& last = result.back();
      const auto size = last.kernel->copies(), more = part.kernel->copies();
      if (size != 0 && more != 0 && last.source_offset + size == part.source_offset &&
          last.target_offset + size == part.target_offset) {
        last.kernel = make_copy(size + more);
        continue;
      }
    }
    result.push_back(std::move(part));
  }
  if (result.size() == 1 && result[0].kernel->copies() == source_size && source_size == target_size)
    return result[0].kernel;
  return std::make_shared<Parts>(std::move(result), source_size, target_size);
}

void expect_inside(const Datatype& type, const CompoundMember& member) {
  if (member.offset > type.size() || member.type->size() > type.size() - member.offset)
    throw Error(ErrorKind::invalid_argument, fmt::format("member '{}' of {} bytes at offset {} of a compound of {}",
                                                         member.name, member.type->size(), member.offset, type.size()));
}

KernelPtr make_compound(const Datatype& source, const CompoundType& from, const Datatype& target,
                        const CompoundType& to, const Making& making) {
  std::unordered_map<std::string_view, const CompoundMember*> named;
  for (const auto& member : from.members) named.emplace(member.name, &member);
  std::vector<Part> parts;
  for (const auto& member : to.members) {
    const auto found = named.find(member.name);
    if (found == named.end()) continue;
    expect_inside(source, *found->second);
    expect_inside(target, member);
    try {
      parts.push_back({found->second->offset, member.offset, make_kernel(*found->second->type, *member.type, making)});
    } catch (Error& error) {
      throw error.in(fmt::format("member '{}'", member.name));
    }
  }
  if (parts.empty())
    throw Error(ErrorKind::invalid_argument,
                fmt::format("no member of {} is in {}", to_string(target), to_string(source)));
  return joined(std::move(parts), source.size(), target.size());
}

std::optional<std::size_t> elements_of(const Datatype& type, const ArrayType& array) {
  std::uint64_t count = 1;
  for (const auto dim : array.dims)
    if (__builtin_mul_overflow(count, dim, &count)) return std::nullopt;
  std::uint64_t size;
  if (__builtin_mul_overflow(count, array.base->size(), &size) || size != type.size()) return std::nullopt;
  return static_cast<std::size_t>(count);
}

struct Halves {
  const Datatype *real, *imaginary;
  std::size_t real_offset, imaginary_offset;
};

/// The two floats of a complex number, or of what can stand for one.
std::optional<Halves> halves_of(const Datatype& type) {
  const auto two_floats = [&](const Halves& h) -> std::optional<Halves> {
    const auto fits = [&](const Datatype& part, std::size_t offset) {
      return part.is<FloatType>() && offset <= type.size() && part.size() <= type.size() - offset;
    };
    if (!fits(*h.real, h.real_offset) || !fits(*h.imaginary, h.imaginary_offset)) return std::nullopt;
    return h;
  };
  if (const auto* complex = type.as<ComplexType>())
    return two_floats({&*complex->base, &*complex->base, 0, complex->base->size()});
  if (const auto* array = type.as<ArrayType>(); array != nullptr && array->dims == std::vector<std::uint32_t>{2})
    return two_floats({&*array->base, &*array->base, 0, array->base->size()});
  if (const auto* compound = type.as<CompoundType>(); compound != nullptr && compound->members.size() == 2) {
    const auto &first = compound->members[0], &second = compound->members[1];
    return two_floats({&*first.type, &*second.type, first.offset, second.offset});
  }
  return std::nullopt;
}

}  // namespace

KernelPtr make_composite_kernel(const Datatype& source, const Datatype& target, const Making& making) {
  if (source.is<ComplexType>() || target.is<ComplexType>()) {
    const auto from = halves_of(source), to = halves_of(target);
    if (!from || !to) return nullptr;
    return joined(
        {{from->real_offset, to->real_offset, make_kernel(*from->real, *to->real, making)},
         {from->imaginary_offset, to->imaginary_offset, make_kernel(*from->imaginary, *to->imaginary, making)}},
        source.size(), target.size());
  }
  const auto *from_compound = source.as<CompoundType>(), *to_compound = target.as<CompoundType>();
  if (from_compound != nullptr && to_compound != nullptr)
    return make_compound(source, *from_compound, target, *to_compound, making);
  const auto *from = source.as<ArrayType>(), *to = target.as<ArrayType>();
  if (from == nullptr || to == nullptr || from->dims != to->dims) return nullptr;
  const auto times = elements_of(source, *from);
  if (!times || !elements_of(target, *to)) return nullptr;
  auto base = make_kernel(*from->base, *to->base, making);
  if (base->copies() != 0 && from->base->size() == to->base->size()) return make_copy(source.size());
  return std::make_shared<Repeated>(std::move(base), from->base->size(), to->base->size(), *times);
}

}  // namespace fiver::convert
