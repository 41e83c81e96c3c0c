#pragma once
// The TLS side of a listener: its certificate, and streams over the connections that it accepts
// (docs/decisions/tls.md).
#include <boost/asio/ip/tcp.hpp>
#include <filesystem>
#include <memory>
#include <string>

#include "gateway/runtime/byte_stream.hpp"
#include "gateway/runtime/http.hpp"
#include "gateway/runtime/log.hpp"

struct ssl_ctx_st;

namespace isthmus {

class TlsServer {
 public:
  /// Reads nothing yet.
  explicit TlsServer(TlsFiles files);

  bool is_wanted() const noexcept { return files_.is_wanted(); }
  /// Reads the files anew when they have changed. Empty: they are in use; else why not, and what was read before stays.
  std::string refresh();
  /// A stream over an accepted socket; the handshake, TLS 1.2 or later, is part of the first read. The files are read
  /// anew when they have changed. Null, and a line in the log, when there is no usable certificate.
  std::unique_ptr<ByteStream> accept(boost::asio::ip::tcp::socket socket, Log& log);

 private:
  TlsFiles files_;
  std::shared_ptr<ssl_ctx_st> context_;
  std::filesystem::file_time_type written_[2]{};  // certificate and key, as they were read last
  std::string problem_;                           // of the last reading
};

/// SHA-256 of the first certificate of a PEM file, as TlsWanted has it; empty when there is none.
std::string fingerprint_of(const std::string& certificate_file);

}  // namespace isthmus
