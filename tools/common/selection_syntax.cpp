#include "common/selection_syntax.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "common/usage_error.hpp"
#include "fiver/values/error.hpp"

namespace fiver::tools {
namespace {

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::vector<SliceItem> parse() {
    std::vector<SliceItem> items;
    skip_blanks();
    if (at_ == text_.size() || text_.substr(at_) == "()") return items;
    for (bool more = true; more;) {
      items.push_back(item());
      more = accept(',');
      if (more && at_ == text_.size()) break;  // a comma after the last one, as in a tuple of one
    }
    if (at_ != text_.size()) fail("a comma or the end is expected");
    if (std::count_if(items.begin(), items.end(),
                      [](const SliceItem& i) { return i.kind == SliceItem::Kind::ellipsis; }) > 1) {
      fail("more than one '...'");
    }
    return items;
  }

 private:
  SliceItem item() {
    if (text_.substr(at_).starts_with("...")) {
      at_ += 3;
      skip_blanks();
      return {SliceItem::Kind::ellipsis, {}, {}, {}};
    }
    SliceItem result;
    result.start = number();
    if (!accept(':')) {
      if (!result.start) fail("an index or a slice is expected");
      result.kind = SliceItem::Kind::index;
      return result;
    }
    result.stop = number();
    if (accept(':')) result.step = number();
    if (result.step && *result.step <= 0) fail("steps must be positive");
    return result;
  }

  std::optional<std::int64_t> number() {
    std::int64_t value = 0;
    const char* first = text_.data() + at_;
    const auto [end, error] = std::from_chars(first, text_.data() + text_.size(), value);
    if (error == std::errc::result_out_of_range) fail("too large a number");
    if (end == first) return {};
    at_ += static_cast<std::size_t>(end - first);
    skip_blanks();
    return value;
  }

  bool accept(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    skip_blanks();
    return true;
  }

  void skip_blanks() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }

  [[noreturn]] void fail(std::string_view reason) const {
    throw UsageError(fmt::format("selection [{}]: {}, at character {}", text_, reason, at_ + 1));
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

/// An index as written, negative ones from the end, kept within 0 and `size` as Python's slices do.
std::uint64_t clamped(std::int64_t index, std::uint64_t size) {
  if (index >= 0) return std::min(static_cast<std::uint64_t>(index), size);
  const std::uint64_t back = std::uint64_t{0} - static_cast<std::uint64_t>(index);
  return back > size ? 0 : size - back;
}

AxisRange resolve(const SliceItem& item, std::uint64_t size, std::size_t axis) {
  if (item.kind == SliceItem::Kind::index) {
    const std::int64_t index = *item.start;
    const std::uint64_t distance =
        index >= 0 ? static_cast<std::uint64_t>(index) + 1 : std::uint64_t{0} - static_cast<std::uint64_t>(index);
    if (distance > size) {
      throw Error(ErrorKind::invalid_argument,
                  fmt::format("index {} is out of range: dimension {} has {} elements", index, axis, size));
    }
    return {clamped(index, size), 1, 1, true};
  }
  const std::uint64_t step = static_cast<std::uint64_t>(item.step.value_or(1));
  const std::uint64_t start = item.start ? clamped(*item.start, size) : 0;
  const std::uint64_t stop = item.stop ? clamped(*item.stop, size) : size;
  const std::uint64_t count = stop > start ? (stop - start - 1) / step + 1 : 0;
  return {start, count, step, false};
}

}  // namespace

std::vector<SliceItem> parse_selection(std::string_view text) {
  return Parser(text).parse();
}

std::vector<AxisRange> resolve_selection(const std::vector<SliceItem>& items, const Shape& shape) {
  const auto is_ellipsis = [](const SliceItem& item) { return item.kind == SliceItem::Kind::ellipsis; };
  const auto ellipsis = std::find_if(items.begin(), items.end(), is_ellipsis);
  const std::size_t given = items.size() - (ellipsis == items.end() ? 0U : 1U);
  if (given > shape.size()) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("the selection has {} dimensions, the dataset {}", given, shape.size()));
  }
  std::vector<AxisRange> ranges;
  const auto whole = [&](std::size_t count) {
    while (count-- > 0) ranges.push_back({0, shape[ranges.size()], 1, false});
  };
  for (auto item = items.begin(); item != items.end(); ++item) {
    if (item == ellipsis) {
      whole(shape.size() - given);
    } else {
      ranges.push_back(resolve(*item, shape[ranges.size()], ranges.size()));
    }
  }
  whole(shape.size() - ranges.size());
  return ranges;
}

Selection to_selection(const std::vector<AxisRange>& ranges) {
  if (ranges.empty()) return all();
  if (element_count(ranges) == 0) return NoneSelection{};
  Shape start, step, count;
  bool dense = true;
  for (const AxisRange& range : ranges) {
    start.push_back(range.start);
    step.push_back(range.step);
    count.push_back(range.count);
    dense = dense && (range.step == 1 || range.count == 1);
  }
  return dense ? box(std::move(start), std::move(count)) : strided(std::move(start), std::move(step), std::move(count));
}

Shape result_shape(const std::vector<AxisRange>& ranges) {
  Shape shape;
  for (const AxisRange& range : ranges) {
    if (!range.dropped) shape.push_back(range.count);
  }
  return shape;
}

std::uint64_t element_count(const std::vector<AxisRange>& ranges) {
  std::uint64_t count = 1;
  for (const AxisRange& range : ranges) count *= range.count;
  return count;
}

NameAndSelection split_selection(const std::string& text) {
  const auto open = text.rfind('[');
  if (open == std::string::npos || !text.ends_with(']')) return {text, {}};
  return {text.substr(0, open), text.substr(open + 1, text.size() - open - 2)};
}

}  // namespace fiver::tools
