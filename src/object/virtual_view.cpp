#include "object/virtual_view.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "object/link_resolution.hpp"
#include "object/referral.hpp"

namespace fiver::object {
namespace {

/// Sources kept open between reads. More are opened again when they are met again.
constexpr std::size_t most_kept_sources = 512;
constexpr std::size_t most_compared_pairs = 1 << 20;

bool is_printf(const VirtualMapping& mapping) {
  return is_printf_name(mapping.source_file) || is_printf_name(mapping.source_dataset);
}

/// The mapping of block `number` of a printf mapping, finite on both sides.
VirtualMapping printf_block(const VirtualMapping& mapping, std::uint64_t number) {
  const auto name = [number](const std::string& pattern) {
    auto name_of_block = printf_name(pattern, number);
    for (std::size_t i = 0; (i = name_of_block.find('%', i)) != std::string::npos; i += 2)
      name_of_block.insert(i, 1, '%');
    return name_of_block;  // a mapping again, in which a percent sign is doubled
  };
  return {name(mapping.source_file), name(mapping.source_dataset), mapping.source,
          select::unlimited_block(mapping.target, number)};
}

/// The first block of a printf mapping that may hold `coordinate` or what follows it.
std::uint64_t first_block(const VirtualMapping& mapping, std::uint64_t coordinate) {
  const auto* slab = std::get_if<RegularHyperslab>(&mapping.target);
  const auto dimension = select::unlimited_dimension(mapping.target);
  if (slab == nullptr || !dimension || coordinate < slab->start[*dimension]) return 0;
  const auto stride = std::max<std::uint64_t>(slab->stride[*dimension], 1);
  return (coordinate - slab->start[*dimension]) / stride;
}

/// True for hyperslabs that take turns along some dimension: the same stride, and blocks that do not meet within it.
bool interleave(const Selection& a, const Selection& b) {
  const auto *p = std::get_if<RegularHyperslab>(&a), *q = std::get_if<RegularHyperslab>(&b);
  if (p == nullptr || q == nullptr) return false;
  for (std::size_t i = 0; i < p->stride.size() && i < q->stride.size(); ++i) {
    const auto stride = p->stride[i];
    if (stride != q->stride[i] || stride == 0 || p->block[i] > stride || q->block[i] > stride) continue;
    const auto from_p = (q->start[i] % stride + stride - p->start[i] % stride) % stride;  // from p's block to q's
    if (from_p >= p->block[i] && stride - from_p >= q->block[i]) return true;
  }
  return false;
}

bool meet(const Box& a, const Box& b) {
  for (std::size_t i = 0; i < a.start.size() && i < b.start.size(); ++i) {
    const bool apart =
        a.start[i] >= b.start[i] ? a.start[i] - b.start[i] >= b.size[i] : b.start[i] - a.start[i] >= a.size[i];
    if (apart) return false;
  }
  return true;
}

}  // namespace

bool is_printf_name(const std::string& name) {
  for (std::size_t i = 0; i + 1 < name.size(); ++i) {
    if (name[i] != '%') continue;
    if (name[i + 1] == 'b') return true;
    ++i;
  }
  return false;
}

std::string printf_name(const std::string& pattern, std::uint64_t block) {
  std::string name;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '%') {
      name += pattern[i];
      continue;
    }
    const char next = i + 1 < pattern.size() ? pattern[++i] : '\0';
    if (next == 'b')
      name += std::to_string(block);
    else if (next == '%')
      name += '%';
    else
      throw Error(ErrorKind::corrupt,
                  fmt::format("virtual mapping: \"{}\" has a '%' that is neither %b nor %%", pattern));
  }
  return name;
}

std::string plain_name(const std::string& name) {
  std::string plain;
  for (std::size_t i = 0; i < name.size(); ++i) {
    plain += name[i];
    if (name[i] == '%' && i + 1 < name.size() && name[i + 1] == '%') ++i;
  }
  return plain;
}

