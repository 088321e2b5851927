// Frames of a dataset, one after the other along its first dimension, read ahead and decoded on all cores: for (auto& f : ds.frames<T>()).
#pragma once

#include <cstdint>
#include <iterator>
#include <memory>
#include <span>

#include "fiver/values/dataspace.hpp"
#include "fiver/values/datatype.hpp"
#include "fiver/values/decode_work.hpp"

namespace fiver {

class Dataset;
namespace object {
class FrameQueue;
}

/// The machinery behind Frames, for any memory type.
class FrameReader {
 public:
  /// `decoding`: counts what is decoded, also ahead; lives longer than the reader.
  FrameReader(const Dataset& dataset, const Datatype& memory, std::uint64_t first, std::uint64_t count,
              DecodeWork* decoding = nullptr);
  /// The next frame's bytes, valid until the next call; an empty span after the last one. Throws what reading throws.
  std::span<const std::byte> next();
  std::uint64_t index() const;  ///< of the frame that next() gave last
  const Shape& frame_shape() const;

 private:
  std::shared_ptr<object::FrameQueue> queue_;
};

/// One frame: valid until the iterator moves on.
template <class T>
class Frame {
 public:
  std::uint64_t index() const { return index_; }
  const Shape& shape() const { return *shape_; }
  std::span<const T> pixels() const { return pixels_; }
  const T& operator()(std::size_t row, std::size_t column) const {
    return pixels_[row * static_cast<std::size_t>(shape_->back()) + column];
  }

 private:
  template <class U>
  friend class Frames;
  std::uint64_t index_ = 0;
  const Shape* shape_ = nullptr;
  std::span<const T> pixels_;
};

template <class T>
class Frames {
 public:
  explicit Frames(FrameReader reader) : reader_(std::move(reader)) {}

  class Iterator {
   public:
    using value_type = Frame<T>;
    using difference_type = std::ptrdiff_t;
    explicit Iterator(Frames* frames) : frames_(frames) { ++*this; }
    const Frame<T>& operator*() const { return frames_->current_; }
    const Frame<T>* operator->() const { return &frames_->current_; }
    Iterator& operator++() {
      if (!frames_->advance()) frames_ = nullptr;
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return frames_ == nullptr; }

   private:
    Frames* frames_;
  };

  Iterator begin() { return Iterator(this); }
  std::default_sentinel_t end() const { return {}; }

 private:
  bool advance() {
    const auto bytes = reader_.next();
    if (bytes.empty()) return false;
    current_.index_ = reader_.index();
    current_.shape_ = &reader_.frame_shape();
    current_.pixels_ = {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
    return true;
  }
  FrameReader reader_;
  Frame<T> current_;
};

}  // namespace fiver
