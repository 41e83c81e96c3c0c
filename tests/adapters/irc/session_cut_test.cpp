// Every conversation of tests/transcripts/irc_*.txt, cut off after each of its steps: whatever the users' side had
// asked for by then is answered in the end.
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "gateway/outbox.hpp"
#include "tests/adapters/irc/session_stage.hpp"

namespace isthmus::irc::test {
namespace {

/// Plays steps, and knows whether there is a connection.
class Player {
 public:
  void play(std::string_view kind, const std::string& text) {
    if (kind == "link>") {
      is_connected_ = text.starts_with("up") || text.starts_with("login");
      is_asked_to_connect_ = false;
    }
    for (const std::string& line : stage_.play(kind, text)) {
      if (line == "link< connect") is_asked_to_connect_ = true;
      if (line == "link< drop") is_connected_ = false;
    }
  }

  /// The first `count` inputs.
  void play(const std::vector<Step>& inputs, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) play(inputs[i].kind, inputs[i].text);
  }

  /// A time in which no connection comes about and nothing comes from the server: a quarter of an hour, and where
  /// something waits then, as long as what is said to people waits for the network.
  void pass_in_silence() {
    for (int i = 0; i < 180 && !stage_.is_over(); ++i) pass_in_silence(std::chrono::seconds{5});
    for (int i = 0; i < 3 && stage_.waiting() > 0 && !stage_.is_over(); ++i) pass_in_silence(Outbox::max_age);
  }

  bool is_connected() const { return is_connected_; }
  const Stage& stage() const { return stage_; }

 private:
  void pass_in_silence(std::chrono::seconds time) {
    if (is_asked_to_connect_)
      play("link>", "down Connection refused");
    else
      play("time>", std::to_string(time.count()));
  }

  Stage stage_;
  bool is_connected_ = false;
  bool is_asked_to_connect_ = false;
};

class IrcCut : public testing::TestWithParam<std::filesystem::path> {
 protected:
  /// What a transcript feeds.
  static std::vector<Step> inputs() {
    std::vector<Step> steps = read_transcript(GetParam());
    std::erase_if(steps, [](const Step& step) { return !step.is_input(); });
    return steps;
  }
};

TEST_P(IrcCut, SilenceAtEveryStepLeavesNothingUnanswered) {
  const auto steps = inputs();
  for (std::size_t cut = 1; cut <= steps.size(); ++cut) {
    Player player;
    player.play(steps, cut);
    if (!player.stage().is_over()) player.pass_in_silence();
    EXPECT_LE(player.stage().waiting(), 0) << "after line " << steps[cut - 1].number;
  }
}

TEST_P(IrcCut, CloseAtEveryStepLeavesNothingUnanswered) {
  const auto steps = inputs();
  for (std::size_t cut = 1; cut <= steps.size(); ++cut) {
    Player player;
    player.play(steps, cut);
    if (player.stage().is_over() || !player.is_connected()) continue;
    player.play("link>", "down Connection reset");
    if (!player.stage().is_over()) player.pass_in_silence();
    EXPECT_LE(player.stage().waiting(), 0) << "after line " << steps[cut - 1].number;
  }
}

INSTANTIATE_TEST_SUITE_P(Files, IrcCut, testing::ValuesIn(transcripts()),
                         [](const auto& file) { return file.param.stem().string(); });

}  // namespace
}  // namespace isthmus::irc::test
