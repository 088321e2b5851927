// Objects copied by Group::copy, within a file and between files of every style, as h5py sees them.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <numeric>

#include "fiver/fiver.hpp"
#include "interop/python.hpp"

namespace fiver::interop {
namespace {

class Copying : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!has_python()) GTEST_SKIP() << "the Python environment of the demo can't be made here";
    folder_ = std::filesystem::temp_directory_path() /
              ("fiver_copying_" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    ASSERT_TRUE(run_python("copying.py", "make " + folder_.string()));
  }
  void TearDown() override {
    if (!folder_.empty() && !HasFailure()) std::filesystem::remove_all(folder_);
  }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  void check(const std::string& source, const std::string& copy, const std::string& group) const {
    EXPECT_TRUE(run_python("copying.py", "check " + path(source) + " " + path(copy) + " " + group)) << source << copy;
  }

  std::filesystem::path folder_;
};

constexpr const char* sources[] = {"new.h5", "old.h5", "narrow.h5"};

TEST_F(Copying, WithinAFile) {
  for (const std::string name : sources) {
    const auto file = File::edit(path(name));
    const auto copied = file.root().copy(file.object("/tree"), "/groups/made/copy");
    EXPECT_EQ(copied.path(), "/groups/made/copy");
    file.close();
    check(name, name, "/groups/made/copy");
  }
}

TEST_F(Copying, IntoItself) {
  const auto file = File::edit(path("new.h5"));
  file.root().copy(file.object("/tree"), "/tree/sub/child 00/copy");
  const auto copy = file.group("/tree/sub/child 00/copy");
  EXPECT_EQ(copy.group("sub/child 00").link_count(), 0U);
  EXPECT_EQ(copy.object("sub/up").address(), copy.address());
  file.close();
}

TEST_F(Copying, BetweenFiles) {
  for (const std::string name : sources)
    for (const auto style : {Compatibility::native, Compatibility::earliest}) {
      const auto target = File::create(path("copy.h5"), {.compatibility = style});
      target.root().create_dataset<int>("first", {3}).write(std::vector<int>{1, 2, 3});
      target.root().copy(File::open(path(name)).object("/tree"), "copy");
      target.close();
      check(name, "copy.h5", "/copy");
    }
}

TEST_F(Copying, ToAFileOfShortAddresses) {
  for (const std::string name : sources) {
    std::filesystem::copy_file(path("empty4.h5"), path("copy.h5"), std::filesystem::copy_options::overwrite_existing);
    const auto target = File::edit(path("copy.h5"));
    target.root().copy(File::open(path(name)).object("/tree"), "copy");
    target.close();
    check(name, "copy.h5", "/copy");
    const auto copy = File::open(path("copy.h5"));
    const auto data = copy.dataset("copy/compact");
    ASSERT_EQ(data.type().size(), 4U);
    const auto elements = data.read_elements();
    const auto first = copy.decode_reference(elements.element(0), data.type());
    EXPECT_EQ(first.is_null(), name == "narrow.h5");
    if (!first.is_null()) {
      EXPECT_EQ(first.object, copy.object("copy/chunks").address());
    }
    EXPECT_TRUE(copy.decode_reference(elements.element(3), data.type()).is_null());
  }
}

TEST_F(Copying, WhatIsNotInTheFileYet) {
  for (const auto style : {Compatibility::native, Compatibility::earliest}) {
    const auto source = File::create(path("source.h5"), {.compatibility = style});
    source.root().create_group("tree");
    for (const auto& link : File::open(path("new.h5")).group("/tree").links())
      if (std::holds_alternative<HardLink>(link.target) && link.name != "virtual")
        source.root().copy(File::open(path("new.h5")).object("/tree/" + link.name), "tree/" + link.name);
    const auto extra = source.root().create_dataset<int>("tree/staged", {10, 10}, {.chunk = Shape{4, 4}});
    extra.write(std::vector<int>(7, 5), box({1, 1}, {1, 7}));
    const auto target = File::create(path("copy.h5"), {.compatibility = style});
    target.root().copy(source.object("/tree"), "copy");
    EXPECT_EQ(target.dataset("copy/staged").read<int>(box({1, 1}, {1, 7}))[6], 5);
    target.close();
    source.close();
    ASSERT_TRUE(run_python("copying.py", "readable " + path("copy.h5")));
    ASSERT_TRUE(run_python("copying.py", "readable " + path("source.h5")));
  }
}

