// Values of the foreign side as nodes: what clients ask, and what they are told.
#include "xmpp/pubsub.hpp"

#include "tests/xmpp/dispatcher_stage.hpp"

namespace isthmus::xmpp {
namespace {

class PubsubTest : public DispatcherTest {
 protected:
  PubsubTest() { foreign.can = {Capability::values}; }

  std::vector<std::string> ask(const std::string& type, const std::string& inside,
                               std::string_view to = "irc.example.org") {
    return receive("<iq xmlns='jabber:component:accept' type='" + type + "' id='q' from='" + std::string{balcony} +
                   "' to='" + std::string{to} + "'>" + inside + "</iq>");
  }
  std::vector<std::string> pubsub(const std::string& type, const std::string& inside) {
    return ask(type, "<pubsub xmlns='http://jabber.org/protocol/pubsub'>" + inside + "</pubsub>");
  }
  std::vector<std::string> subscribe(const std::string& node, const std::string& jid = "juliet@example.org") {
    return pubsub("set", "<subscribe node='" + node + "' jid='" + jid + "'/>");
  }
  std::vector<std::string> publish(const std::string& payload, const std::string& options = {}) {
    return pubsub("set", "<publish node='net/a/b'><item>" + payload + "</item></publish>" + options);
  }
  static std::string options(const std::string& var, const std::string& value) {
    return "<publish-options><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'>"
           "<value>http://jabber.org/protocol/pubsub#publish-options</value></field><field var='" +
           var + "'><value>" + value + "</value></field></x></publish-options>";
  }
  static Data value(std::string bytes, Data::Form form = Data::Form::text) {
    Data data;
    data.form = form;
    data.place = "a/b";
    data.bytes = std::move(bytes);
    return data;
  }
  /// A place of values changes, which juliet watches as `watched`.
  std::vector<std::string> changes(NewValue what, std::string_view watched = "a/b") {
    auto event = std::make_unique<Event>();
    event->about.id = base.ids.next(now);
    event->about.source = foreign_id;
    event->about.owner = base.names.intern("juliet@example.org");
    event->about.conversation = {foreign_id, PlaceKind::direct, base.names.intern("net"), base.names.intern(watched)};
    event->what = std::move(what);
    base.router.emit(std::move(event));
    return settle();
  }
  void answer_with(const std::function<void(Request::Question&)>& fill) {
    auto event = std::move(foreign.pending.front());
    foreign.pending.erase(foreign.pending.begin());
    fill(std::get<Request>(event->what).what);
    base.router.confirmed(std::move(event));
  }
  std::vector<std::string> branch(ReadBranch found) {
    answer_with([&](Request::Question& question) { question = std::move(found); });
    return settle();
  }
};

TEST_F(PubsubTest, ASubscriptionIsGrantedByTheForeignSideAndThenTold) {
  foreign.answers.push_back(Pending{});
  EXPECT_THAT(subscribe("net/a/b"), IsEmpty()) << "the foreign side has not answered";
  EXPECT_THAT(emitted(), ElementsAre("request a/b%net watch-values"));
  base.router.confirmed(std::move(foreign.pending.front()));
  EXPECT_THAT(settle(), ElementsAre(HasSubstr("<pubsub xmlns=\"http://jabber.org/protocol/pubsub\"><subscription "
                                              "node=\"net/a/b\" jid=\"juliet@example.org\" "
                                              "subscription=\"subscribed\"/></pubsub>")));
  EXPECT_THAT(changes({"a/b", value("21.5")}),
              ElementsAre(AllOf(HasSubstr("from=\"irc.example.org\" to=\"juliet@example.org\" type=\"headline\""),
                                HasSubstr("<event xmlns=\"http://jabber.org/protocol/pubsub#event\"><items "
                                          "node=\"net/a/b\"><item id=\"current\"><value "
                                          "xmlns=\"urn:isthmus:value:0\" enc=\"utf8\" qos=\"0\">21.5</value>"))));
}

TEST_F(PubsubTest, AValueThatIsGoneIsARetraction) {
  subscribe("net/a/b");
  EXPECT_THAT(changes({"a/b", {}}),
              ElementsAre(HasSubstr("<items node=\"net/a/b\"><retract id=\"current\"/></items>")));
}

TEST_F(PubsubTest, WhatAFilterSelectsNamesItsOwnNodeAndTheFilter) {
  subscribe("net/a/#");
  EXPECT_THAT(changes({"a/c", value("1")}, "a/#"),
              ElementsAre(AllOf(HasSubstr("<items node=\"net/a/c\">"),
                                HasSubstr("<headers xmlns=\"http://jabber.org/protocol/shim\"><header "
                                          "name=\"Collection\">net/a/#</header></headers>"))));
}

TEST_F(PubsubTest, WhenTheLastSubscriberIsGoneItIsWatchedNoMore) {
  subscribe("net/a/b");
  subscribe("net/a/b", std::string{balcony});
  EXPECT_THAT(changes({"a/b", value("1")}), testing::SizeIs(2));
  foreign.seen.clear();
  EXPECT_THAT(pubsub("set", "<unsubscribe node='net/a/b' jid='juliet@example.org'/>"),
              ElementsAre(HasSubstr("type=\"result\"")));
  EXPECT_THAT(emitted(), IsEmpty());
  receive("<message xmlns='jabber:component:accept' type='error' from='" + std::string{balcony} +
          "' to='irc.example.org'><error type='cancel'><service-unavailable "
          "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>");
  EXPECT_THAT(emitted(), ElementsAre("request a/b%net unwatch-values"));
  EXPECT_THAT(changes({"a/b", value("2")}), IsEmpty());
}

TEST_F(PubsubTest, SubscriptionsAreListed) {
  subscribe("net/a/b");
  subscribe("net/c");
  EXPECT_THAT(pubsub("get", "<subscriptions/>"),
              ElementsAre(AllOf(HasSubstr("node=\"net/a/b\""), HasSubstr("node=\"net/c\""))));
  EXPECT_THAT(pubsub("get", "<subscriptions node='net/c'/>"),
              ElementsAre(AllOf(Not(HasSubstr("node=\"net/a/b\"")), HasSubstr("node=\"net/c\" jid="))));
}

TEST_F(PubsubTest, WhatTheStoreKnowsIsWatchedAnew) {
  subscribe("net/a/b");
  foreign.seen.clear();
  Dispatcher restarted{base.runtime, home_id, Access{{"example.org"}, {}, {}}, [this] { return now; }};
  restarted.add({"irc.example.org", foreign_id, &foreign, &foreign.addresses(), &outlet});
  users.dispatcher = &restarted;
  foreign.answers.push_back(Rejected{{Condition::forbidden, Remedy::auth, "no more", {}}});
  restarted.on_up(*restarted.find("irc.example.org"));
  EXPECT_THAT(settle(), ElementsAre(HasSubstr("subscription=\"none\""))) << "it was refused for good";
  EXPECT_THAT(emitted(), ElementsAre("request a/b%net watch-values"));
  users.dispatcher = &dispatcher;
}

struct Refused {
  std::string name;
  std::string type;
  std::string inside;
  std::string condition;
  std::string detail;
};

class PubsubRefuses : public PubsubTest, public testing::WithParamInterface<Refused> {};

TEST_P(PubsubRefuses, WithTheConditionOfTheSpecification) {
  const auto& it = GetParam();
  EXPECT_THAT(pubsub(it.type, it.inside),
              ElementsAre(AllOf(HasSubstr("type=\"error\""), HasSubstr("<" + it.condition + " "),
                                HasSubstr(it.detail.empty() ? ""
                                                            : "<" + it.detail +
                                                                  " xmlns=\"http://jabber.org/"
                                                                  "protocol/pubsub#errors\""))));
  EXPECT_THAT(emitted(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Table, PubsubRefuses,
    testing::Values(
        Refused{"subscribe_no_node", "set", "<subscribe jid='juliet@example.org'/>", "bad-request", "nodeid-required"},
        Refused{"subscribe_network", "set", "<subscribe node='net' jid='juliet@example.org'/>", "item-not-found", ""},
        Refused{"subscribe_other", "set", "<subscribe node='net/a' jid='romeo@example.org'/>", "bad-request",
                "invalid-jid"},
        Refused{"subscribe_no_jid", "set", "<subscribe node='net/a'/>", "bad-request", "invalid-jid"},
        Refused{"unsubscribe_unknown", "set", "<unsubscribe node='net/a' jid='juliet@example.org'/>",
                "unexpected-request", "not-subscribed"},
        Refused{"items_unknown_id", "get", "<items node='net/a'><item id='7'/></items>", "item-not-found", ""},
        Refused{"items_long_node", "get", "<items node='net/" + std::string(3'000, 'a') + "'/>", "item-not-found", ""},
        Refused{"publish_no_item", "set", "<publish node='net/a'/>", "bad-request", "item-required"},
        Refused{"publish_empty", "set", "<publish node='net/a'><item/></publish>", "bad-request", "payload-required"},
        Refused{"publish_two", "set", "<publish node='net/a'><item/><item/></publish>", "not-allowed",
                "max-items-exceeded"},
        Refused{"publish_other_payload", "set",
                "<publish node='net/a'><item><entry xmlns='http://www.w3.org/2005/Atom'/></item></publish>",
                "bad-request", "invalid-payload"},
        Refused{"publish_no_json", "set",
                "<publish node='net/a'><item><json xmlns='urn:xmpp:json:0'>{</json></item></publish>", "bad-request",
                "invalid-payload"},
        Refused{"publish_no_base64", "set",
                "<publish node='net/a'><item><value xmlns='urn:isthmus:value:0' enc='base64'>!</value></item>"
                "</publish>",
                "bad-request", "invalid-payload"},
        Refused{"publish_qos_3", "set",
                "<publish node='net/a'><item><value xmlns='urn:isthmus:value:0' qos='3'>1</value></item></publish>",
                "bad-request", "invalid-payload"},
        Refused{"retract_no_item", "set", "<retract node='net/a'/>", "bad-request", "item-required"},
        Refused{"retract_other", "set", "<retract node='net/a'><item id='7'/></retract>", "item-not-found", ""},
        Refused{"create", "set", "<create node='net/a'/>", "feature-not-implemented", "unsupported"},
        Refused{"options", "get", "<options node='net/a' jid='juliet@example.org'/>", "feature-not-implemented",
                "unsupported"},
        Refused{"affiliations_no_node", "get", "<affiliations/>", "bad-request", "nodeid-required"},
        Refused{"affiliations_network", "get", "<affiliations node='net'/>", "item-not-found", ""},
        Refused{"affiliations_set", "set", "<affiliations node='net/a'/>", "bad-request", ""},
        Refused{"nonsense", "set", "<dance/>", "bad-request", ""}),
    [](const auto& row) { return row.param.name; });

struct Affiliation {
  bool may_read;
  bool may_publish;
  std::string name;  // "none": there is none
};

class PubsubAffiliations : public PubsubTest, public testing::WithParamInterface<Affiliation> {
 protected:
  static ReadBranch rights() {
    ReadBranch branch;
    branch.may_read = GetParam().may_read;
    branch.may_publish = GetParam().may_publish;
    return branch;
  }
};

TEST_P(PubsubAffiliations, AreWhatOneMayDo) {
  foreign.answers.push_back(Pending{});
  pubsub("get", "<affiliations node='net/a/b'/>");
  const auto& name = GetParam().name;
  EXPECT_THAT(branch(rights()),
              ElementsAre(HasSubstr(name == "none" ? "<affiliations node=\"net/a/b\"/>"
                                                   : "<affiliations node=\"net/a/b\"><affiliation node=\"net/a/b\" "
                                                     "affiliation=\"" +
                                                         name + "\"/></affiliations>")));
}

TEST_P(PubsubAffiliations, AreManagedByThoseWhoMayPublish) {
  foreign.answers.push_back(Pending{});
  ask("get", "<pubsub xmlns='http://jabber.org/protocol/pubsub#owner'><affiliations node='net/a/b'/></pubsub>");
  EXPECT_THAT(branch(rights()),
              ElementsAre(GetParam().may_publish ? HasSubstr("<affiliation jid=\"juliet@example.org\" affiliation=\"" +
                                                             GetParam().name + "\"/>")
                                                 : HasSubstr("<forbidden ")));
}

INSTANTIATE_TEST_SUITE_P(Table, PubsubAffiliations,
                         testing::Values(Affiliation{true, true, "publisher"}, Affiliation{false, true, "publish-only"},
                                         Affiliation{true, false, "member"}, Affiliation{false, false, "none"}),
                         [](const auto& row) {
                           return row.param.name == "publish-only" ? "publish_only" : row.param.name;
                         });

TEST_F(PubsubTest, NobodyChangesAffiliations) {
  EXPECT_THAT(ask("set",
                  "<pubsub xmlns='http://jabber.org/protocol/pubsub#owner'><affiliations node='net/a'>"
                  "<affiliation jid='romeo@example.org' affiliation='owner'/></affiliations></pubsub>"),
              ElementsAre(AllOf(HasSubstr("<feature-not-implemented "), HasSubstr("modify-affiliations"))));
}

TEST_F(PubsubTest, TooManySubscriptionsOnTheForeignSideAreToldAsSuch) {
  foreign.answers.push_back(Rejected{{Condition::policy_violation, Remedy::wait, "enough", {}}});
  EXPECT_THAT(subscribe("net/a"),
              ElementsAre(AllOf(HasSubstr("<policy-violation "), HasSubstr("<too-many-subscriptions "))));
}

TEST_F(PubsubTest, AnItemIsPublishedAndKeptUnlessToldOtherwise) {
  EXPECT_THAT(publish("<value xmlns='urn:isthmus:value:0'>ON</value>"),
              ElementsAre(HasSubstr("<publish node=\"net/a/b\"><item id=\"current\"/></publish>")));
  publish("<json xmlns='urn:xmpp:json:0'>{\"on\":true}</json>", options("pubsub#persist_items", "0"));
  EXPECT_THAT(emitted(), ElementsAre("request a/b%net publish  stored ON", "request a/b%net publish  {\"on\":true}"));
  EXPECT_THAT(publish("<value xmlns='urn:isthmus:value:0'>ON</value>", options("pubsub#access_model", "whitelist")),
              ElementsAre(AllOf(HasSubstr("<conflict "), HasSubstr("<precondition-not-met "))));
}

TEST_F(PubsubTest, RetractingPublishesNothingToBeKept) {
  EXPECT_THAT(pubsub("set", "<retract node='net/a/b'><item id='current'/></retract>"),
              ElementsAre(HasSubstr("type=\"result\"")));
  EXPECT_THAT(ask("set", "<pubsub xmlns='http://jabber.org/protocol/pubsub#owner'><delete node='net/a/b'/></pubsub>"),
              ElementsAre(HasSubstr("type=\"result\"")));
  EXPECT_THAT(emitted(), ElementsAre("request a/b%net publish  stored ", "request a/b%net publish  stored "));
}

TEST_F(PubsubTest, TheLastValueIsTheOnlyItem) {
  foreign.answers.push_back(Pending{});
  EXPECT_THAT(pubsub("get", "<items node='net/a/b'/>"), IsEmpty());
  answer_with([](Request::Question& question) {
    std::get<ReadValue>(question).found = value(std::string{"\0\xff", 2}, Data::Form::binary);
  });
  EXPECT_THAT(settle(), ElementsAre(HasSubstr("<items node=\"net/a/b\"><item id=\"current\"><value "
                                              "xmlns=\"urn:isthmus:value:0\" enc=\"base64\" qos=\"0\">AP8=</value>")));
  EXPECT_THAT(pubsub("get", "<items node='net/a/b'/>"), ElementsAre(HasSubstr("<items node=\"net/a/b\"/>")));
}

TEST_F(PubsubTest, NodesAreBrowsedLevelByLevelAPageAtATime) {
  const std::string query = "<query xmlns='http://jabber.org/protocol/disco#items' node='net/a'>";
  foreign.answers.assign(2, Pending{});
  ask("get", query + "<set xmlns='http://jabber.org/protocol/rsm'><max>1</max><after>b</after></set></query>");
  ReadBranch found;
  found.found = {{.name = "b", .has_value = true}, {.name = "c", .has_more = true}};
  EXPECT_THAT(branch(found),
              ElementsAre(AllOf(HasSubstr("node=\"net/a\"><item jid=\"irc.example.org\" node=\"net/a/c\" name=\"c\"/>"),
                                HasSubstr("<first index=\"1\">c</first><last>c</last><count>2</count>"))));
  ask("get", query + "</query>");
  EXPECT_THAT(branch({}), ElementsAre(HasSubstr("<item-not-found ")));
}

TEST_F(PubsubTest, ANodeSaysWhatItIs) {
  foreign.answers.push_back(Pending{});
  ask("get", "<query xmlns='http://jabber.org/protocol/disco#info' node='net/a'/>");
  ReadBranch found;
  found.has_value = found.may_read = true;
  found.found = {{.name = "b", .has_value = true}};
  EXPECT_THAT(branch(found),
              ElementsAre(AllOf(HasSubstr("<identity category=\"pubsub\" type=\"leaf\" name=\"net/a\"/>"),
                                HasSubstr("type=\"collection\""), HasSubstr("pubsub#meta-data"))));
}

TEST_F(PubsubTest, TheServiceSaysThatItIsOne) {
  const auto info = ask("get", "<query xmlns='http://jabber.org/protocol/disco#info'/>");
  EXPECT_THAT(info, ElementsAre(AllOf(HasSubstr("<identity category=\"pubsub\" type=\"service\""),
                                      HasSubstr("http://jabber.org/protocol/pubsub#retrieve-items"))));
  foreign.can = {};
  EXPECT_THAT(ask("get", "<query xmlns='http://jabber.org/protocol/disco#info'/>"),
              ElementsAre(Not(HasSubstr("pubsub"))));
  EXPECT_THAT(pubsub("get", "<items node='net/a/b'/>"), ElementsAre(HasSubstr("<service-unavailable ")));
}

TEST_F(PubsubTest, WhileTheStreamIsDownWhatWasPromisedWaits) {
  subscribe("net/a/b");
  outlet.up = false;
  auto promised = value("1");
  promised.qos = 1;
  changes({"a/b", value("2")});
  changes({"a/b", promised});
  EXPECT_EQ(base.router.waiting(home_id), 1U);
  outlet.up = true;
  base.router.resumed(home_id);
  EXPECT_THAT(settle(), ElementsAre(HasSubstr(">1</value>")));
}

TEST_F(PubsubTest, WhatWasPromisedIsToldAgainWhenTheStreamIsLostBeforeItIsKnownToBeRouted) {
  const auto& domain = *dispatcher.find("irc.example.org");
  subscribe("net/a/b");
  auto promised = value("1");
  promised.qos = 1;
  const auto first = changes({"a/b", promised});
  ASSERT_THAT(first, ElementsAre(HasSubstr(">1</value>")));
  changes({"a/b", value("2")});
  std::string raw;  // with the ping to ourselves
  const auto lose_the_stream_and_get_it_back = [&] {
    outlet.up = false;
    dispatcher.on_down(domain);
    base.router.settle();
    outlet.up = true;
    base.router.resumed(home_id);
    base.router.settle();
    raw = outlet.out;
    return settle();
  };
  EXPECT_THAT(lose_the_stream_and_get_it_back(), ElementsAre(first[0])) << "of QoS 0 nothing was promised";
  EXPECT_THAT(lose_the_stream_and_get_it_back(), ElementsAre(first[0]));
  const auto begin = raw.find("id='", raw.rfind("<iq ")) + 4;
  EXPECT_TRUE(dispatcher.on_own_ping(domain, raw.substr(begin, raw.find('\'', begin) - begin)));
  EXPECT_THAT(lose_the_stream_and_get_it_back(), IsEmpty());
}

}  // namespace
}  // namespace isthmus::xmpp
