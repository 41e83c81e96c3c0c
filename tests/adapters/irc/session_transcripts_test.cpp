// Plays tests/transcripts/irc_*.txt; session_stage.hpp says how they are written.
#include <gtest/gtest.h>

#include <random>

#include "tests/adapters/irc/session_stage.hpp"

namespace isthmus::irc::test {
namespace {

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
    ASSERT_TRUE(input.is_input()) << "line " << input.number << " is no input";
    std::string wanted;
    for (; i < steps.size() && !steps[i].is_input(); ++i) wanted += to_line(steps[i]) + "\n";
    std::string got;
    for (const std::string& line : stage.play(input.kind, input.text)) got += line + "\n";
    EXPECT_EQ(wanted, got) << "after line " << input.number << ": " << input.kind << " " << input.text;
  }
}

INSTANTIATE_TEST_SUITE_P(Files, IrcTranscript, testing::ValuesIn(transcripts()),
                         [](const auto& file) { return file.param.stem().string(); });

/// Each of its pings and attempts to connect would be played, too.
bool takes_days(const Step& step) { return step.kind == "time>" && std::stoi(step.text) >= 24 * 60 * 60; }

/// Inputs of all transcripts in any order, words of the lines exchanged.
class Shuffle {
 public:
  explicit Shuffle(unsigned seed) : random_{seed} {
    for (const auto& path : transcripts())
      for (Step& step : read_transcript(path))
        if (step.is_input() && step.kind != "link>" && !takes_days(step)) inputs_.push_back(std::move(step));
  }

  Step next() {
    if (random_() % 12 == 0) return next_link();
    Step step = inputs_[random_() % inputs_.size()];
    if (step.kind == "irc>" && !is_up_) return next_link();
    if (step.kind == "irc>" && random_() % 3 == 0) exchange_word(step.text);
    return step;
  }
  void link_is_gone() { is_up_ = false; }

 private:
  Step next_link() {
    is_up_ = !is_up_;
    return {0, "link>", !is_up_ ? "down lost" : random_() % 4 == 0 ? "up" : "login juliet"};
  }

  void exchange_word(std::string& text) {
    const std::string& other = inputs_[random_() % inputs_.size()].text;
    const std::size_t from = other.find(' ', random_() % (other.size() + 1));
    const std::size_t at = text.find(' ', random_() % (text.size() + 1));
    if (from == std::string::npos || at == std::string::npos) return;
    const std::size_t end = text.find(' ', at + 1);
    text = text.substr(0, at) + other.substr(from, other.find(' ', from + 1) - from) +
           (end == std::string::npos ? "" : text.substr(end));
  }

  std::mt19937 random_;
  std::vector<Step> inputs_;
  bool is_up_ = false;
};

TEST(IrcSession, AnswersEverythingWhateverHappens) {
  Shuffle shuffle{20'231'114};
  for (int session = 0; session < 300; ++session) {
    Stage stage;
    stage.play("in>", "join #lounge juliet");
    shuffle.link_is_gone();
    for (int i = 0; i < 100 && !stage.is_over(); ++i) {
      const Step step = shuffle.next();
      const auto output = stage.play(step.kind, step.text);
      if (std::ranges::find(output, "link< drop") != output.end()) shuffle.link_is_gone();
    }
    if (!stage.is_over()) stage.play("link>", "shutdown enough");
    ASSERT_EQ(stage.waiting(), 0) << "in session " << session;
  }
}

}  // namespace
}  // namespace isthmus::irc::test
