#include "gateway/store/secret_box.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

namespace isthmus {
namespace {

SecretBox::Key key_of(unsigned char byte) {
  SecretBox::Key key{};
  key.fill(byte);
  return key;
}

TEST(SecretBox, OpensWhatItSealed) {
  const SecretBox box{key_of(1)};
  for (const std::string& secret : {std::string{}, std::string{"wherefore"}, std::string(5000, 'x')}) {
    EXPECT_EQ(box.open(box.seal(secret, "juliet"), "juliet"), secret);
  }
}

TEST(SecretBox, SealsTheSameSecretToAnotherTextEachTime) {
  const SecretBox box{key_of(1)};
  EXPECT_NE(box.seal("wherefore", "juliet"), box.seal("wherefore", "juliet"));
}

TEST(SecretBox, ShowsNothingOfTheSecret) {
  const SecretBox box{key_of(1)};
  EXPECT_EQ(box.seal("wherefore", "juliet").find("77686572"), std::string::npos);
}

TEST(SecretBox, OpensNothingWithAnotherKeyOrInAnotherPlace) {
  const SecretBox box{key_of(1)};
  const SecretBox other{key_of(2)};
  const auto sealed = box.seal("wherefore", "juliet");
  EXPECT_EQ(other.open(sealed, "juliet"), std::nullopt);
  EXPECT_EQ(box.open(sealed, "romeo"), std::nullopt);
}

TEST(SecretBox, OpensNothingThatWasChanged) {
  const SecretBox box{key_of(1)};
  const auto sealed = box.seal("wherefore", "juliet");
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    auto changed = sealed;
    changed[i] = changed[i] == '0' ? '1' : '0';
    EXPECT_EQ(box.open(changed, "juliet"), std::nullopt) << i;
  }
  for (const std::string_view text : {"", "0", "zz", "01", "not hexadecimal at all"})
    EXPECT_EQ(box.open(text, "juliet"), std::nullopt) << text;
  EXPECT_EQ(box.open(sealed.substr(0, sealed.size() - 2), "juliet"), std::nullopt);
}

class KeyFile : public testing::Test {
 protected:
  KeyFile() { std::filesystem::create_directories(folder); }
  ~KeyFile() override { std::filesystem::remove_all(folder); }

  std::filesystem::path folder =
      std::filesystem::path{testing::TempDir()} /
      (std::string{"isthmus-key-"} + testing::UnitTest::GetInstance()->current_test_info()->name());
  std::string path = folder / "key";
};

TEST_F(KeyFile, IsMadeForTheOwnerAloneAndReadAgain) {
  const auto made = load_or_make_key(path);
  ASSERT_TRUE(made);
  struct stat about{};
  ASSERT_EQ(::stat(path.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777U, 0600U);
  const auto again = load_or_make_key(path);
  ASSERT_TRUE(again);
  EXPECT_EQ(*made, *again);
}

TEST_F(KeyFile, ThatHoldsNoKeyIsAnErrorAndStaysAsItIs) {
  for (const std::string text : {"", "abc", "zz", "no key"}) {
    std::ofstream{path} << text;
    EXPECT_FALSE(load_or_make_key(path)) << text;
    std::string now;
    std::getline(std::ifstream{path}, now);
    EXPECT_EQ(now, text);
  }
}

TEST_F(KeyFile, InAFolderThatIsNotThereIsAnError) { EXPECT_FALSE(load_or_make_key(folder / "none" / "key")); }

}  // namespace
}  // namespace isthmus
