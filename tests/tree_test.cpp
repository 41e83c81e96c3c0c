#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/source_tree.hpp"
#include "tests/tree_rules.hpp"

namespace isthmus::tree {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Tree, EachRoomIncludesOnlyWhatItMayKnow) { EXPECT_THAT(include_breaches(test::source_tree()), IsEmpty()); }
TEST(Tree, TheGatewayNamesNoProtocol) { EXPECT_THAT(protocol_name_breaches(test::source_tree()), IsEmpty()); }
TEST(Tree, NoTaskIsDetached) { EXPECT_THAT(detached_breaches(test::source_tree()), IsEmpty()); }
TEST(Tree, EveryFeatureHasItsTests) { EXPECT_THAT(feature_breaches(test::source_tree()), IsEmpty()); }

/// A small tree with mistakes planted in it: the rules find them, or could not fail above.
class PlantedTree : public testing::Test {
 protected:
  PlantedTree() {
    std::string pattern = (std::filesystem::temp_directory_path() / "isthmus-tree-XXXXXX").string();
    root_ = mkdtemp(pattern.data());
  }
  ~PlantedTree() override { std::filesystem::remove_all(root_); }
  void plant(const std::string& path, std::string_view text) const {
    std::filesystem::create_directories((root_ / path).parent_path());
    std::ofstream{root_ / path, std::ios::binary} << text;
  }
  const std::filesystem::path& root() const { return root_; }

 private:
  std::filesystem::path root_;
};

TEST_F(PlantedTree, AnEmptyTreeHasNoBreach) {
  EXPECT_THAT(include_breaches(root()), IsEmpty());
  EXPECT_THAT(protocol_name_breaches(root()), IsEmpty());
  EXPECT_THAT(detached_breaches(root()), IsEmpty());
  EXPECT_THAT(feature_breaches(root()), IsEmpty());
}

TEST_F(PlantedTree, IncludesOfTheRightRoomsAreNoBreach) {
  plant("gateway/main.cpp", "#include \"xmpp/a.hpp\"\n#include \"config/a.hpp\"\n#include \"adapter_table.inc\"\n");
  plant("gateway/router.cpp", "#include \"gateway/router.hpp\"\n#include <boost/asio/awaitable.hpp>\n");
  plant("config/a.cpp", "#include \"config/a.hpp\"\n#include <string>\n");
  plant("xmpp/a.cpp", "#include \"gateway/a.hpp\"\n#include \"config/a.hpp\"\n#include \"xmpp/a.hpp\"\n");
  plant("adapters/irc/a.cpp",
        "#include \"adapters/irc/a.hpp\"\n#include \"gateway/a.hpp\"\n#include \"config/a.hpp\"\n");
  EXPECT_THAT(include_breaches(root()), IsEmpty());
}

TEST_F(PlantedTree, IncludesOfOtherRoomsAreFound) {
  plant("gateway/a.cpp", "\n#include \"xmpp/a.hpp\"\n#include <adapters/irc/a.hpp>\n  #  include \"config/a.hpp\"\n");
  plant("config/a.hpp", "#include \"gateway/a.hpp\"\n");
  plant("xmpp/a.cpp", "#include \"adapters/irc/a.hpp\"\n#include \"a.hpp\"\n#include \"tests/a.hpp\"\n");
  plant("adapters/irc/a.cpp",
        "/* 1\n2 */ #include \"adapters/mqtt/a.hpp\"\n#include \"xmpp/a.hpp\"\n// #include \"xmpp/a.hpp\"\n");
  plant("adapters/ircx/a.cpp", "#include \"adapters/irc/a.hpp\"\n");
  EXPECT_THAT(include_breaches(root()),
              ElementsAre("gateway/a.cpp:2: may not include \"xmpp/a.hpp\"",
                          "gateway/a.cpp:3: may not include \"adapters/irc/a.hpp\"",
                          "gateway/a.cpp:4: may not include \"config/a.hpp\"",
                          "config/a.hpp:1: may not include \"gateway/a.hpp\"",
                          "xmpp/a.cpp:1: may not include \"adapters/irc/a.hpp\"",
                          "xmpp/a.cpp:2: may not include \"a.hpp\"", "xmpp/a.cpp:3: may not include \"tests/a.hpp\"",
                          "adapters/irc/a.cpp:2: may not include \"adapters/mqtt/a.hpp\"",
                          "adapters/irc/a.cpp:3: may not include \"xmpp/a.hpp\"",
                          "adapters/ircx/a.cpp:1: may not include \"adapters/irc/a.hpp\""));
}