TEST_F(Copying, NothingIsLeftWhereTheNameIsTaken) {
  const auto source = File::open(path("new.h5"));
  const auto target = File::create(path("copy.h5"));
  target.root().create_group("taken");
  EXPECT_THROW(target.root().copy(source.object("/tree"), "taken"), Error);
  target.flush();
  const auto size = target.info().size;
  EXPECT_THROW(target.root().copy(source.object("/tree"), "taken"), Error);
  target.close();
  EXPECT_LE(File::open(path("copy.h5")).info().size, size);
  EXPECT_EQ(File::open(path("copy.h5")).root().link_count(), 1U);
}

TEST_F(Copying, NothingIsSeenOfACopyThatFails) {
  std::string bytes;
  {
    std::ifstream in(path("new.h5"), std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(in), {});
  }
  // The heap of the texts: what is found out when the copies are made already.
  ASSERT_NE(bytes.find("GCOL"), std::string::npos);
  for (auto at = bytes.find("GCOL"); at != std::string::npos; at = bytes.find("GCOL", at + 4)) bytes[at] = 'X';
  std::ofstream(path("damaged.h5"), std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  const auto target = File::create(path("copy.h5"));
  target.root().create_group("before");
  try {
    target.root().copy(File::open(path("damaged.h5")).object("/tree"), "copy");
    ADD_FAILURE() << "the damage was not found";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::corrupt) << error.what();
    EXPECT_EQ(error.file(), path("damaged.h5"));
  }
  EXPECT_FALSE(target.find("copy"));
  target.root().copy(File::open(path("new.h5")).object("/tree"), "copy");
  target.close();
  check("new.h5", "copy.h5", "/copy");
  EXPECT_EQ(File::open(path("copy.h5")).root().link_count(), 2U);
}

TEST_F(Copying, ReferencesAreWrittenAsH5pyReadsThem) {
  const auto file = File::edit(path("new.h5"));
  const auto target = file.dataset("/tree/chunks");
  const Datatype object(8, ReferenceType{ReferenceKind::object}), region(12, ReferenceType{ReferenceKind::region});
  const Selection part = box({3, 4}, {6, 2});
  std::vector<std::byte> objects, regions;
  const auto put = [&](std::vector<std::byte>& to, const Reference& reference, const Datatype& type) {
    const auto element = file.encode_reference(reference, type);
    ASSERT_EQ(element.size(), type.size());
    to.insert(to.end(), element.begin(), element.end());
  };
  put(objects, {target.address(), {}, {}, {}}, object);
  put(objects, {}, object);
  put(regions, {target.address(), part, {}, {}}, region);
  put(regions, {}, region);
  file.root().create_dataset("objects", object, Dataspace::simple({2})).write_converted(object, objects);
  file.root().create_dataset("regions", region, Dataspace::simple({2})).write_converted(region, regions);
  EXPECT_THROW(file.encode_reference({target.address(), part, {}, {}}, object), Error);
  EXPECT_THROW(file.encode_reference({target.address(), {}, {}, {}}, region), Error);
  EXPECT_THROW(file.encode_reference({target.address(), {}, {}, {}}, native_type<int>()), Error);
  const auto check_here = [&](const File& again) {
    const auto elements = again.dataset("regions").read_elements();
    const auto first = again.decode_reference(elements.element(0), region);
    EXPECT_EQ(first.object, target.address());
    EXPECT_EQ(again.dereference(first)->as_dataset().read<int>(*first.region)[1], 3 * 30 + 5);
    EXPECT_TRUE(again.decode_reference(elements.element(1), region).is_null());
  };
  check_here(file);
  file.close();
  check_here(File::open(path("new.h5")));
  EXPECT_TRUE(run_python("copying.py", "references " + path("new.h5")));
}

