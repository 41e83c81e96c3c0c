#include "gateway/runtime/tls_stream.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <array>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>
#include <fstream>
#include <string>

#include "gateway/runtime/task_group.hpp"
#include "tests/support/run.hpp"
#include "tests/support/tls_server.hpp"

namespace isthmus {
namespace {

using namespace std::chrono_literals;
using support::Authority;
using support::Certificate;
using support::make_self_signed;
using support::run;
using support::TlsServer;

const IpAddress loopback = parse_ip_address("127.0.0.1").value();

struct TlsStreamTest : testing::Test {
  TlsWanted wanted(std::string name = "irc.example.org") const {
    return {.server_name = std::move(name), .ca_file = authority.file(), .alpn = "irc"};
  }
  Connected connect_to(std::uint16_t port, TlsWanted tls) {
    return run(loop, connect({loopback}, {.port = port, .tls = std::move(tls), .timeout = support::patience}));
  }
  Connected connect_to(const TlsServer& server) { return connect_to(server.port(), wanted()); }

  static asio::awaitable<std::string> read_to_end(ByteStream& stream) {
    std::string all;
    std::string buffer(256 << 10, '\0');
    for (;;) {
      co_await stream.readable();
      const Moved moved = stream.read_some(buffer);
      if (moved.error) co_return all + (moved.error == asio::error::eof ? "<eof>" : moved.error.message());
      all.append(buffer, 0, moved.bytes);
    }
  }

  static asio::awaitable<void> write(ByteStream& stream, std::string bytes) {
    std::string_view rest = bytes;
    while (!rest.empty()) {
      const std::string moving{rest};  // another address each time: a growing buffer moves too
      const Moved moved = stream.write_some(moving);
      if (moved.error) throw boost::system::system_error{moved.error};
      rest.remove_prefix(moved.bytes);
      if (moved.bytes == 0) co_await stream.writable();
    }
  }

