// Plays tests/transcripts/irc_*.txt; session_stage.hpp says how they are written.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/adapters/irc/session_stage.hpp"

namespace isthmus::irc::test {
namespace {

struct Step {
  std::size_t number = 0;  // of the line
  std::string kind;
  std::string text;
};

bool is_input(const Step& step) { return step.kind.ends_with('>'); }

std::vector<Step> read_transcript(const std::filesystem::path& path) {
  std::vector<Step> steps;
  std::ifstream file{path};
  std::string line;
  for (std::size_t number = 1; std::getline(file, line); ++number) {
    if (line.empty() || line.front() == '#') continue;
    const std::size_t end = line.find(' ');
    const std::size_t text = line.find_first_not_of(' ', end);
    steps.push_back({number, line.substr(0, end), text == std::string::npos ? "" : line.substr(text)});
  }
  return steps;
}

/// As a Stage writes it.
std::string to_line(const Step& step) {
  return step.kind + std::string(step.kind.size() < 5 ? 6 - step.kind.size() : 1, ' ') + step.text;
}

class IrcTranscript : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(IrcTranscript, IsWhatTheSessionDoes) {
  const std::vector<Step> steps = read_transcript(GetParam());
  ASSERT_FALSE(steps.empty());
  Stage stage;
  for (std::size_t i = 0; i < steps.size();) {
    const Step& input = steps[i++];
    ASSERT_TRUE(is_input(input)) << "line " << input.number << " is no input";
    std::string wanted;
    for (; i < steps.size() && !is_input(steps[i]); ++i) wanted += to_line(steps[i]) + "\n";
    std::string got;
    for (const std::string& line : stage.play(input.kind, input.text)) got += line + "\n";
    EXPECT_EQ(wanted, got) << "after line " << input.number << ": " << input.kind << " " << input.text;
  }
}

std::vector<std::filesystem::path> transcripts() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator{ISTHMUS_SOURCE_DIR "/tests/transcripts"})
    if (entry.path().filename().string().starts_with("irc_")) paths.push_back(entry.path());
  std::ranges::sort(paths);
  return paths;
}

INSTANTIATE_TEST_SUITE_P(Files, IrcTranscript, testing::ValuesIn(transcripts()),
                         [](const auto& file) { return file.param.stem().string(); });

}  // namespace
}  // namespace isthmus::irc::test
