#include "adapters/mqtt/kept_names.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/mqtt/address.hpp"
#include "tests/support/memory_store.hpp"

namespace isthmus::mqtt {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(KeptNames, MeanTheSameAfterARestart) {
  test::MemoryStore store;
  {
    KeptNames kept{store};
    kept.keep_slug("plant", "id of a lamp", "lamp");
    kept.keep_topic("home/a", "digest");
    kept.keep_topic("home/b", "other");
    kept.drop_topic("other");
    kept.keep_slug("plant", std::string(KeptNames::max_id + 1, 'x'), "long");
  }
  const KeptNames kept{store};
  EXPECT_THAT(kept.slugs("plant"), ElementsAre(Pair("id of a lamp", "lamp")));
  EXPECT_THAT(kept.slugs("office"), IsEmpty());
  EXPECT_THAT(kept.topics(), ElementsAre("home/a"));
}

TEST(KeptNames, ALongTopicIsFoundByItsDigestAgain) {
  NameTable names;
  const std::string topic = "home/" + std::string(600, 'x');
  MqttAddressBook book{AdapterId{1}, names, {"plant"}};
  std::string kept;
  book.set_keep([&](std::string_view one, std::string_view, bool is_remembered) {
    EXPECT_TRUE(is_remembered);
    kept = one;
  });
  book.remember(topic);
  book.remember(topic);
  EXPECT_EQ(kept, topic);
  const auto text = book.text({AdapterId{1}, PlaceKind::direct, names.intern("plant"), names.intern(topic)});
  MqttAddressBook restarted{AdapterId{1}, names, {"plant"}};
  EXPECT_FALSE(restarted.parse(text));
  restarted.remember(kept);
  EXPECT_EQ(restarted.parse(text)->native.view(), topic);
}

}  // namespace
}  // namespace isthmus::mqtt
