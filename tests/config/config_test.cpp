#include "config/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>

#include "tests/source_tree.hpp"

namespace isthmus::config {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

using Variables = std::map<std::string, std::string>;

Document parse(std::string_view toml, const Variables& environment = {}) {
  return Document::parse(toml, "isthmus.toml", environment);
}

std::vector<std::string> texts_of(const std::vector<Problem>& problems) {
  std::vector<std::string> result;
  for (const Problem& problem : problems) result.push_back(to_text(problem));
  return result;
}

/// What is said of `toml` after `read` has read it.
std::vector<std::string> problems(std::string_view toml, const std::function<void(const Section&)>& read,
                                  const Variables& environment = {}) {
  const Document document = parse(toml, environment);
  read(document.root());
  return texts_of(document.finish());
}

/// A folder that goes away with the test.
class ConfigFiles : public testing::Test {
 protected:
  ConfigFiles() {
    std::string pattern = (std::filesystem::temp_directory_path() / "isthmus-config-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~ConfigFiles() override { std::filesystem::remove_all(folder_); }
  std::string write(const std::string& name, std::string_view content) const {
    std::ofstream{folder_ / name, std::ios::binary} << content;
    return (folder_ / name).string();
  }
  std::string folder() const { return folder_.string(); }

 private:
  std::filesystem::path folder_;
};

TEST(Config, GivesWhatTheFileSays) {
  const Document document = parse(R"(
[xmpp]
host = "127.0.0.1"
port = 5347
rate = 2
tls = true
linger = "10m"
max_stanza = "1MiB"
buffer = 4096
mode = "strict"
users = ["example.org", "juliet@example.org"]
)");
  const Section xmpp = document.root().table("xmpp");
  EXPECT_EQ(xmpp.text("host", "::1"), "127.0.0.1");
  EXPECT_EQ(xmpp.required_text("host"), "127.0.0.1");
  EXPECT_EQ(xmpp.integer("port", 1, 1, 65535), 5347);
  EXPECT_EQ(xmpp.number("rate", 0.5, 0, 10), 2.0);
  EXPECT_TRUE(xmpp.boolean("tls", false));
  EXPECT_EQ(xmpp.duration("linger", milliseconds{1}, milliseconds{0}, std::chrono::days{1}), std::chrono::minutes{10});
  EXPECT_EQ(xmpp.size("max_stanza", 1, 1, 10'000'000), 1'048'576U);
  EXPECT_EQ(xmpp.size("buffer", 1, 1, 10'000'000), 4096U);
  EXPECT_EQ(xmpp.one_of("mode", "lax", {"lax", "strict"}), "strict");
  EXPECT_THAT(xmpp.texts("users"), ElementsAre("example.org", "juliet@example.org"));
  EXPECT_TRUE(xmpp.has("host"));
  EXPECT_FALSE(xmpp.has("secret"));
  EXPECT_THAT(document.finish(), IsEmpty());
}

TEST(Config, GivesDefaultsForWhatIsNotThere) {
  const Document document = parse("");
  const Section xmpp = document.root().table("xmpp");
  EXPECT_EQ(xmpp.text("host", "::1"), "::1");
  EXPECT_EQ(xmpp.integer("port", 5347, 1, 65535), 5347);
  EXPECT_EQ(xmpp.number("rate", 0.5, 0, 10), 0.5);
  EXPECT_TRUE(xmpp.boolean("tls", true));
  EXPECT_EQ(xmpp.duration("linger", milliseconds{7}, milliseconds{0}, milliseconds{9}), milliseconds{7});
  EXPECT_EQ(xmpp.size("max_stanza", 5, 1, 10), 5U);
  EXPECT_EQ(xmpp.one_of("mode", "lax", {"lax", "strict"}), "lax");
  EXPECT_EQ(xmpp.secret("secret"), "");
  EXPECT_THAT(xmpp.texts("users"), IsEmpty());
  EXPECT_THAT(document.root().array("component"), IsEmpty());
  EXPECT_THAT(document.root().table("irc").tables("networks"), IsEmpty());
  EXPECT_THAT(document.finish(), IsEmpty());
}

TEST(Config, GivesTablesByNameAndListsInOrder) {
  const Document document = parse(R"(
[[component]]
domain = "irc.example.org"
[[component]]
domain = "ws.example.org"
[irc.networks."irc.libera.chat"]
port = 6697
[irc.networks.local]
port = 6667
)");
  std::vector<std::string> domains;
  for (const Section& component : document.root().array("component")) domains.push_back(component.text("domain", ""));
  EXPECT_THAT(domains, ElementsAre("irc.example.org", "ws.example.org"));
  std::vector<std::pair<std::string, std::int64_t>> ports;
  for (const auto& [name, network] : document.root().table("irc").tables("networks")) {
    ports.emplace_back(name, network.integer("port", 0, 1, 65535));
  }
  EXPECT_THAT(ports, ElementsAre(Pair("irc.libera.chat", 6697), Pair("local", 6667)));
  EXPECT_THAT(document.finish(), IsEmpty());
}

struct WrongValue {
  const char* name;
  std::string_view value;
  std::function<void(const Section&)> read;
  const char* says;
};

class ConfigRefuses : public testing::TestWithParam<WrongValue> {};

TEST_P(ConfigRefuses, WithLineKeyAndWhatIsAllowed) {
  const auto& row = GetParam();
  const std::string toml = "\n[t]\nk = " + std::string{row.value} + "\n";
  const auto said = problems(toml, [&](const Section& root) { row.read(root.table("t")); });
  EXPECT_THAT(said, ElementsAre(std::string{"isthmus.toml:3: t.k: "} + row.says));
}

void as_text(const Section& s) { EXPECT_EQ(s.text("k", "d"), "d"); }
void as_required(const Section& s) { EXPECT_EQ(s.required_text("k"), ""); }
void as_secret(const Section& s) { EXPECT_EQ(s.secret("k"), ""); }
void as_port(const Section& s) { EXPECT_EQ(s.integer("k", 7, 1, 65535), 7); }
void as_rate(const Section& s) { EXPECT_EQ(s.number("k", 0.25, 0, 10.5), 0.25); }
void as_switch(const Section& s) { EXPECT_TRUE(s.boolean("k", true)); }
void as_linger(const Section& s) {
  EXPECT_EQ(s.duration("k", milliseconds{7}, milliseconds{1'000}, milliseconds{3'600'000}), milliseconds{7});
}
void as_size(const Section& s) { EXPECT_EQ(s.size("k", 7, 1024, 1'048'576), 7U); }
void as_level(const Section& s) { EXPECT_EQ(s.one_of("k", "info", {"info", "warn"}), "info"); }
void as_texts(const Section& s) { s.texts("k"); }
void as_table(const Section& s) { EXPECT_EQ(s.table("k").text("x", "d"), "d"); }
void as_tables(const Section& s) { s.tables("k"); }
void as_array(const Section& s) { s.array("k"); }

constexpr const char* linger_wanted =
    "must be a duration such as \"500ms\", \"90s\", \"10m\", \"2h\" or \"1d\", from \"1s\" to \"1h\"";
const std::string linger_number = std::string{linger_wanted} + ", here is a whole number";

INSTANTIATE_TEST_SUITE_P(
    Table, ConfigRefuses,
    testing::Values(
        WrongValue{"TextNumber", "5", as_text, "must be a text, here is a whole number"},
        WrongValue{"TextDate", "2020-01-01", as_text, "must be a text, here is a date or time"},
        WrongValue{"RequiredEmpty", "\"\"", as_required, "must not be empty"},
        WrongValue{"RequiredType", "true", as_required, "must be a text, here is true or false"},
        WrongValue{"SecretType", "12345678", as_secret, "must be a text, here is a whole number"},
        WrongValue{"IntegerText", "\"5\"", as_port, "must be a whole number from 1 to 65535, here is a text"},
        WrongValue{"IntegerFraction", "5.0", as_port, "must be a whole number from 1 to 65535, here is a number"},
        WrongValue{"IntegerLow", "0", as_port, "must be a whole number from 1 to 65535"},
        WrongValue{"IntegerHigh", "65536", as_port, "must be a whole number from 1 to 65535"},
        WrongValue{"NumberText", "\"1\"", as_rate, "must be a number from 0 to 10.5, here is a text"},
        WrongValue{"NumberHigh", "11", as_rate, "must be a number from 0 to 10.5"},
        WrongValue{"NumberNan", "nan", as_rate, "must be a number from 0 to 10.5"},
        WrongValue{"NumberInfinite", "inf", as_rate, "must be a number from 0 to 10.5"},
        WrongValue{"BooleanText", "\"true\"", as_switch, "must be true or false, here is a text"},
        WrongValue{"DurationNumber", "90", as_linger, linger_number.c_str()},
        WrongValue{"DurationNoUnit", "\"90\"", as_linger, linger_wanted},
        WrongValue{"DurationLow", "\"999ms\"", as_linger, linger_wanted},
        WrongValue{"DurationHigh", "\"61m\"", as_linger, linger_wanted},
        WrongValue{"SizeText", "\"1kb\"", as_size,
                   "must be a size such as 4096, \"64KiB\" or \"1MiB\", from \"1KiB\" to \"1MiB\""},
        WrongValue{"SizeNegative", "-1", as_size,
                   "must be a size such as 4096, \"64KiB\" or \"1MiB\", from \"1KiB\" to \"1MiB\""},
        WrongValue{"SizeHigh", "\"2MiB\"", as_size,
                   "must be a size such as 4096, \"64KiB\" or \"1MiB\", from \"1KiB\" to \"1MiB\""},
        WrongValue{"OneOfNear", "\"Imfo\"", as_level, "must be one of \"info\", \"warn\"; did you mean \"info\"?"},
        WrongValue{"OneOfFar", "\"verbose\"", as_level, "must be one of \"info\", \"warn\""},
        WrongValue{"OneOfType", "1", as_level, "must be one of \"info\", \"warn\", here is a whole number"},
        WrongValue{"TextsText", "\"a\"", as_texts,
                   "must be a list of texts such as [\"one\", \"two\"], here is a text"},
        WrongValue{"TextsNumber", "[\"a\", 1]", as_texts, "must be a list of texts, here is a whole number"},
        WrongValue{"TableNumber", "1", as_table, "must be a table, here is a whole number"},
        WrongValue{"TablesNumber", "1", as_tables, "must be a table, here is a whole number"},
        WrongValue{"ArrayTable", "{}", as_array, "must be a list of tables: write [[t.k]], here is a table"},
        WrongValue{"ArrayNumber", "[1]", as_array, "must be a list of tables, here is a whole number"}),
    [](const auto& row) { return std::string{row.param.name}; });

TEST(Config, TablesRefusesWhatIsNoTable) {
  EXPECT_THAT(
      problems("[irc.networks]\nlibera = 5\n", [](const Section& root) { root.table("irc").tables("networks"); }),
      ElementsAre("isthmus.toml:2: irc.networks.libera: must be a table, here is a whole number"));
}

TEST(Config, AMissingKeyIsReportedAtItsSection) {
  const auto read = [](const Section& root) { EXPECT_EQ(root.table("xmpp").required_text("secret"), ""); };
  EXPECT_THAT(problems("\n[xmpp]\n", read), ElementsAre("isthmus.toml:2: xmpp.secret: is missing"));
  EXPECT_THAT(problems("", read), ElementsAre("isthmus.toml: xmpp.secret: is missing"));
}

TEST(Config, AKeyThatNobodyAskedForIsUnknown) {
  const auto read = [](const Section& root) {
    root.table("xmpp").text("secret", "");
    for (const auto& [name, network] : root.table("irc").tables("networks")) network.integer("port", 0, 1, 65535);
    for (const Section& component : root.array("component")) component.text("domain", "");
  };
  EXPECT_THAT(problems("[xmpp]\nseecret = 'x'\nquite_different = 1\n\n[ircc]\nx = 1\n", read),
              ElementsAre("isthmus.toml:2: xmpp.seecret: unknown key; did you mean \"secret\"?",
                          "isthmus.toml:3: xmpp.quite_different: unknown key",
                          "isthmus.toml:5: ircc: unknown section; did you mean \"irc\"?"));
  EXPECT_THAT(
      problems("[irc.networks.'irc.libera.chat']\nprot = 1\n[[component]]\ndomain = 'a'\n[[component]]\nDomain = 'b'\n",
               read),
      ElementsAre("isthmus.toml:2: irc.networks.\"irc.libera.chat\".prot: unknown key; did you mean \"port\"?",
                  "isthmus.toml:6: component.Domain: unknown key; did you mean \"domain\"?"));
}

TEST(Config, ASectionReadTwiceCountsOnce) {
  const auto read = [](const Section& root) {
    root.table("xmpp").integer("port", 1, 1, 9);
    root.table("xmpp").integer("port", 1, 1, 9);
    root.table("xmpp").text("host", "");
  };
  EXPECT_THAT(problems("[xmpp]\nport = 10\nhost = 'a'\n", read),
              ElementsAre("isthmus.toml:2: xmpp.port: must be a whole number from 1 to 9"));
}

TEST(Config, AReaderAddsItsOwnProblems) {
  const auto read = [](const Section& root) {
    const Section xmpp = root.table("xmpp");
    xmpp.text("host", "");
    xmpp.problem("host", "is no address");
    xmpp.problem("", "is too short");
  };
  EXPECT_THAT(problems("\n[xmpp]\nhost = '?'\n", read),
              ElementsAre("isthmus.toml:2: xmpp: is too short", "isthmus.toml:3: xmpp.host: is no address"));
  EXPECT_THAT(problems("", read, {{"ISTHMUS_XMPP__HOST", "?"}}),
              ElementsAre("ISTHMUS_XMPP__HOST: xmpp.host: is no address", "isthmus.toml: xmpp: is too short"));
}

TEST(Config, BadTomlIsTheOnlyProblemAndHasItsLine) {
  const auto read = [](const Section& root) { root.table("xmpp").required_text("secret"); };
  const auto said = problems("[xmpp]\nhost = \"a\"\nport 5347\n", read);
  ASSERT_EQ(said.size(), 1U);
  EXPECT_THAT(said[0], testing::StartsWith("isthmus.toml:3: "));
  EXPECT_THAT(said[0], HasSubstr("expected '='"));
}

TEST(Config, AKeyThatIsThereTwiceIsNamed) {
  const auto said = problems("[xmpp]\nsecret = 'hunter2'\nsecret = 'hunter3'\n", [](const Section&) {});
  ASSERT_EQ(said.size(), 1U);
  EXPECT_THAT(said[0], testing::StartsWith("isthmus.toml:3: "));
  EXPECT_THAT(said[0], HasSubstr("'secret'"));
  EXPECT_THAT(said[0], testing::Not(HasSubstr("hunter")));
}

TEST(Config, SecretsAreInNoProblem) {
  // Secrets whose quotes were forgotten, or that stand where something else belongs.
  for (const auto* value :
       {"hunter2", "true_hunter", "truehunter2", "falsehunter", "99999999999999999999999", "0b1hunter", "\"hunter2",
        "'hunter2", "12hunter", "infhunter", "nanhunter", "[\"hunter2\"]", "{hunter2}", "_hunter", "2020-hunter"}) {
    const std::string toml = "[xmpp]\nsecret = " + std::string{value} + "\n";
    const auto said = problems(toml, [](const Section& root) { root.table("xmpp").secret("secret"); });
    ASSERT_EQ(said.size(), 1U) << value;
    EXPECT_THAT(said[0], testing::Not(HasSubstr("hunter"))) << value;
    EXPECT_THAT(said[0], testing::Not(HasSubstr("9999"))) << value;
    EXPECT_THAT(said[0], HasSubstr("isthmus.toml:2: ")) << value;
  }
}

TEST_F(ConfigFiles, TheFileIsReadAndNamed) {
  const auto path = write("isthmus.toml", "[xmpp]\nport = 5347\nhots = 'a'\n");
  const Document document = Document::load(path, {});
  EXPECT_EQ(document.root().table("xmpp").integer("port", 1, 1, 65535), 5347);
  EXPECT_THAT(texts_of(document.finish()), ElementsAre(path + ":3: xmpp.hots: unknown key"));
}

TEST_F(ConfigFiles, AFileThatCannotBeReadIsTheOnlyProblem) {
  const auto said = [](const std::string& path) {
    const Document document = Document::load(path, {});
    EXPECT_EQ(document.root().table("xmpp").required_text("secret"), "");
    return texts_of(document.finish());
  };
  EXPECT_THAT(said(folder() + "/none.toml"),
              ElementsAre(folder() + "/none.toml: cannot be read: No such file or directory"));
  EXPECT_THAT(said(folder()), ElementsAre(folder() + ": cannot be read: Is a directory"));
  const auto large = write("large.toml", std::string(1024 * 1024 + 1, '#'));
  EXPECT_THAT(said(large), ElementsAre(large + ": cannot be read: it is longer than 1MiB"));
  EXPECT_THAT(said(write("whole.toml", std::string(1024 * 1024, '#'))),
              ElementsAre(HasSubstr("xmpp.secret: is missing")));
}

TEST_F(ConfigFiles, TheEnvironmentMayHoldTheWholeText) {
  const auto path = write("isthmus.toml", "[xmpp]\nhost = 'file'\n");
  const Document document = Document::load(path, {{"ISTHMUS_CONFIG", "[xmpp]\nhost = 'variable'\nx = 1\n"}});
  EXPECT_EQ(document.root().table("xmpp").text("host", ""), "variable");
  EXPECT_THAT(texts_of(document.finish()), ElementsAre("ISTHMUS_CONFIG:3: xmpp.x: unknown key"));
  EXPECT_EQ(Document::load(path, {{"ISTHMUS_CONFIG", ""}}).root().table("xmpp").text("host", ""), "file");
}

TEST_F(ConfigFiles, ASecretMayLieInAFileOfItsOwn) {
  write("secret", "hunter2\n");
  const auto path = write("isthmus.toml", "[xmpp]\nsecret_file = 'secret'\n");
  const Document document = Document::load(path, {});
  EXPECT_EQ(document.root().table("xmpp").secret("secret"), "hunter2");
  EXPECT_THAT(document.finish(), IsEmpty());
}

TEST_F(ConfigFiles, OneNewlineIsNoPartOfASecret) {
  const auto secret = [&](std::string_view content) {
    const auto path = write("secret", content);
    return parse("[xmpp]\nsecret_file = '" + path + "'\n").root().table("xmpp").secret("secret");
  };
  EXPECT_EQ(secret("hunter2"), "hunter2");
  EXPECT_EQ(secret("hunter2\n"), "hunter2");
  EXPECT_EQ(secret("hunter2\r\n"), "hunter2");
  EXPECT_EQ(secret("hunter2\n\n"), "hunter2\n");
  EXPECT_EQ(secret("hunter2\r"), "hunter2\r");
}

TEST_F(ConfigFiles, ASecretFileThatGivesNoneIsAProblem) {
  const auto said = [](const std::string& path) {
    return problems("[xmpp]\nsecret_file = '" + path + "'\n",
                    [](const Section& root) { EXPECT_EQ(root.table("xmpp").secret("secret"), ""); });
  };
  EXPECT_THAT(said(folder() + "/none"),
              ElementsAre("isthmus.toml:2: xmpp.secret_file: the file cannot be read: No such file or directory"));
  EXPECT_THAT(said("hunter2"), ElementsAre(testing::Not(HasSubstr("hunter2"))));
  EXPECT_THAT(said(write("empty", "\n")), ElementsAre("isthmus.toml:2: xmpp.secret_file: the file is empty"));
  EXPECT_THAT(said(write("large", std::string(65'537, 'x'))), ElementsAre(HasSubstr("it is longer than 64KiB")));
}

TEST_F(ConfigFiles, ASecretIsGivenInOneWay) {
  const auto file = write("secret", "from file");
  const auto read = [](const Section& root) { root.table("xmpp").secret("secret"); };
  EXPECT_THAT(problems("[xmpp]\nsecret = 'direct'\nsecret_file = '" + file + "'\n", read),
              ElementsAre("isthmus.toml:3: xmpp.secret_file: secret is given too: only one of both may be"));
  EXPECT_THAT(
      problems("", read, {{"ISTHMUS_XMPP__SECRET", "direct"}, {"ISTHMUS_XMPP__SECRET_FILE", file}}),
      ElementsAre(
          "ISTHMUS_XMPP__SECRET_FILE: xmpp.secret_file: ISTHMUS_XMPP__SECRET is set too: only one of both may be"));
}

TEST_F(ConfigFiles, TheEnvironmentComesBeforeFilesAndTheirSecrets) {
  const auto file = write("secret", "from file");
  const auto secret = [](std::string_view toml, const Variables& environment) {
    const Document document = parse(toml, environment);
    auto result = document.root().table("xmpp").secret("secret");
    EXPECT_THAT(document.finish(), IsEmpty());
    return result;
  };
  EXPECT_EQ(secret("[xmpp]\nsecret_file = '" + file + "'\n", {}), "from file");
  EXPECT_EQ(secret("[xmpp]\nsecret_file = '" + file + "'\n", {{"ISTHMUS_XMPP__SECRET", "variable"}}), "variable");
  EXPECT_EQ(secret("[xmpp]\nsecret = 'direct'\n", {{"ISTHMUS_XMPP__SECRET", "variable"}}), "variable");
  EXPECT_EQ(secret("[xmpp]\nsecret = 'direct'\n", {{"ISTHMUS_XMPP__SECRET_FILE", file}}), "from file");
}

TEST(ConfigEnvironment, SetsSingleValuesOfEveryType) {
  const Document document = parse("[xmpp]\nhost = 'file'\nport = 1\n", {{"ISTHMUS_XMPP__HOST", "variable"},
                                                                        {"ISTHMUS_XMPP__PORT", "5347"},
                                                                        {"ISTHMUS_XMPP__RATE", "0.5"},
                                                                        {"ISTHMUS_XMPP__TLS", "TRUE"},
                                                                        {"ISTHMUS_XMPP__LINGER", "10m"},
                                                                        {"isthmus_xmpp__max_stanza", "1MiB"},
                                                                        {"ISTHMUS_XMPP__DEEP__MODE", "strict"},
                                                                        {"HOME", "/"}});
  const Section xmpp = document.root().table("xmpp");
  EXPECT_EQ(xmpp.text("host", ""), "variable");
  EXPECT_EQ(xmpp.integer("port", 1, 1, 65535), 5347);
  EXPECT_EQ(xmpp.number("rate", 1, 0, 10), 0.5);
  EXPECT_TRUE(xmpp.boolean("tls", false));
  EXPECT_EQ(xmpp.duration("linger", milliseconds{1}, milliseconds{0}, std::chrono::days{1}), std::chrono::minutes{10});
  EXPECT_EQ(xmpp.size("max_stanza", 1, 1, 10'000'000), 1'048'576U);
  EXPECT_EQ(xmpp.table("deep").one_of("mode", "lax", {"lax", "strict"}), "strict");
  EXPECT_TRUE(document.root().table("xmpp").has("rate"));
  EXPECT_THAT(texts_of(document.finish()), IsEmpty());
}

TEST(ConfigEnvironment, IsHeldToTheSameLimits) {
  const auto read = [](const Section& root) {
    EXPECT_EQ(root.table("xmpp").integer("port", 5347, 1, 65535), 5347);
    EXPECT_FALSE(root.table("xmpp").boolean("tls", false));
    EXPECT_EQ(root.table("xmpp").required_text("host"), "");
  };
  EXPECT_THAT(
      problems("", read, {{"ISTHMUS_XMPP__PORT", "many"}, {"ISTHMUS_XMPP__TLS", "yes"}, {"ISTHMUS_XMPP__HOST", ""}}),
      ElementsAre("ISTHMUS_XMPP__HOST: xmpp.host: must not be empty",
                  "ISTHMUS_XMPP__PORT: xmpp.port: must be a whole number from 1 to 65535",
                  "ISTHMUS_XMPP__TLS: xmpp.tls: must be true or false"));
}

TEST(ConfigEnvironment, DoesNotReachListsNorNamesThatItCannotSpell) {
  const auto read = [](const Section& root) {
    EXPECT_THAT(root.table("access").texts("users"), ElementsAre("a"));
    for (const auto& [name, network] : root.table("irc").tables("networks")) {
      EXPECT_EQ(network.integer("port", 1, 1, 9), name == "plain" ? 4 : 3) << name;
    }
    for (const Section& component : root.array("component")) EXPECT_EQ(component.text("domain", ""), "b");
  };
  const auto* toml =
      "[access]\nusers = ['a']\n[irc.networks.'irc.example']\nport = 3\n[irc.networks.Big]\nport = 3\n"
      "[irc.networks.plain]\nport = 3\n[[component]]\ndomain = 'b'\n";
  EXPECT_THAT(problems(toml, read,
                       {{"ISTHMUS_ACCESS__USERS", "c"},
                        {"ISTHMUS_IRC__NETWORKS__IRC.EXAMPLE__PORT", "4"},
                        {"ISTHMUS_IRC__NETWORKS__BIG__PORT", "4"},
                        {"ISTHMUS_IRC__NETWORKS__PLAIN__PORT", "4"},
                        {"ISTHMUS_COMPONENT__DOMAIN", "c"}}),
              ElementsAre("ISTHMUS_ACCESS__USERS: sets nothing", "ISTHMUS_COMPONENT__DOMAIN: sets nothing",
                          HasSubstr("ISTHMUS_IRC__NETWORKS__BIG__PORT: sets nothing"),
                          HasSubstr("ISTHMUS_IRC__NETWORKS__IRC.EXAMPLE__PORT: sets nothing")));
}

TEST(ConfigEnvironment, AVariableThatSetsNothingIsAProblem) {
  const auto read = [](const Section& root) { root.table("xmpp").text("secret", ""); };
  EXPECT_THAT(problems("", read, {{"ISTHMUS_XMPP__SECRTE", "x"}}),
              ElementsAre("ISTHMUS_XMPP__SECRTE: sets nothing; did you mean \"ISTHMUS_XMPP__SECRET\"?"));
  EXPECT_THAT(problems("", read, {{"ISTHMUS_XMPP_SECRET", "x"}}),
              ElementsAre("ISTHMUS_XMPP_SECRET: sets nothing; did you mean \"ISTHMUS_XMPP__SECRET\"?"));
  EXPECT_THAT(problems("", read, {{"ISTHMUS_XMPP__SECRET", "x"}, {"isthmus_xmpp__secret", "y"}}),
              ElementsAre("isthmus_xmpp__secret: is the same as ISTHMUS_XMPP__SECRET: capitals do not count"));
}

TEST(ConfigEnvironment, VariablesOfOthersAreLeftAlone) {
  // Kubernetes sets such variables in every container beside a service called isthmus.
  EXPECT_THAT(problems("", [](const Section& root) { root.table("xmpp").text("host", ""); },
                       {{"ISTHMUS_SERVICE_HOST", "10.0.0.1"}, {"ISTHMUS_PORT_8480_TCP", "tcp://10.0.0.1:8480"}}),
              IsEmpty());
}

TEST(ConfigValues, AreWhatTheFileSetsByDottedNames) {
  const Document document = parse(R"([xmpp]
port = 5347
[access]
users = ["example.org", "*"]
[irc.networks."irc.example.net"]
flood_rate = 0.5
[[component]]
domain = "irc.example.org"
)",
                                  {{"ISTHMUS_XMPP__HOST", "localhost"}});
  EXPECT_THAT(document.values(),
              ElementsAre(Pair("access.users[1]", "example.org"), Pair("access.users[2]", "*"),
                          Pair("component[1].domain", "irc.example.org"),
                          Pair("irc.networks.\"irc.example.net\".flood_rate", "0.5"), Pair("xmpp.port", "5347")));
}

TEST_F(ConfigFiles, AnotherSecretInTheSameFileIsAnotherValue) {
  const auto config = write("isthmus.toml", "[xmpp]\nsecret_file = \"secret\"\n");
  const auto values = [&](std::string_view secret) {
    write("secret", secret);
    const Document document = Document::load(config, {});
    document.root().table("xmpp").secret("secret");
    return document.values();
  };
  EXPECT_EQ(values("one"), values("one\n"));
  EXPECT_NE(values("one"), values("two"));
}

TEST(ConfigExamples, AreTomlOfTheirSize) {
  const std::string folder = (test::source_tree() / "config/").string();
  for (const auto* name : {"minimal.toml", "example.toml"}) {
    const Document document = Document::load(folder + name, {});
    EXPECT_EQ(document.root().array("component").size(), 1U) << name;
    EXPECT_TRUE(document.root().table("xmpp").has("secret") || document.root().table("xmpp").has("secret_file"))
        << name;
  }
  std::ifstream minimal{folder + "minimal.toml"};
  const auto lines = std::count(std::istreambuf_iterator<char>{minimal}, {}, '\n');
  EXPECT_LE(lines, 12);
}

}  // namespace
}  // namespace isthmus::config
