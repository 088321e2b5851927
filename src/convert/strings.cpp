// Fixed strings (format notes 6): the content ends at the first NUL, or before trailing blanks when space-padded; it is cut to the target,
// where a null-terminated one keeps its last byte for the NUL, and padded as the target pads. ASCII is UTF-8, which libhdf5 does not allow;
// UTF-8 is not ASCII, as there.
#include <algorithm>
#include <cstring>

#include "convert/kernel.hpp"
#include "convert/text.hpp"

namespace fiver::convert {

namespace {

class FixedStrings : public Kernel {
 public:
  FixedStrings(std::size_t source_size, StringPadding source, std::size_t target_size, StringPadding target)
      : source_size_(source_size), target_size_(target_size), source_(source), target_(target) {}
  void run(const Batch& b, const Context&) const override {
    for (std::size_t i = 0; i < b.count; ++i) {
      const ByteView element(b.source + i * b.source_stride, source_size_);
      const auto content =
          source_ == StringPadding::space_padded ? without_trailing(element, std::byte{' '}) : up_to_nul(element);
      put_text(content, target_, {b.target + i * b.target_stride, target_size_});
    }
  }

 private:
  std::size_t source_size_, target_size_;
  StringPadding source_, target_;
};

}  // namespace

KernelPtr make_string_kernel(const Datatype& source, const Datatype& target) {
  const auto *from = source.as<StringType>(), *to = target.as<StringType>();
  if (from == nullptr || to == nullptr || !charset_fits(from->charset, to->charset)) return nullptr;
  if (source.size() == target.size() && from->padding == to->padding) return make_copy(source.size());
  return std::make_shared<FixedStrings>(source.size(), from->padding, target.size(), to->padding);
}

}  // namespace fiver::convert