  // Bytes without a pattern that repeats within a record.
  static std::string long_text(std::size_t size) {
    std::string text;
    for (std::uint32_t i = 0; text.size() < size; ++i) text += std::to_string(i * 2'654'435'761U) + ' ';
    text.resize(size);
    return text;
  }

  asio::io_context loop;
  Authority authority;
};

TEST_F(TlsStreamTest, VerifiesAndTalks) {
  std::string heard;
  std::string protocol;
  TlsServer server{authority.issue({}), [&](SSL* ssl) {
                     const unsigned char* name = nullptr;
                     unsigned size = 0;
                     SSL_get0_alpn_selected(ssl, &name, &size);
                     protocol.assign(reinterpret_cast<const char*>(name), size);
                     support::write_all(ssl, "NOTICE * :welcome\r\n");
                     heard = support::read_all(ssl);
                   }};
  Connected connected = connect_to(server);
  ASSERT_TRUE(connected.stream) << connected.why;
  run(loop, write(*connected.stream, "NICK romeo\r\n"));
  std::string buffer(100, '\0');
  run(loop, connected.stream->readable());
  Moved moved = connected.stream->read_some(buffer);
  while (moved.bytes == 0 && !moved.error) {  // session tickets wake the reader too
    run(loop, connected.stream->readable());
    moved = connected.stream->read_some(buffer);
  }
  EXPECT_EQ(buffer.substr(0, moved.bytes), "NOTICE * :welcome\r\n");
  connected.stream->close();
  server.join();
  EXPECT_EQ(heard, "NICK romeo\r\n");
  EXPECT_EQ(protocol, "irc");
  EXPECT_EQ(server.server_name(), "irc.example.org");
}

struct Case {
  const char* name;
  std::function<Certificate(const Authority&)> certificate;
  const char* why;
};

class RefusesCertificate : public TlsStreamTest, public testing::WithParamInterface<Case> {};

TEST_P(RefusesCertificate, AndSaysWhy) {
  TlsServer server{GetParam().certificate(authority)};
  const Connected connected = connect_to(server);
  EXPECT_FALSE(connected.stream);
  EXPECT_EQ(connected.error, TlsErrc::certificate);
  EXPECT_NE(connected.why.find(GetParam().why), std::string::npos) << connected.why;
  EXPECT_TRUE(connected.why.starts_with("127.0.0.1:")) << connected.why;
}

INSTANTIATE_TEST_SUITE_P(
    Table, RefusesCertificate,
    testing::Values(
        Case{"OfAnotherName",
             [](const Authority& a) { return a.issue({.alternative_names = "DNS:a.example.org,DNS:b.example.org"}); },
             "its certificate is for another name (a.example.org, b.example.org)"},
        Case{"OfNoName", [](const Authority& a) { return a.issue({.alternative_names = ""}); },
             "its certificate is for another name"},
        Case{"OfAPartialWildcard",
             [](const Authority& a) { return a.issue({.alternative_names = "DNS:ir*.example.org"}); },
             "its certificate is for another name (ir*.example.org)"},
        Case{"WithControlCharacters",
             [](const Authority& a) { return a.issue({.alternative_names = "DNS:a\x1b[2J\xc3\xa9.example"}); },
             "its certificate is for another name (a?[2J??.example)"},
        Case{"Expired", [](const Authority& a) { return a.issue({.valid_from = -48h, .valid_until = -24h}); },
             "its certificate expired on "},
        Case{"NotYetValid", [](const Authority& a) { return a.issue({.valid_from = 24h, .valid_until = 48h}); },
             "its certificate is not valid before "},
        Case{"SelfSigned", [](const Authority&) { return make_self_signed({}); }, "its certificate is self-signed"},
        Case{"OfAnotherAuthority", [](const Authority&) { return Authority{}.issue({}); },
             "an authority that is not trusted here"}),
    [](const auto& row) { return std::string{row.param.name}; });

TEST_F(TlsStreamTest, TakesAWildcardForOneLabel) {
  TlsServer server{authority.issue({.alternative_names = "DNS:*.example.org"})};
  EXPECT_TRUE(connect_to(server.port(), wanted("irc.example.org.")).stream);
  server.join();
  EXPECT_EQ(server.server_name(), "irc.example.org") << "SNI has no final dot";
}

TEST_F(TlsStreamTest, VerifiesNumericAddressesWithoutNamingThem) {
  TlsServer good{authority.issue({.alternative_names = "IP:127.0.0.1"})};
  EXPECT_TRUE(connect_to(good.port(), wanted("127.0.0.1")).stream);
  good.join();
  EXPECT_EQ(good.server_name(), "");
  TlsServer bad{authority.issue({.alternative_names = "DNS:127.0.0.1"})};
  EXPECT_EQ(connect_to(bad.port(), wanted("127.0.0.1")).error, TlsErrc::certificate);
}

TEST_F(TlsStreamTest, NeverConnectsWithoutANameToVerify) {
  TlsServer server{authority.issue({})};
  const Connected connected = connect_to(server.port(), wanted(""));
  EXPECT_FALSE(connected.stream);
  EXPECT_EQ(connected.error, TlsErrc::handshake);
}

TEST_F(TlsStreamTest, SaysWhenTheTrustedCertificatesCannotBeRead) {
  TlsServer server{authority.issue({})};
  TlsWanted missing = wanted();
  missing.ca_file = "/nonexistent/ca.pem";
  const Connected connected = connect_to(server.port(), missing);
  EXPECT_EQ(connected.error, TlsErrc::trust);
  EXPECT_NE(connected.why.find("/nonexistent/ca.pem: No such file or directory"), std::string::npos) << connected.why;
}

TEST_F(TlsStreamTest, ReadsTheTrustedCertificatesAnewWhenTheirFileHasChanged) {
  const Authority other;
  TlsServer refused{other.issue({})};
  EXPECT_FALSE(connect_to(refused).stream);
  std::filesystem::copy_file(other.file(), authority.file(), std::filesystem::copy_options::overwrite_existing);
  std::filesystem::last_write_time(authority.file(), std::filesystem::file_time_type::clock::now() + 1min);
  TlsServer taken{other.issue({})};
  EXPECT_TRUE(connect_to(taken).stream);
}

TEST_F(TlsStreamTest, RefusesVersionsBelowTls12) {
  TlsServer server{authority.issue({}), {}, TLS1_1_VERSION};
  const Connected connected = connect_to(server);
  EXPECT_FALSE(connected.stream);
  EXPECT_EQ(connected.error, TlsErrc::handshake);
}

TEST_F(TlsStreamTest, SpeaksTls12) {
  TlsServer server{authority.issue({}), [](SSL* ssl) { support::write_all(ssl, "hello"); }, TLS1_2_VERSION};
  Connected connected = connect_to(server);
  ASSERT_TRUE(connected.stream) << connected.why;
  EXPECT_EQ(run(loop, read_to_end(*connected.stream)), "hello<eof>");
}

TEST_F(TlsStreamTest, MovesMuchInBothDirectionsAtOnce) {
  const std::string there = long_text(8 << 20);
  const std::string back = long_text(4 << 20);
  std::string heard;
  TlsServer server{authority.issue({}), [&](SSL* ssl) {
                     support::write_all(ssl, back);
                     SSL_shutdown(ssl);  // ends one direction alone
                     heard = support::read_all(ssl);
                   }};
  Connected connected = connect_to(server);
  ASSERT_TRUE(connected.stream) << connected.why;
  ByteStream& stream = *connected.stream;
  std::string received;
  const auto reads = [](ByteStream& from, std::string& all) -> asio::awaitable<void> {
    all = co_await read_to_end(from);
  };
  const auto body = [&](TaskGroup& tasks) -> asio::awaitable<void> {
    tasks.spawn("reads", reads(stream, received));
    tasks.spawn("writes", write(stream, there));
    co_await tasks.join();
  };
  run(loop, with_tasks(body));
  stream.close();
  server.join();
  EXPECT_TRUE(received == back + "<eof>");
  EXPECT_TRUE(heard == there);
}

// The end stands in the same segment as the bytes, so the socket announces it once only.
TEST_F(TlsStreamTest, TellsAnEndThatCameWithTheLastBytes) {
  TlsServer server{authority.issue({}), [](SSL* ssl) { support::write_all(ssl, "bye"); }};
  Connected connected = connect_to(server);
  ASSERT_TRUE(connected.stream) << connected.why;
  server.join();
  EXPECT_EQ(run(loop, read_to_end(*connected.stream)), "bye<eof>");
}

TEST_F(TlsStreamTest, KeepsWhatDoesNotFitIntoTheReadersBufferReadable) {
  TlsServer server{authority.issue({}), [](SSL* ssl) { support::write_all(ssl, std::string(1'000, 'x')); }};
  Connected connected = connect_to(server);
  ASSERT_TRUE(connected.stream) << connected.why;
  server.join();
  std::string all;
  std::string small(7, '\0');
  while (all.size() < 1'000) {
    run(loop, connected.stream->readable());
    const Moved moved = connected.stream->read_some(small);
    ASSERT_FALSE(moved.error);
    all.append(small, 0, moved.bytes);
  }
  EXPECT_EQ(all, std::string(1'000, 'x'));
}

TEST_F(TlsStreamTest, CallsWhenReadableUntilTheEndIsTold) {
  TlsServer server{authority.issue({}), [](SSL* ssl) { support::write_all(ssl, std::string(1'000, 'x')); }};
  Connected connected = connect_to(server);
  ASSERT_TRUE(connected.stream) << connected.why;
  server.join();
  std::string all;
  std::string small(7, '\0');
  while (!all.ends_with("<eof>")) {
    bool ready = false;
    connected.stream->when_readable([&ready](boost::system::error_code error) { ready = !error; });
    EXPECT_FALSE(ready);
    loop.restart();
    while (!ready) ASSERT_EQ(loop.run_one_for(support::patience), 1U);
    const Moved moved = connected.stream->read_some(small);
    all.append(small, 0, moved.bytes);
    if (moved.error == asio::error::eof) all += "<eof>";
  }
  EXPECT_EQ(all, std::string(1'000, 'x') + "<eof>");
}

TEST_F(TlsStreamTest, FailsWithoutASignalWhenTheOtherSideIsGone) {
  TlsServer server{authority.issue({}), [](SSL* ssl) {
                     const linger reset{.l_onoff = 1, .l_linger = 0};
                     setsockopt(SSL_get_fd(ssl), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
                     SSL_set_quiet_shutdown(ssl, 1);
                   }};
  Connected connected = connect_to(server);
  ASSERT_TRUE(connected.stream) << connected.why;
  server.join();
  Moved moved;
  for (int i = 0; i < 1'000 && !moved.error; ++i) moved = connected.stream->write_some("hello");
  EXPECT_TRUE(moved.error);
  EXPECT_TRUE(connected.stream->write_some("hello").error);
  connected.stream->close();
}

TEST_F(TlsStreamTest, WakesWhoeverWaitsWhenItIsClosed) {
  TlsServer server{authority.issue({}), [](SSL* ssl) { support::read_all(ssl); }};
  Connected connected = connect_to(server);
  ASSERT_TRUE(connected.stream) << connected.why;
  std::string ended;
  const auto reads = [](ByteStream& stream, std::string& log) -> asio::awaitable<void> {
    try {
      co_await read_to_end(stream);
    } catch (const boost::system::system_error& error) {
      log = error.code() == asio::error::operation_aborted ? "aborted" : error.what();
    }
  };
  TaskGroup tasks{loop.get_executor()};
  tasks.spawn("reads", reads(*connected.stream, ended));
  support::run_ready(loop);
  connected.stream->close();
  run(loop, tasks.join());
  EXPECT_EQ(ended, "aborted");
  EXPECT_THROW(run(loop, connected.stream->readable()), boost::system::system_error);
}

// A plain server instead: what it says first, and what one must be told.
struct PlainServerTest : TlsStreamTest {
  Connected connect_to_plain(std::string says) {
    asio::ip::tcp::acceptor listener{loop, {asio::ip::address_v4::loopback(), 0}};
    const auto serves = [](asio::ip::tcp::acceptor& from, std::string bytes) -> asio::awaitable<void> {
      auto socket = co_await from.async_accept(asio::use_awaitable);
      co_await asio::async_write(socket, asio::buffer(bytes), asio::use_awaitable);
      if (bytes.empty()) co_return;
      char byte = 0;
      while (co_await socket.async_read_some(asio::buffer(&byte, 1), asio::use_awaitable) > 0) continue;
    };
    Connected connected;
    const ConnectOptions options{
        .port = listener.local_endpoint().port(), .tls = wanted(), .timeout = support::patience};
    const auto body = [&](TaskGroup& tasks) -> asio::awaitable<void> {
      tasks.spawn("server", serves(listener, std::move(says)));
      connected = co_await connect({loopback}, options);
    };
    run(loop, with_tasks(body));
    return connected;
  }
};

TEST_F(PlainServerTest, IsSaidToSpeakNoTls) {
  const Connected connected = connect_to_plain(":irc.example.org NOTICE * :*** Looking up your hostname\r\n");
  EXPECT_EQ(connected.error, TlsErrc::handshake);
  EXPECT_TRUE(connected.why.ends_with("it does not speak TLS on this port")) << connected.why;
}

TEST_F(PlainServerTest, ThatHangsUpIsSaidToHaveDoneSo) {
  const Connected connected = connect_to_plain("");
  EXPECT_FALSE(connected.stream);
  EXPECT_NE(connected.why.find("onnection"), std::string::npos) << connected.why;  // closed, or reset by peer
}

TEST_F(TlsStreamTest, APinnedCertificateIsTrustedWhoeverMadeIt) {
  auto own = make_self_signed({.alternative_names = "DNS:elsewhere.example.org"});
  std::array<unsigned char, 32> digest{};
  unsigned size = 0;
  ASSERT_EQ(X509_digest(own.certificate.get(), EVP_sha256(), digest.data(), &size), 1);
  std::string fingerprint;
  for (const unsigned char byte : digest) {
    fingerprint += "0123456789abcdef"[byte >> 4U];
    fingerprint += "0123456789abcdef"[byte & 15U];
  }
  TlsServer server{std::move(own)};
  TlsWanted pinned = wanted();
  pinned.fingerprint = fingerprint;
  const Connected connected = connect_to(server.port(), pinned);
  EXPECT_NE(connected.stream, nullptr) << connected.why;
}

TEST_F(TlsStreamTest, AnyOtherCertificateThanThePinnedOneIsRefusedHoweverGoodItIs) {
  TlsServer server{authority.issue({})};
  TlsWanted pinned = wanted();
  pinned.fingerprint = std::string(64, 'a');
  const Connected connected = connect_to(server.port(), pinned);
  EXPECT_EQ(connected.stream, nullptr);
  EXPECT_EQ(connected.error, TlsErrc::certificate);
  EXPECT_NE(connected.why.find("not the pinned one"), std::string::npos);
}

}  // namespace
}  // namespace isthmus
