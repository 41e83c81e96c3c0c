#include "xmpp/stanza.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <string>
#include <vector>

#include "xmpp/errc.hpp"
#include "xmpp/namespaces.hpp"

namespace isthmus::xmpp {
namespace {

/// A stanza with the bytes that it stands in.
class Parsed {
 public:
  explicit Parsed(std::string text) : text_{std::move(text)}, root_{parser_.parse(text_)} {}
  bool is_refused() const { return !root_; }
  pugi::xml_node root() const { return root_.value(); }

 private:
  std::string text_;
  StanzaParser parser_;
  Result<pugi::xml_node> root_;
};

std::string text_at(const Parsed& stanza, std::string_view ns, std::string_view name) {
  std::string scratch;
  return std::string{text_of(child(stanza.root(), ns, name), scratch)};
}

TEST(StanzaParser, ReadsWhatProsodySends) {
  const Parsed message{
      "<message id='m1' type='groupchat' to='#lounge%irc.libera.chat@irc.example.org' "
      "from='juliet@example.org/balcony' xml:lang='en'>"
      "<body>a &amp; b &lt;c&gt; &apos;q&apos; &quot;dq&quot; \xC3\xA9 \xF0\x9F\x98\x80 \r \nx\n\ty]]&gt;</body>"
      "<origin-id xmlns='urn:xmpp:sid:0' id='m1'/><active xmlns='http://jabber.org/protocol/chatstates'/></message>"};
  ASSERT_FALSE(message.is_refused());
  EXPECT_EQ(local_name(message.root()), "message");
  EXPECT_EQ(namespace_of(message.root()), component_ns);
  EXPECT_EQ(attribute(message.root(), "to"), "#lounge%irc.libera.chat@irc.example.org");
  EXPECT_EQ(attribute(message.root(), "xml:lang"), "en");
  EXPECT_EQ(attribute(message.root(), "none"), "");
  EXPECT_EQ(text_at(message, component_ns, "body"), "a & b <c> 'q' \"dq\" \xC3\xA9 \xF0\x9F\x98\x80 \n \nx\n\ty]]>");
  EXPECT_EQ(attribute(child(message.root(), ns::stanza_ids, "origin-id"), "id"), "m1");
  EXPECT_TRUE(child(message.root(), ns::chat_states, "active"));
  EXPECT_FALSE(child(message.root(), ns::receipts, "active"));
  EXPECT_FALSE(child(message.root(), component_ns, "active"));
}

TEST(StanzaParser, ReadsProsodysNamespacesForPrefixedElementsOfClients) {
  const Parsed message{
      "<message id='m2' type='chat' to='nick%irc.libera.chat@irc.example.org' from='juliet@example.org/balcony' "
      "xml:lang='en'>"
      "<body>&lt;cdata&gt; &amp; </body><bar xmlns:ns1='urn:foo' ns1:attr='1' plain='a\nb' xmlns='urn:foo'><baz>x</baz>"
      "<qux xmlns='urn:q'/><nons xmlns=''/></bar><el xmlns:ns1='urn:p' ns1:at='&apos;&quot;' "
      "xmlns='urn:p'/></message>"};
  ASSERT_FALSE(message.is_refused());
  const auto bar = child(message.root(), "urn:foo", "bar");
  EXPECT_EQ(attribute(bar, "ns1:attr"), "1");
  EXPECT_EQ(attribute(bar, "plain"), "a b");
  EXPECT_TRUE(child(bar, "urn:foo", "baz"));
  EXPECT_TRUE(child(bar, "urn:q", "qux"));
  EXPECT_TRUE(child(bar, "", "nons"));
  EXPECT_FALSE(child(bar, component_ns, "nons"));
  EXPECT_EQ(attribute(child(message.root(), "urn:p", "el"), "ns1:at"), "'\"");
}

TEST(StanzaParser, ReadsNestedDefaultNamespaces) {
  const Parsed message{
      "<message type='chat' to='nick%irc@irc.example.org/Res Ource' from='juliet@example.org/balcony'><body> </body>"
      "<html xmlns='http://jabber.org/protocol/xhtml-im'><body xmlns='http://www.w3.org/1999/xhtml'><p>a <b>b</b> "
      "<i>c</i></p></body>"
      "</html></message>"};
  ASSERT_FALSE(message.is_refused());
  EXPECT_EQ(text_at(message, component_ns, "body"), " ");
  const auto html = child(message.root(), "http://jabber.org/protocol/xhtml-im", "html");
  const auto paragraph =
      child(child(html, "http://www.w3.org/1999/xhtml", "body"), "http://www.w3.org/1999/xhtml", "p");
  std::string scratch;
  EXPECT_EQ(text_of(paragraph, scratch), "a  ");
}

TEST(StanzaParser, ReadsWhatEjabberdSends) {
  Parsed open{
      "<stream:stream id='14926944745883936696' xml:lang='en' xmlns:stream='http://etherx.jabber.org/streams' "
      "from='irc.example.org' xmlns='jabber:component:accept'/>"};
  ASSERT_FALSE(open.is_refused());
  EXPECT_TRUE(is(open.root(), ns::streams, "stream"));
  EXPECT_EQ(attribute(open.root(), "id"), "14926944745883936696");
  Parsed handshake{"<handshake/>"};
  EXPECT_TRUE(is(handshake.root(), component_ns, "handshake"));
  // The client wrote <body/> first and <p:active/>: ejabberd moves what it knows behind, and leaves the prefix
  // declared.
  Parsed message{
      "<message xml:lang='de' to='#hall%ngircd.example@irc.example.org' from='romeo@example.org/Balcony' "
      "type='groupchat' id='m1'><active xmlns='http://jabber.org/protocol/chatstates' "
      "xmlns:p='http://jabber.org/protocol/chatstates'/><x xmlns='urn:example'><b xmlns='urn:other' xmlns:q='urn:q' "
      "q:a='1'/></x><body>a &lt; &quot;b&quot; &apos; \xC3\xBC \r c</body></message>"};
  ASSERT_FALSE(message.is_refused());
  EXPECT_TRUE(child(message.root(), "http://jabber.org/protocol/chatstates", "active"));
  EXPECT_TRUE(child(child(message.root(), "urn:example", "x"), "urn:other", "b"));
  EXPECT_EQ(text_at(message, component_ns, "body"), "a < \"b\" ' \xC3\xBC \n c");
  // Addresses come as the user typed them.
  Parsed presence{
      "<presence xml:lang='en' to='#HaLL\\26co%ngircd.example@IRC.example.org/Romeo \xC3\x9C' "
      "from='romeo@example.org/Balcony' id='p1'><x xmlns='http://jabber.org/protocol/muc'><history maxchars='0'/></x>"
      "</presence>"};
  ASSERT_FALSE(presence.is_refused());
  EXPECT_EQ(attribute(presence.root(), "to"), "#HaLL\\26co%ngircd.example@IRC.example.org/Romeo \xC3\x9C");
  EXPECT_TRUE(child(presence.root(), "http://jabber.org/protocol/muc", "x"));
}

TEST(StanzaParser, TakesTheStreamsOwnPrefixForDeclared) {
  const Parsed error{"<stream:error><invalid-from xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>"};
  ASSERT_FALSE(error.is_refused());
  EXPECT_TRUE(is(error.root(), ns::streams, "error"));
  EXPECT_TRUE(child(error.root(), ns::stream_errors, "invalid-from"));
}

TEST(StanzaParser, JoinsCharacterDataInPieces) {
  const Parsed message{"<message><body>one <![CDATA[<two> &amp; ]]>three<b/> four</body></message>"};
  ASSERT_FALSE(message.is_refused());
  EXPECT_EQ(text_at(message, component_ns, "body"), "one <two> &amp; three four");
  EXPECT_EQ(text_at(message, component_ns, "subject"), "");
}

TEST(StanzaParser, DecodesReferences) {
  const Parsed message{
      "<message a='&lt;&#10;&#x9;&quot;' b=\"'\"><body>&#65;&#x1F600;&#xe9;&amp;amp;&gt;</body></message>"};
  ASSERT_FALSE(message.is_refused());
  EXPECT_EQ(attribute(message.root(), "a"), "<\n\t\"");
  EXPECT_EQ(attribute(message.root(), "b"), "'");
  EXPECT_EQ(text_at(message, component_ns, "body"), "A\xF0\x9F\x98\x80\xC3\xA9&amp;>");
}

TEST(StanzaParser, TakesEverythingThatIsWellFormed) {
  for (const std::string text : {
           "<a/>",
           "<a></a>",
           "<a ></a >",
           "<a\tb = 'c'\n/>",
           "<a>]]</a>",
           "<a>]] ></a>",
           "<a b=']]>'/>",
           "<a>></a>",
           "<a b='>'/>",
           "<a><![CDATA[&#0; & < ]] ]]></a>",
           "<a><![CDATA[]]></a>",
           "<a b='\x7F'/>",
           "<a>\xC2\x80\xEF\xBF\xBD\xF4\x8F\xBF\xBF</a>",
           "<\xC3\xA9 \xE4\xB8\xAD='x'/>",
           "<_-.1/>",
           "<p:a xmlns:p='u' p:b='' b=''><p:c/></p:a>",
           "<a xml:lang='en' xml:space=''/>",
           "<a xmlns:xml='http://www.w3.org/XML/1998/namespace'/>",
           "<a><p:b xmlns:p='u'/><p:c xmlns:p='v'/></a>",
           "<p:a xmlns:p='u'><p:b xmlns:p='v'/><p:c/></p:a>",
           "<a\xC2\xB7/>",
       }) {
    EXPECT_FALSE(Parsed{text}.is_refused()) << text;
  }
}

TEST(StanzaParser, RefusesWhatIsNotWellFormed) {
  for (const std::string text : {
           // anything but one element
           "",
           "<",
           "<>",
           "a",
           "</a>",
           "<a>",
           "<a/><b/>",
           "<a/>b",
           "<a/>>",
           " <a/>",
           "<a/> ",
           "<a></a></a>",
           "<!---->",
           "<?xml version='1.0'?>",
           "<a><!-- --></a>",
           "<a><?b c?></a>",
           "<a><!DOCTYPE b></a>",
           "<![CDATA[x]]>",
           "<a><![CDATA[x</a>",
           "<a><![CDATA[x]]</a>",
           // tags
           "<a></b>",
           "<a><b></a></b>",
           "<a></a/>",
           "<a></a b=''>",
           "<a/ >",
           "< a/>",
           "<a></ a>",
           "<1/>",
           "<-/>",
           "<a<b/>",
           "<a;/>",
           // attributes
           "<a b/>",
           "<a b=/>",
           "<a b=c/>",
           "<a b='c/>",
           "<a b='c\"/>",
           "<a b='' b=''/>",
           "<a b=''c=''/>",
           "<a 1=''/>",
           "<a b='<'/>",
           "<a =''/>",
           // references
           "<a>&</a>",
           "<a>&;</a>",
           "<a>&foo;</a>",
           "<a>&nbsp;</a>",
           "<a>&amp</a>",
           "<a>&AMP;</a>",
           "<a b='&foo;'/>",
           "<a>&#;</a>",
           "<a>&#x;</a>",
           "<a>&#0;</a>",
           "<a>&#1;</a>",
           "<a>&#x1f;</a>",
           "<a b='&#8;'/>",
           "<a>&#xD800;</a>",
           "<a>&#xFFFE;</a>",
           "<a>&#x110000;</a>",
           "<a>&#99999999999999999999;</a>",
           "<a>&#4294967361;</a>",
           "<a>&#X41;</a>",
           "<a>&#4a;</a>",
           "<a>&#65</a>",
           "<a>& amp;</a>",
           // characters
           "<a>\x01</a>",
           "<a>\x1F</a>",
           "<a b='\x02'/>",
           "<a><![CDATA[\x03]]></a>",
           "<a>\x80</a>",
           "<a>\xC0\x80</a>",
           "<a>\xC3</a>",
           "<a>\xED\xA0\x80</a>",
           "<a>\xEF\xBF\xBE</a>",
           "<a>\xEF\xBF\xBF</a>",
           "<a>\xF4\x90\x80\x80</a>",
           "<a>\xE2\x82</a>",
           "<a b='\xFF'/>",
           "<a>]]></a>",
           "<\xC3\x97/>",
           "<a\xE2\x80\xA8/>",
           "<\xC2\xB7/>",
           // names and namespaces
           "<p:a/>",
           "<a p:b=''/>",
           "<a><p:b xmlns:p='u'/><p:c/></a>",
           "<:a/>",
           "<a:/>",
           "<a:b:c xmlns:a='u'/>",
           "<a: xmlns:a='u'/>",
           "<p:1 xmlns:p='u'/>",
           "<a xmlns:p=''/>",
           "<a xmlns:xmlns='u'/>",
           "<a xmlns:xml='u'/>",
           "<xmlns:a/>",
           "<a xmlns:=''/>",
       }) {
    EXPECT_TRUE(Parsed{text}.is_refused()) << text;
  }
  EXPECT_TRUE(Parsed{std::string("<a>\0</a>", 8)}.is_refused());
}

TEST(StanzaParser, SaysWhatIsWrong) {
  StanzaParser parser;
  std::string text = "<a></b>";
  EXPECT_EQ(parser.parse(text).error(), Errc::not_well_formed);
  EXPECT_EQ(parser.parse(text).error().message(), "not well-formed XML");
}

TEST(StanzaParser, TakesSixtyFourAttributesAndNoMore) {
  std::string tag = "<a";
  for (int i = 0; i < 64; ++i) tag += " b" + std::to_string(i) + "=''";
  EXPECT_FALSE(Parsed{tag + "/>"}.is_refused());
  EXPECT_TRUE(Parsed{tag + " c=''/>"}.is_refused());
}

TEST(StanzaParser, FindsABadByteWhereverItStands) {
  // At every distance from the stanza's end and so at every place in a block of 16.
  for (std::size_t length = 0; length < 40; ++length) {
    for (std::size_t at = 0; at <= length; ++at) {
      std::string text(length, 'x');
      text.insert(at, 1, '\x01');
      EXPECT_TRUE(Parsed{"<a>" + text + "</a>"}.is_refused()) << length << ' ' << at;
      EXPECT_TRUE(Parsed{"<a b='" + text + "'/>"}.is_refused()) << length << ' ' << at;
    }
  }
}

TEST(StanzaParser, ReadsOnAfterARefusal) {
  StanzaParser parser;
  for (int i = 0; i < 3; ++i) {
    std::string bad = "<p:a xmlns:p='u'><b></p:a>";
    EXPECT_FALSE(parser.parse(bad));
    std::string undeclared = "<p:a/>";
    EXPECT_FALSE(parser.parse(undeclared));
    std::string good = "<a><b>c</b></a>";
    const auto root = parser.parse(good);
    ASSERT_TRUE(root);
    std::string scratch;
    EXPECT_EQ(text_of(child(*root, component_ns, "b"), scratch), "c");
  }
}

// pugixml's memory functions, with a count of what they still ask of the heap: what is freed is taken at once, so that
// it cannot come again.
struct Heap {
  static inline pugi::allocation_function allocate = nullptr;
  static inline pugi::deallocation_function deallocate = nullptr;
  static inline std::vector<void*> taken;
  static inline std::vector<void*> given;
};

TEST(StanzaParser, KeepsItsPageBetweenStanzas) {
  StanzaParser first;
  StanzaParser second;
  Heap::allocate = pugi::get_memory_allocation_function();
  Heap::deallocate = pugi::get_memory_deallocation_function();
  pugi::set_memory_management_functions(
      [](std::size_t size) {
        Heap::given.push_back(Heap::allocate(size));
        return Heap::given.back();
      },
      [](void* memory) {
        Heap::deallocate(memory);
        Heap::taken.push_back(std::malloc(PugixmlPage::size));
      });
  for (int i = 0; i < 100; ++i) {
    std::string text = "<message from='a' to='b'><body>hi</body></message>";
    EXPECT_TRUE(first.parse(text));
    std::string other = "<presence from='a' to='b'/>";
    EXPECT_TRUE(second.parse(other));
  }
  pugi::set_memory_management_functions(Heap::allocate, Heap::deallocate);
  std::ranges::for_each(Heap::taken, [](void* memory) { std::free(memory); });
  std::ranges::sort(Heap::given);
  const auto repeated = std::ranges::unique(Heap::given);
  Heap::given.erase(repeated.begin(), repeated.end());
  EXPECT_EQ(Heap::given.size(), 2U);  // a page each
}

TEST(StanzaParser, GoesWithoutItsPageWhileAnotherDocumentHasIt) {
  pugi::xml_document other;
  {
    StanzaParser parser;
    other.load_string("<x/>");  // takes the parser's page
    std::string text = "<a><b/></a>";
    EXPECT_TRUE(parser.parse(text));
  }
  EXPECT_STREQ(other.first_child().name(), "x");  // and outlives it
}

TEST(StanzaParser, ParsesAStanzaLargerThanAPage) {
  std::string text = "<a>";
  for (int i = 0; i < 5000; ++i) text += "<b c='d'>e</b>";
  text += "</a>";
  StanzaParser parser;
  for (int round = 0; round < 3; ++round) {
    std::string copy = text;
    const auto root = parser.parse(copy);
    ASSERT_TRUE(root);
    EXPECT_EQ(std::distance(root->begin(), root->end()), 5000);
  }
}

}  // namespace
}  // namespace isthmus::xmpp