VirtualView::VirtualView(const Handle& dataset)
    : file_(dataset.file()),
      snapshot_(dataset.snapshot()),
      mappings_(dataset.snapshot()->virtual_mappings()),
      path_(dataset.path()),
      nesting_(dataset.nesting()),
      space_(dataset.snapshot()->dataset()->space),
      sources_(most_kept_sources) {
  index_mappings();
  if (!growing_.empty()) find_extent(dataset);
}

void VirtualView::index_mappings() {
  for (std::size_t i = 0; i < mappings_->size(); ++i) {
    const auto& mapping = (*mappings_)[i];
    if (const auto dimension = select::unlimited_dimension(mapping.target)) {
      unlimited_dimension_ = dimension;
      growing_.push_back(i);
      continue;
    }
    Box box{Shape(space_.dims.size(), 0), space_.dims};
    if (!std::holds_alternative<AllSelection>(mapping.target)) {
      const auto bounds = select::bounds(mapping.target);
      if (!bounds) continue;
      if (bounds->start.size() != space_.dims.size())
        throw Error(ErrorKind::corrupt, fmt::format("virtual mapping {}: rank {} in a dataset of rank {}", i,
                                                    bounds->start.size(), space_.dims.size()));
      box = *bounds;
    }
    finite_.push_back(i);
    boxes_.push_back(std::move(box));
  }
  index_ = select::MappingIndex(boxes_);
}

bool VirtualView::mappings_are_apart() const {
  return *apart_.get([&] {
    bool apart = growing_.empty();
    std::size_t pairs = 0;  // of boxes that meet; many of them are not worth the time
    for (std::size_t i = 0; apart && i < boxes_.size(); ++i) {
      for (const auto j : index_.candidates(boxes_[i])) {
        if (j <= i || !meet(boxes_[i], boxes_[j])) continue;
        apart = ++pairs <= most_compared_pairs &&
                interleave((*mappings_)[finite_[i]].target, (*mappings_)[finite_[j]].target);
        if (!apart) break;
      }
    }
    return std::make_shared<const bool>(apart);
  });
}

std::uint64_t VirtualView::printf_blocks(const VirtualMapping& mapping) const {
  std::uint64_t found = 0;
  for (std::uint64_t number = 0, gap = 0;; ++number) {
    if (source(printf_name(mapping.source_file, number), printf_name(mapping.source_dataset, number))->dataset) {
      found = number + 1;
      gap = 0;
    } else if (++gap > file_->options().printf_gap) {
      return found;
    }
  }
}

void VirtualView::find_extent(const Handle& dataset) {
  if (space_.kind != Dataspace::Kind::simple || *unlimited_dimension_ >= space_.dims.size())
    throw Error(ErrorKind::corrupt, "virtual mapping: it grows along a dimension that the dataset does not have");
  const bool first_missing = file_->options().first_missing;
  std::uint64_t least = 0;  // what finite mappings need
  for (const auto i : finite_)
    if (const auto box = select::bounds((*mappings_)[i].target))
      least = std::max(least, box->start[*unlimited_dimension_] + box->size[*unlimited_dimension_]);
  std::optional<std::uint64_t> extent;
  for (const auto i : growing_) {
    const auto& mapping = (*mappings_)[i];
    std::uint64_t reach = 0;
    if (is_printf(mapping)) {
      if (const auto blocks = printf_blocks(mapping); blocks > 0)
        if (const auto box = select::bounds(select::unlimited_block(mapping.target, blocks - 1)))
          reach = box->start[*unlimited_dimension_] + box->size[*unlimited_dimension_];
    } else if (const auto found = source(plain_name(mapping.source_file), plain_name(mapping.source_dataset));
               found->dataset) {
      const auto grown =
          select::unlimited_extent(mapping.target, mapping.source, found->dataset->space().dims, first_missing);
      if (grown) reach = grown->size;
    }
    extent = !extent ? reach : first_missing ? std::min(*extent, reach) : std::max(*extent, reach);
  }
  auto& length = space_.dims[*unlimited_dimension_];
  length = std::max(least, extent.value_or(0));
  if (const auto& most = dataset.snapshot()->dataset()->space.max_dims;
      most && (*most)[*unlimited_dimension_] != unlimited)
    length = std::min(length, (*most)[*unlimited_dimension_]);
}

