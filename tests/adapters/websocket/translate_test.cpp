#include "adapters/websocket/translate.hpp"

#include <gtest/gtest.h>

#include "gateway/model/json.hpp"

namespace isthmus::websocket {
namespace {

using namespace std::chrono_literals;

const Saying saying{"1", "mqtt:plant/lamp", {}, {}};

Message value_of(Data data) {
  data.bytes = "ON";
  Message message{Style::normal, "ON"};
  message.data = std::move(data);
  return message;
}

TEST(ValueOfAnotherNetwork, IsSaidWithWhatTheClientWishes) {
  Say say;
  say.what = Words{"ON"};
  EXPECT_EQ(to_value(say)->data->expiry, std::nullopt);
  say.expiry = 30s;
  EXPECT_EQ(to_value(say)->data->expiry, 30s);
}

TEST(ValueOfAnotherNetwork, IsToldWithWhatIsKnownOfIt) {
  Data data;
  EXPECT_FALSE(value_record(value_of(data), saying, false).members.contains("expiry_s"));
  data.expiry = 30s;
  EXPECT_EQ(value_record(value_of(data), saying, false).members.at("expiry_s"), 30);
}

}  // namespace
}  // namespace isthmus::websocket
