#include "gateway/runtime/http.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <openssl/pem.h>
#include <stdlib.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include "gateway/runtime/tls_server.hpp"
#include "tests/support/tls_server.hpp"

namespace isthmus {
namespace {

using asio::ip::tcp;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

HttpRoutes routes() {
  HttpRoutes all;
  all["/healthz"] = HttpRoute{[] { return HttpAnswer{.content_type = "text/plain", .body = "ok\n"}; }};
  all["/readyz"] =
      HttpRoute{[] { return HttpAnswer{.status = 503, .content_type = "text/plain", .body = "not yet\n"}; }};
  all["/broken"] = HttpRoute{[]() -> HttpAnswer { throw std::runtime_error{"broken"}; }};
  const auto echo = [](const HttpRequest& request) {
    return HttpAnswer{.body = request.method + " " + request.query + " " + request.body + " from " + request.peer,
                      .headers = {{"Cache-Control", "max-age=60"}, {"X-Host", request.host}}};
  };
  all["/echo"] = HttpRoute{{"GET", "POST"}, echo, 8};
  const auto take = [](const HttpRequest& request, HttpConnection& connection) -> std::optional<HttpAnswer> {
    if (request.query == "refuse") return HttpAnswer{.status = 403, .body = "no"};
    const auto stream = connection.take();
    stream->write_some("taken:" + connection.take_rest());
    return std::nullopt;
  };
  all["/take"] = HttpRoute{HttpRoute::Take{take}};
  return all;
}

HttpOptions listener(const std::string& address, const TlsFiles& tls = {}) {
  return {.address = address, .tls = tls, .trusted_proxies = {}};
}

/// A server on a free port, on a loop of its own thread, so that tests may use blocking clients. Ends with the test.
class HttpServer : public testing::Test {
 protected:
  HttpServer() : HttpServer{TlsFiles{}} {}
  explicit HttpServer(const TlsFiles& tls) {
    std::optional<std::uint16_t> port;
    HttpOptions options{.address = "127.0.0.1:0", .tls = tls, .trusted_proxies = {}, .max_connections = 64};
    asio::co_spawn(loop_, serve_http(std::move(options), routes_, {}, [&](std::uint16_t given) { port = given; }),
                   asio::bind_cancellation_slot(stop_.slot(), [this](std::exception_ptr) { ended_ = true; }));
    while (!port) loop_.run_one();
    port_ = *port;
    thread_ = std::thread{[this] { loop_.run(); }};
  }
  ~HttpServer() override { stop(); }