VirtualSource VirtualView::open_source(const std::string& file, const std::string& dataset) const {
  VirtualSource result{nullptr, {file, dataset, {}, 0}};
  std::shared_ptr<const FileHandle> home = file_;
  if (file != "." && !file.empty()) {
    const auto other = open_referred(*file_, ReferralKind::virtual_source, file);
    if (!other.file) {
      result.missing.reason = other.reason;
      return result;
    }
    home = other.file;
  }
  auto found = resolve_path(root_of(home), dataset);
  if (!found.object) {
    result.missing.reason = "no such object: " + found.missing;
  } else if (found.object->snapshot()->kind() != ObjectKind::dataset) {
    result.missing.reason = "not a dataset";
  } else {
    if (nesting_ >= file_->options().limits.virtual_nesting)
      throw Error(ErrorKind::limit,
                  fmt::format("virtual datasets nest more than {} deep", file_->options().limits.virtual_nesting));
    result.dataset =
        std::make_shared<const Handle>(found.object->file(), found.object->state(), found.object->path(), nesting_ + 1);
  }
  return result;
}

std::shared_ptr<const VirtualSource> VirtualView::source(const std::string& file, const std::string& dataset) const {
  return sources_.get(file + '\0' + dataset, [&] {
    return std::pair(std::make_shared<const VirtualSource>(open_source(file, dataset)), std::size_t{1});
  });
}

void VirtualView::share(const VirtualMapping& mapping, const select::Normalized& wanted,
                        const std::function<void(Share&&)>& each) const {
  auto found = source(plain_name(mapping.source_file), plain_name(mapping.source_dataset));
  auto elements = found->dataset
                      ? select::intersect_mapped(wanted, mapping.target, mapping.source, found->dataset->space().dims)
                      : select::intersect_mapped(wanted, mapping.target, mapping.target, wanted.extent);
  if (elements.element_count > 0) each({std::move(found), std::move(elements)});
}

void VirtualView::for_each_share(const select::Normalized& wanted, const std::function<void(Share&&)>& each) const {
  if (wanted.element_count == 0) return;
  for (const auto i : index_.candidates(wanted.bounds)) share((*mappings_)[finite_[i]], wanted, each);
  for (const auto i : growing_) {
    const auto& mapping = (*mappings_)[i];
    if (!is_printf(mapping)) {
      share(mapping, wanted, each);
      continue;
    }
    const auto dimension = *unlimited_dimension_;
    const auto end = wanted.bounds.start[dimension] + wanted.bounds.size[dimension];
    for (std::uint64_t number = first_block(mapping, wanted.bounds.start[dimension]);; ++number) {
      const auto block = printf_block(mapping, number);
      const auto box = select::bounds(block.target);
      if (!box || box->start[dimension] >= end || box->start[dimension] >= space_.dims[dimension]) break;
      if (box->start[dimension] + box->size[dimension] > wanted.bounds.start[dimension]) share(block, wanted, each);
    }
  }
}

void VirtualView::for_each_mapping(const std::function<void(const VirtualMapping&)>& each) const {
  for (const auto& mapping : *mappings_) {
    if (!is_printf(mapping) || !select::unlimited_dimension(mapping.target)) {
      each(mapping);
      continue;
    }
    const auto blocks = printf_blocks(mapping);
    for (std::uint64_t number = 0; number < blocks; ++number) each(printf_block(mapping, number));
  }
}

}  // namespace fiver::object
