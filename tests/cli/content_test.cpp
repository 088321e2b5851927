// What the verbs print about a real file, made by the HDF Group's own tests: filters, partial reads, forms of output.
#include <filesystem>
#include <fstream>
#include <iterator>

#include "cli/command.hpp"

namespace fiver::cli {
namespace {

class Content : public testing::Test {
 protected:
  void SetUp() override {
    if (corpus().empty()) GTEST_SKIP() << "needs FIVER_CORPUS";
    file_ = corpus() + "/HDFGroup_hdf5/tools/testfiles/tfilters.h5";
    if (!std::filesystem::exists(file_)) GTEST_SKIP() << "not in this corpus: " << file_;
  }
  std::string file_;
};

TEST_F(Content, CatTakesNumPySelections) {
  EXPECT_EQ(h5({"cat", file_ + "/all[3:5,:7]"}).out, "30 31 32 33 34 35 36\n40 41 42 43 44 45 46\n");
  EXPECT_EQ(h5({"cat", file_ + "/all[-1,::4]"}).out, "190\n194\n198\n");
  EXPECT_EQ(h5({"cat", file_ + "/all[7,7]"}).out, "77\n");
  EXPECT_EQ(h5({"cat", "--csv", file_ + "/all[3:5,:7:2]"}).out, "30,32,34,36\n40,42,44,46\n");
  const Outcome json = h5({"cat", "--json", file_ + "/all[:2,1:3]"});
  EXPECT_NE(json.out.find("\"data\":[[1,2],[11,12]]"), std::string::npos) << json.out;
}

TEST_F(Content, CatSaysWhatIsWrongWithASelection) {
  EXPECT_EQ(h5({"cat", file_ + "/all[x]"}).status, 2);
  EXPECT_EQ(h5({"cat", file_ + "/all[20]"}).status, 1);
  EXPECT_EQ(h5({"cat", file_ + "/all[0,0,0]"}).status, 1);
}

TEST_F(Content, NumPyFilesHaveTheirHeaderAndAllElements) {
  const std::string out = h5({"cat", "--npy", file_ + "/all"}).out;
  ASSERT_GT(out.size(), 800U);
  EXPECT_EQ((out.size() - 800) % 64, 0U);
  EXPECT_TRUE(out.starts_with(std::string("\x93NUMPY\x01\x00", 8)));
  EXPECT_NE(out.find("{'descr': '<i4', 'fortran_order': False, 'shape': (20, 10), }"), std::string::npos);
  EXPECT_EQ(out.substr(out.size() - 800), h5({"cat", "--raw", file_ + "/all"}).out);
}

TEST_F(Content, ADatasetBehindAForeignFilterNamesIt) {
  const Outcome outcome = h5({"cat", file_ + "/myfilter"});
  EXPECT_EQ(outcome.status, 1);
  for (const char* part : {"tfilters.h5", "/myfilter", "405"}) {
    EXPECT_NE(outcome.error.find(part), std::string::npos) << outcome.error;
  }
}

TEST_F(Content, ExplainCountsWhatARowTouches) {
  const Outcome outcome = h5({"explain", "--json", file_ + "/all[3,:]"});
  EXPECT_EQ(outcome.status, 0);
  for (const char* part :
       {"\"elements\":10,", "\"chunks\":2,", "\"decoded_bytes\":400,", "\"used_bytes\":40,", "\"useful_share\":0.1,"}) {
    EXPECT_NE(outcome.out.find(part), std::string::npos) << outcome.out;
  }
}

TEST_F(Content, ChunksListsEveryChunk) {
  const Outcome outcome = h5({"chunks", "--json", file_ + "/all"});
  EXPECT_EQ(outcome.status, 0);
  for (const char* part :
       {"\"offset\":[0,0],", "\"offset\":[0,5],", "\"offset\":[10,0],", "\"offset\":[10,5],", "\"filter_mask\":0"}) {
    EXPECT_NE(outcome.out.find(part), std::string::npos) << outcome.out;
  }
}

TEST_F(Content, DigestIsTheOraclesTextByteForByte) {
  for (const char* name :
       {"/HDFGroup_hdf5-json/data/hdf5/tall.h5", "/HDFGroup_hdf5-json/data/hdf5/compound_array_vlen_string.h5",
        "/HDFGroup_hdf5/HDF5Examples/C/H5G/h5ex_g_iterate.h5"}) {
    const std::string path = corpus() + name;
    std::ifstream in(path + ".json", std::ios::binary);
    const std::string oracle{std::istreambuf_iterator<char>(in), {}};
    if (oracle.empty()) continue;
    EXPECT_EQ(h5({"digest", path}).out, oracle) << path;
  }
}

TEST_F(Content, CheckReportsFaultsAndGoesOn) {
  const Outcome outcome = h5({"check", "--json", file_});
  EXPECT_EQ(outcome.status, 1);  // its external raw data are not in the corpus
  EXPECT_NE(outcome.out.find("\"sound\":false"), std::string::npos);
  EXPECT_NE(outcome.out.find("\"object\":\"/external\""), std::string::npos);
  EXPECT_NE(outcome.out.find("\"object\":\"/myfilter\""), std::string::npos);
}

}  // namespace
}  // namespace fiver::cli
