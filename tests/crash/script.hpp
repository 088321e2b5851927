// A file that is written while a model says what it holds: each step is done to both, and each flush keeps the model as it was.
#pragma once

#include <functional>
#include <memory>
#include <random>
#include <span>

#include "model.hpp"

namespace fiver::tests {

class Script {
 public:
  using Flushed = std::function<void(std::size_t flush)>;

  /// A new file. `flushed` is told after each flush that returned.
  Script(std::shared_ptr<Storage> storage, const NewFile& settings, Durability durability, Flushed flushed);
  /// A file that is there and holds `model`.
  Script(std::shared_ptr<Storage> storage, Model model, Durability durability, Flushed flushed);

  const File& file() const { return file_; }
  /// What the file held after each flush, the state at first included.
  const std::vector<Model>& states() const { return states_; }
  /// With all steps so far.
  Model now() const;

  void group(const std::string& path, bool track_order = false);
  /// Of std::int32_t; `settings.mappings` must come from map_from().
  void dataset(const std::string& path, const Dataspace& space, const NewDataset& settings = {});
  void texts(const std::string& path, const Dataspace& space, const NewDataset& settings = {});
  /// Fresh numbers for a box.
  void write(const std::string& path, const Shape& start, const Shape& size);
  void write_texts(const std::string& path, const Shape& start, const Shape& size, std::size_t length);
  void resize(const std::string& path, const Shape& dims);
  void attribute(const std::string& path, const std::string& name, std::size_t values);
  void text_attribute(const std::string& path, const std::string& name, std::size_t length);
  void remove_attribute(const std::string& path, const std::string& name);
  void hard_link(const std::string& path, const std::string& target);
  void soft_link(const std::string& path, const std::string& target);
  void external_link(const std::string& path, const std::string& file, const std::string& target);
  void remove(const std::string& path);
  void move(const std::string& from, const std::string& to);
  /// A virtual dataset of int32: the whole of each source, one below the other.
  void stack(const std::string& path, const std::vector<std::string>& sources);
  void flush();
  void close();

  /// Each call of the library goes through this, with what it is to do to the file: for tests of what happens when it fails.
  std::function<void(const std::function<void()>&)> attempt = [](const auto& step) { step(); };

 private:
  struct Part {
    ModelId source;
    Shape start;
  };

  ModelId id_of(const std::string& path) const;
  ModelObject& at(const std::string& path) { return model_.at(id_of(path)); }
  std::pair<ModelId, std::string> split(const std::string& path) const;
  void add(const std::string& path, ModelObject object);
  void link(const std::string& path, ModelLink link);
  void drop(ModelId id);
  std::string text(std::size_t length);
  Model snapshot() const;

  File file_;
  Durability durability_;
  Flushed flushed_;
  Model model_;
  std::map<ModelId, std::vector<Part>> stacks_;
  std::vector<Model> states_;
  ModelId next_ = 1;
  std::int32_t number_ = 1'000'000;
};

/// Copies a box between two row-major arrays of elements of `element` bytes.
void copy_box(const std::string& from, const Shape& from_dims, const Shape& from_start, std::string& to,
              const Shape& to_dims, const Shape& to_start, const Shape& size, std::size_t element);

}  // namespace fiver::tests
