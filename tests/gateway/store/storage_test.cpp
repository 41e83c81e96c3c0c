#include "gateway/store/storage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>

#include "gateway/store/secret_box.hpp"

namespace isthmus {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
namespace fs = std::filesystem;

const Setting password{"juliet@example.org", "irc", "irc.example.net", "password", "wherefore art thou", true};

class StorageTest : public testing::Test {
 protected:
  StorageTest() {
    fs::remove_all(folder);
    fs::create_directories(folder / "keys");
  }
  ~StorageTest() override { fs::remove_all(folder); }

  std::unique_ptr<Store> open() {
    auto store = open_storage(storage, io.get_executor(), [](const std::string&) {});
    EXPECT_TRUE(store.has_value()) << store.error();
    return store.has_value() ? std::move(*store) : nullptr;
  }
  std::string key() const {
    std::ifstream file{storage.key_file};
    return {std::istreambuf_iterator<char>{file}, {}};
  }

  fs::path folder = fs::path{testing::TempDir()} /
                    (std::string{"isthmus-storage-"} + testing::UnitTest::GetInstance()->current_test_info()->name());
  boost::asio::io_context io{1};
  Storage storage{folder / "data" / "isthmus.db", folder / "keys" / "key"};
};

TEST_F(StorageTest, IsMadeWithItsFolderAndItsKey) {
  open()->put(password);
  EXPECT_TRUE(fs::exists(storage.path));
  EXPECT_EQ(fs::status(storage.key_file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_THAT(open()->settings(), ElementsAre(password));
  EXPECT_EQ(check_storage(storage).problem, "");
  EXPECT_THAT(check_storage(storage).warnings, IsEmpty());
}

TEST_F(StorageTest, ThatIsNotThereYetIsNoProblem) {
  EXPECT_EQ(check_storage(storage).problem, "");
  EXPECT_FALSE(fs::exists(storage.path)) << "checking makes nothing";
  EXPECT_FALSE(fs::exists(storage.key_file));
}

TEST_F(StorageTest, AKeyBesideTheDatabaseAndOneThatOthersReadAreWarnedOf) {
  fs::create_directories(folder / "data");
  storage.key_file = folder / "data" / ".." / "data" / "key";
  open();
  EXPECT_THAT(check_storage(storage).warnings, ElementsAre(HasSubstr("beside the database")));
  fs::permissions(storage.key_file, fs::perms::others_read, fs::perm_options::add);
  EXPECT_THAT(check_storage(storage).warnings, ElementsAre(HasSubstr("chmod 600"), HasSubstr("beside the database")));
}

TEST_F(StorageTest, AFileThatIsNoDatabaseAndAKeyThatIsNoneAreProblems) {
  fs::create_directories(folder / "data");
  std::ofstream{storage.path} << std::string(4096, 'x');
  EXPECT_THAT(check_storage(storage).problem, HasSubstr("storage.path: "));
  std::ofstream{storage.key_file} << "no key";
  EXPECT_THAT(check_storage(storage).problem, HasSubstr("storage.key_file"));
  EXPECT_TRUE(open_storage(storage, io.get_executor(), {}).has_error());
}

TEST_F(StorageTest, InMemoryNeedsNoFilesAtAll) {
  storage = {std::string{Storage::in_memory}, "/nowhere/key"};
  EXPECT_EQ(check_storage(storage).problem, "");
  EXPECT_NE(open(), nullptr);
}

TEST_F(StorageTest, ANewKeySealsWhatTheOldOneDid) {
  open()->put(password);
  const auto before = key();
  const auto count = rekey_storage(storage);
  ASSERT_TRUE(count.has_value()) << count.error();
  EXPECT_EQ(*count, 1U);
  EXPECT_NE(key(), before);
  EXPECT_THAT(open()->settings(), ElementsAre(password));
  EXPECT_FALSE(fs::exists(storage.key_file + ".new"));
}

TEST_F(StorageTest, ANewKeyIsNotTakenWhenTheOldOneIsTheWrongOne) {
  open()->put(password);
  const auto right = key();
  std::ofstream{storage.key_file} << std::string(64, 'a') << "\n";
  EXPECT_THAT(rekey_storage(storage).error(), HasSubstr("nothing was changed"));
  EXPECT_FALSE(fs::exists(storage.key_file + ".new"));
  std::ofstream{storage.key_file} << right;
  EXPECT_THAT(open()->settings(), ElementsAre(password));
}

TEST_F(StorageTest, AnAttemptThatWasCutOffIsNotRunOver) {
  open();
  std::ofstream{storage.key_file + ".new"} << "half";
  EXPECT_THAT(rekey_storage(storage).error(), HasSubstr("of an attempt that was cut off"));
}

}  // namespace
}  // namespace isthmus