  /// Returns when the server has ended.
  void stop() {
    if (!thread_.joinable()) return;
    asio::post(loop_, [this] { stop_.emit(asio::cancellation_type::terminal); });
    thread_.join();
  }
  bool ended() const { return ended_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  tcp::socket connected() {
    tcp::socket socket{clients_};
    socket.connect({asio::ip::address_v4::loopback(), port_});
    return socket;
  }

  /// All that the server says to `request` until it closes the connection.
  std::string answer(std::string_view request) {
    tcp::socket socket = connected();
    asio::write(socket, asio::buffer(request));
    std::string text;
    boost::system::error_code error;
    asio::read(socket, asio::dynamic_buffer(text), error);
    EXPECT_EQ(error, asio::error::eof);
    return text;
  }

 private:
  HttpRoutes routes_ = routes();
  asio::io_context loop_;
  asio::io_context clients_;
  asio::cancellation_signal stop_;
  std::thread thread_;
  std::uint16_t port_ = 0;
  bool ended_ = false;
};

TEST_F(HttpServer, AnswersARoute) {
  EXPECT_THAT(answer("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"),
              AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("Content-Type: text/plain\r\n"),
                    HasSubstr("Content-Length: 3\r\n"), HasSubstr("Connection: close\r\n"), EndsWith("\r\n\r\nok\n")));
  EXPECT_THAT(answer("GET /readyz HTTP/1.0\r\n\r\n"),
              AllOf(StartsWith("HTTP/1.1 503 "), EndsWith("\r\n\r\nnot yet\n")));
}

TEST_F(HttpServer, HeadHasNoBody) {
  EXPECT_THAT(answer("HEAD /healthz HTTP/1.1\r\nHost: a\r\n\r\n"),
              AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("Content-Length: 3\r\n"), EndsWith("\r\n\r\n")));
}

TEST_F(HttpServer, TheQueryIsNoPartOfThePath) {
  EXPECT_THAT(answer("GET /healthz?verbose=1 HTTP/1.1\r\nHost: a\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServer, RefusesWhatItDoesNotServe) {
  EXPECT_THAT(answer("GET /healthz/ HTTP/1.1\r\nHost: a\r\n\r\n"), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(answer("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(answer("POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"),
              AllOf(StartsWith("HTTP/1.1 405 "), HasSubstr("Allow: GET, HEAD\r\n")));
  EXPECT_THAT(answer("GET /broken HTTP/1.1\r\nHost: a\r\n\r\n"),
              AllOf(StartsWith("HTTP/1.1 500 "), Not(HasSubstr("broken"))));
}

TEST_F(HttpServer, ARouteMayTakeABodyUpToItsLimit) {
  EXPECT_THAT(answer("POST /echo?a=1 HTTP/1.1\r\nHost: gw:1\r\nContent-Length: 5\r\n\r\nhello"),
              AllOf(StartsWith("HTTP/1.1 200 "), EndsWith("\r\n\r\nPOST a=1 hello from 127.0.0.1"),
                    HasSubstr("Cache-Control: max-age=60\r\n"), HasSubstr("X-Host: gw:1\r\n")));
  EXPECT_THAT(answer("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhellohell"),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(answer("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhellohell\r\n0\r\n\r\n"),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(answer("DELETE /echo HTTP/1.1\r\nHost: a\r\n\r\n"),
              AllOf(StartsWith("HTTP/1.1 405 "), HasSubstr("Allow: GET, HEAD, POST\r\n")));
}

TEST_F(HttpServer, ForwardedHeadersOfStrangersAreNotBelieved) {
  EXPECT_THAT(answer("GET /echo HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Host: b\r\n\r\n"),
              AllOf(EndsWith("from 127.0.0.1"), HasSubstr("X-Host: a\r\n")));
}

TEST_F(HttpServer, ARouteMayTakeTheConnectionOver) {
  EXPECT_EQ(answer("GET /take HTTP/1.1\r\nHost: a\r\n\r\nmore"), "taken:more");
  EXPECT_THAT(answer("GET /take?refuse HTTP/1.1\r\nHost: a\r\n\r\n"),
              AllOf(StartsWith("HTTP/1.1 403 "), EndsWith("\r\n\r\nno")));
}

TEST_F(HttpServer, RefusesRequestsThatAreNoneOrTooLarge) {
  EXPECT_THAT(answer("nonsense\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(answer("GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(answer("GET /healthz HTTP/1.1\r\nHost: a\r\nX: " + std::string(9'000, 'x') + "\r\n\r\n"),
              StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(answer("GET /" + std::string(100'000, 'x') + " HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 431 "));
}

TEST_F(HttpServer, OneConnectionTooManyIsClosedAndTheOthersAreServed) {
  std::vector<tcp::socket> clients;
  for (int i = 0; i < 64; ++i) clients.push_back(connected());
  EXPECT_EQ(answer(""), "");
  asio::write(clients.back(), asio::buffer(std::string_view{"GET /healthz HTTP/1.0\r\n\r\n"}));
  std::string text;
  boost::system::error_code error;
  asio::read(clients.back(), asio::dynamic_buffer(text), error);
  EXPECT_THAT(text, StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServer, EndsAtOnceAlthoughAClientIsSilent) {
  tcp::socket silent = connected();
  asio::write(silent, asio::buffer(std::string_view{"GET /heal"}));
  answer("GET /healthz HTTP/1.0\r\n\r\n");  // by now the silent one has been accepted too
  const auto begin = std::chrono::steady_clock::now();
  stop();
  EXPECT_TRUE(ended());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds{5});
}

TEST_F(HttpServer, StatusIsWhatTheServerAnswers) {
  EXPECT_EQ(http_status(listener(address()), "/healthz"), 200U);
  EXPECT_EQ(http_status(listener(address()), "/readyz"), 503U);
  EXPECT_EQ(http_status(listener(address()), "/none"), 404U);
  stop();
  EXPECT_EQ(http_status(listener(address()), "/healthz"), 0U);
}

/// A certificate and its key in files, for as long as it lives.
class WrittenCertificate {
 public:
  WrittenCertificate() {
    std::string name = (std::filesystem::temp_directory_path() / "isthmus-http-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    const auto made = support::make_self_signed({});
    const auto write = [](const std::string& path, const auto& put) {
      std::FILE* file = std::fopen(path.c_str(), "w");
      put(file);
      std::fclose(file);
    };
    write(files().certificate_file, [&](std::FILE* file) { PEM_write_X509(file, made.certificate.get()); });
    write(files().key_file,
          [&](std::FILE* file) { PEM_write_PrivateKey(file, made.key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
  }
  ~WrittenCertificate() { std::filesystem::remove_all(folder_); }
  WrittenCertificate(const WrittenCertificate&) = delete;
  WrittenCertificate& operator=(const WrittenCertificate&) = delete;

  TlsFiles files() const { return {(folder_ / "certificate.pem").string(), (folder_ / "key.pem").string()}; }

 private:
  std::filesystem::path folder_;
};

/// The same over TLS.
class HttpsServer : protected WrittenCertificate, public HttpServer {
 protected:
  HttpsServer() : HttpServer{files()} {}
};

TEST_F(HttpsServer, StatusIsAskedWithTheCertificateOfTheFile) {
  const WrittenCertificate other;
  EXPECT_EQ(http_status(listener(address(), files()), "/healthz"), 200U);
  EXPECT_EQ(http_status(listener(address(), files()), "/none"), 404U);
  EXPECT_EQ(http_status(listener(address(), other.files()), "/healthz"), 0U);
  EXPECT_EQ(http_status(listener(address(), {"/none", "/none"}), "/healthz"), 0U);
}

TEST_F(HttpsServer, AnswersOverTlsAndToNobodyElse) {
  EXPECT_EQ(http_status(listener(address()), "/healthz"), 0U);
  tcp::socket plain = connected();
  asio::write(plain, asio::buffer(std::string_view{"GET /healthz HTTP/1.0\r\n\r\n"}));
  std::string text;
  boost::system::error_code error;
  asio::read(plain, asio::dynamic_buffer(text), error);
  EXPECT_THAT(text, Not(HasSubstr("HTTP")));
}

TEST(TlsServer, SaysWhyFilesCannotBeUsed) {
  const WrittenCertificate good;
  const WrittenCertificate other;
  const auto files = good.files();
  EXPECT_EQ(TlsServer{files}.refresh(), "");
  EXPECT_THAT((TlsServer{{"/none.pem", files.key_file}}.refresh()),
              HasSubstr("no certificate can be read from /none.pem"));
  EXPECT_THAT((TlsServer{{files.certificate_file, other.files().key_file}}.refresh()),
              HasSubstr("no key for the certificate"));
  EXPECT_EQ(fingerprint_of(files.certificate_file).size(), 64U);
  EXPECT_EQ(fingerprint_of(files.key_file), "");
}

TEST(HttpStatus, IsZeroWithoutAnHttpServer) {
  EXPECT_EQ(http_status(listener("nonsense"), "/healthz"), 0U);
  EXPECT_EQ(http_status(listener(""), "/healthz"), 0U);
  EXPECT_EQ(http_status(listener("127.0.0.1:99999"), "/healthz"), 0U);
}

TEST(HttpListen, AnAddressThatIsNoneIsAnError) {
  for (const auto* address : {"", "127.0.0.1", "127.0.0.1:", "localhost:80", "::1:80", "[127.0.0.1]:80",
                              "127.0.0.1:65536", "256.0.0.1:1", "[::1:80"}) {
    asio::io_context loop;
    boost::system::error_code error;
    const HttpRoutes none;
    asio::co_spawn(loop, serve_http({.address = address, .trusted_proxies = {}}, none, {}),
                   [&](std::exception_ptr failed) {
                     try {
                       if (failed) std::rethrow_exception(failed);
                     } catch (const boost::system::system_error& thrown) {
                       error = thrown.code();
                     }
                   });
    loop.run();
    EXPECT_EQ(error, asio::error::invalid_argument) << address;
  }
}

TEST(HttpListen, APortThatIsTakenIsAnError) {
  asio::io_context loop;
  const tcp::acceptor other{loop, {asio::ip::address_v4::loopback(), 0}};
  boost::system::error_code error;
  const auto address = "127.0.0.1:" + std::to_string(other.local_endpoint().port());
  const HttpRoutes none;
  asio::co_spawn(loop, serve_http({.address = address, .trusted_proxies = {}}, none, {}),
                 [&](std::exception_ptr failed) {
                   try {
                     if (failed) std::rethrow_exception(failed);
                   } catch (const boost::system::system_error& thrown) {
                     error = thrown.code();
                   }
                 });
  loop.run();
  EXPECT_EQ(error, asio::error::address_in_use);
}

}  // namespace
}  // namespace isthmus
