// `h5 ls` and `h5 ls -r` print what h5ls prints, byte for byte.
#include <filesystem>

#include "cli/command.hpp"

namespace fiver::cli {
namespace {

/// Hard links met twice, loops, all kinds of links, names with blanks, unlimited dimensions, scalars, committed types, old and new groups.
const std::vector<std::string> files = {
    "HDFGroup_hdf5-json/data/hdf5/tall.h5",
    "HDFGroup_hdf5-json/data/hdf5/sample.h5",
    "HDFGroup_hdf5-json/data/hdf5/committed_type.h5",
    "HDFGroup_hdf5/HDF5Examples/C/H5G/h5ex_g_iterate.h5",
    "HDFGroup_hdf5/tools/test/h5dump/testfiles/tfcontents1.h5",
    "HDFGroup_hdf5/tools/test/h5dump/testfiles/tnamed_dtype_attr.h5",
    "HDFGroup_hdf5/tools/test/h5dump/testfiles/tno-subset.h5",
    "HDFGroup_hdf5/tools/test/h5dump/testfiles/xml/tname-sp.h5",
    "HDFGroup_hdf5/tools/test/h5dump/testfiles/zerodim.h5",
    "hyperspy_rosettasciio/rsciio/tests/data/hspy/example1_v1.0.hdf5",
};

class SameAsH5ls : public testing::TestWithParam<std::string> {};

TEST_P(SameAsH5ls, PlainAndRecursive) {
  const std::string peer = "/usr/bin/h5ls";
  if (corpus().empty() || !std::filesystem::exists(peer)) GTEST_SKIP() << "needs FIVER_CORPUS and h5ls";
  const std::string file = corpus() + "/" + GetParam();
  if (!std::filesystem::exists(file)) GTEST_SKIP() << "not in this corpus: " << file;
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{file}, {"-r", file}, {"-r", file + "/"}, {"-r", file, file}}) {
    auto theirs = arguments, ours = arguments;
    theirs.insert(theirs.begin(), peer);
    ours.insert(ours.begin(), "ls");
    const Outcome want = run(theirs), got = h5(ours);
    EXPECT_EQ(got.status, want.status) << got.error;
    EXPECT_EQ(got.out, want.out);
  }
}

INSTANTIATE_TEST_SUITE_P(Corpus, SameAsH5ls, testing::ValuesIn(files));

}  // namespace
}  // namespace fiver::cli
