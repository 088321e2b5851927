// Random programs: operations done to a file and to its model, decided by the seed and the model alone, so that one seed is one program
// whatever the number of workers.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "io/memory_storage.hpp"
#include "property/model.hpp"

namespace fiver::property {

struct ProgramSettings {
  std::uint64_t seed = 1;
  unsigned threads = 2;
  unsigned steps = 40;
  bool compare = true;  ///< false: only the bytes at the end are wanted
};

/// Of the object at a path.
inline std::string last_name(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

class Program {
 public:
  explicit Program(const ProgramSettings& settings);

  /// Does all steps and closes the file. An empty string, or what was wrong: the operations until then follow it.
  std::string run();
  /// Removes everything that the root leads to, and its attributes, and closes the file again.
  std::string empty();
  Bytes content() const { return storage_->content(); }
  const NewFile& file_settings() const { return new_file_; }

 private:
  void step();
  void note(std::string what) { log_.push_back(std::move(what)); }
  std::string compare(bool fresh);
  std::string reopen();
  bool old_header(const Node& node) const;

  struct Found {
    NodePtr node;
    std::string path;
  };
  /// A random object of this kind, if the way taken meets one.
  Found find(std::optional<ObjectKind> kind);
  std::string new_name();
  Found new_place();
  Options options() const;
  std::size_t random_type(bool fixed);
  Values random_values(std::size_t type, std::uint64_t count);
  void unlink(const NodePtr& node);
  void expect_refusal(const std::string& what, const std::function<void()>& call);

  void create_group();
  void create_dataset();
  void choose_storage(Node& node);
  void write();
  void write_frames();
  void write_chunk();
  void resize();
  void set_attribute();
  void many_attributes();
  void change_attribute();
  void add_link();
  void many_links();
  void remove();
  void move();
  void commit_type();
  void flush();
  void refusals();

  ProgramSettings settings_;
  Random random_, reading_;
  NewFile new_file_;
  std::uint64_t memory_ = 0;
  WriterMode mode_ = WriterMode::exclusive;
  std::shared_ptr<io::MemoryStorage> storage_ = std::make_shared<io::MemoryStorage>();
  std::shared_ptr<Runtime> runtime_;
  std::optional<File> file_;
  NodePtr root_ = std::make_shared<Node>();
  std::vector<std::string> log_;
  std::string trouble_;
};

}  // namespace fiver::property