TEST_F(PlantedTree, NamesOfProtocolsAreFoundInTheGateway) {
  plant("gateway/main.cpp", "int irc;\n");
  plant("xmpp/a.cpp", "int irc;\n");
  plant("gateway/a.cpp",
        "int circle;  // XMPP, RFC 6120\nint irc_nick;\nIrcSession s;\n/* mqtt */ int x;\nauto t = \"mqtt.topic\";\n"
        "int toXmpp;\n#include <xmpp.h>\nint MQTT5;\nauto u = \"// irc\";\n");
  EXPECT_THAT(protocol_name_breaches(root()), ElementsAre("gateway/a.cpp:2: names a protocol: int irc_nick;",
                                                          "gateway/a.cpp:3: names a protocol: IrcSession s;",
                                                          "gateway/a.cpp:5: names a protocol: auto t = \"mqtt.topic\";",
                                                          "gateway/a.cpp:6: names a protocol: int toXmpp;",
                                                          "gateway/a.cpp:7: names a protocol: #include <xmpp.h>",
                                                          "gateway/a.cpp:8: names a protocol: int MQTT5;",
                                                          "gateway/a.cpp:9: names a protocol: auto u = \"// irc\";"));
}

TEST_F(PlantedTree, DetachedTasksAreFoundEverywhere) {
  const std::string detached = "detached";  // in two pieces, so that this file is no breach
  plant("xmpp/a.cpp", "co_spawn(loop, run(), asio::" + detached + ");\n// asio::" + detached + "\n");
  plant("tests/a.cpp", "\n#include <boost/asio/" + detached + ".hpp>\n");
  EXPECT_THAT(detached_breaches(root()),
              ElementsAre("xmpp/a.cpp:1: a task without an owner: co_spawn(loop, run(), asio::" + detached + ");",
                          "tests/a.cpp:2: a task without an owner: #include <boost/asio/" + detached + ".hpp>"));
}

TEST_F(PlantedTree, FeaturesNameTestsThatAreThere) {
  plant("tests/a_test.cpp",
        "TEST(Splitter, Cuts) {}\nTEST_F(Fixture, Works) {}\n  TEST_P(Table,\n       Row) {}\n// TEST(Gone, Away) {}\n"
        "/* TEST(Gone, Too) {} */\nTEST(Splitter, DISABLED_Rests) {}\n");
  plant(
      "tests/e2e/test_rooms.py",
      "def test_join(world):\n    pass\n\nclass TestX:\n    async def test_leave(self): pass\n# def test_no(): pass\n");
  plant("docs/features.md",
        "# Features\n\n| Feature | Tests |\n|---|:--|\n"
        "| all | `Splitter.Cuts`, `Fixture.Works`, `Table.Row` and `tests/e2e/test_rooms.py::test_join` |\n"
        "| a \\| b | `tests/e2e/test_rooms.py::test_leave` |\n"
        "| later | — |\n");
  EXPECT_THAT(feature_breaches(root()), IsEmpty());
  plant("docs/features.md",
        "| Feature | Tests |\n|---|---|\n| a | `Gone.Away`, `Splitter.Cuts`, `Gone.Too` |\n| b | `Splitter.Rests` |\n"
        "| `Splitter.Cuts` | |\n| c | tested |\n| d | `tests/e2e/test_rooms.py::test_no` |\n| e | "
        "`tests/e2e/test_none.py::test_join` |\n");
  EXPECT_THAT(
      feature_breaches(root()),
      ElementsAre("docs/features.md:3: there is no test Gone.Away", "docs/features.md:3: there is no test Gone.Too",
                  "docs/features.md:4: there is no test Splitter.Rests", "docs/features.md:5: the row names no test",
                  "docs/features.md:6: the row names no test",
                  "docs/features.md:7: there is no test tests/e2e/test_rooms.py::test_no",
                  "docs/features.md:8: there is no test tests/e2e/test_none.py::test_join"));
}

TEST_F(PlantedTree, AFeatureListWithoutRowsIsABreach) {
  plant("docs/features.md", "# Features\n\n| Feature | Tests |\n|---|---|\n");
  EXPECT_THAT(feature_breaches(root()), ElementsAre("docs/features.md: has no rows"));
}

TEST(TreeSource, CommentsGoAndLiteralsStay) {
  EXPECT_EQ(without_comments("a // b\nc"), "a \nc");
  EXPECT_EQ(without_comments("a /* b\nc */ d"), "a \n d");
  EXPECT_EQ(without_comments("\"// no\" /* yes */ 'x'"), "\"// no\"  'x'");
  EXPECT_EQ(without_comments(R"("\"// no" // yes)"), R"("\"// no" )");
  EXPECT_EQ(without_comments("R\"x(\" // no)\" // no)x\" // yes"), "R\"x(\" // no)\" // no)x\" ");
  EXPECT_EQ(without_comments("1'000 // yes '"), "1'000 ");
  EXPECT_EQ(without_comments("'\"' // yes"), "'\"' ");
  EXPECT_EQ(without_comments("/* never closed"), "");
  EXPECT_EQ(without_comments("\"never closed"), "\"never closed");
}

}  // namespace
}  // namespace isthmus::tree