TEST_F(Copying, ADatatypeLivesAsLongAsSomethingSharesIt) {
  const auto file = File::create(path("types.h5"));
  const auto root = file.root();
  const auto type = root.commit_datatype("type", native_type<int>());
  const auto settings = NewDataset{.committed_type = type.address()};
  const auto fixed = Dataspace::simple({2});
  root.create_dataset("a", type.type(), fixed, settings).write(std::vector<int>{1, 2});
  root.create_dataset("b", type.type(), fixed, settings).write(std::vector<int>{3, 4});
  const std::vector<int> values{5, 6};
  const auto bytes = std::as_bytes(std::span(values));
  for (int i = 0; i < 2; ++i) root.write_attribute("c", type.type(), fixed, type.type(), bytes, type.address());
  EXPECT_EQ(type.info().hard_links, 4U);
  file.close();
  EXPECT_TRUE(run_python("copying.py", "types " + path("types.h5")));  // takes /a and the type's name away
  const auto again = File::edit(path("types.h5"));
  const auto still = again.object_at(*again.dataset("b").committed_type());
  EXPECT_EQ(still.info().hard_links, 2U);
  again.root().remove_attribute("c");
  EXPECT_EQ(still.info().hard_links, 1U);
  again.root().remove("b");
  again.close();
  EXPECT_EQ(File::open(path("types.h5")).root().link_count(), 0U);
}

TEST_F(Copying, MappingsAndRegionsOfFramesAreWholeForH5py) {
  const auto file = File::create(path("frames.h5"));
  const auto data = file.root().create_dataset<int>("data", {6, 4, 5});
  std::vector<int> values(120);
  std::iota(values.begin(), values.end(), 0);
  data.write(values);
  const auto make = [&](const std::string& name, const Selection& source, const Selection& target) {
    file.root().create_dataset<int>(name, {4, 4, 5}, {.mappings = {{".", "/data", source, target}}});
  };
  make("both", frame(1, 2), frame(2, 2));
  make("all", frame(2, 4), all());
  EXPECT_THROW(make("more", frame(1, 3), frame(2, 2)), Error);
  EXPECT_THROW(make("ranks", box({0, 0, 0, 0}, {1, 1, 2, 2}), box({0, 0, 0, 0}, {1, 1, 2, 2})), Error);
  EXPECT_THROW(make("outside", frame(1, 2), frame(3, 2)), Error);
  const Datatype region(12, ReferenceType{ReferenceKind::region});
  const auto element = file.encode_reference({data.address(), frame(3), {}, {}}, region);
  file.root().create_dataset("region", region, Dataspace::scalar()).write_converted(region, element);
  EXPECT_THROW(file.encode_reference({data.address(), frame(6), {}, {}}, region), Error);
  EXPECT_THROW(file.encode_reference({file.root().address(), frame(1), {}, {}}, region), Error);
  file.close();
  EXPECT_TRUE(run_python("copying.py", "frames " + path("frames.h5")));
}

TEST_F(Copying, ReferencesOfTheKindsOf112ComeBack) {
  const auto file = File::create(path("standard.h5"));
  const auto data = file.root().create_dataset<int>("data", {10, 10});
  data.set_attribute("note", "here");
  const Datatype types[] = {{18, ReferenceType{ReferenceKind::object2}},
                            {18, ReferenceType{ReferenceKind::region2}},
                            {18, ReferenceType{ReferenceKind::attribute}}};
  const Reference references[] = {{data.address(), {}, {}, {}},
                                  {data.address(), Selection(box({1, 2}, {3, 4})), {}, {}},
                                  {data.address(), {}, "note", {}},
                                  {data.address(), Selection(all()), {}, {}},
                                  {data.address(), {}, {}, "other.h5"}};
  const std::size_t kinds[] = {0, 1, 2, 1, 0};
  for (std::size_t i = 0; i < std::size(references); ++i) {
    const auto element = file.encode_reference(references[i], types[kinds[i]]);
    const auto back = file.decode_reference(element, types[kinds[i]]);
    EXPECT_EQ(back.object, references[i].object);
    EXPECT_EQ(back.region.has_value(), references[i].region.has_value());
    EXPECT_EQ(back.attribute, references[i].attribute);
    EXPECT_EQ(back.file, references[i].file);
  }
}

}  // namespace
}  // namespace fiver::interop
