#pragma once
// Letting requests in: whose they are, and what of what they ask for their token allows.
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "adapters/websocket/request.hpp"
#include "adapters/websocket/routes.hpp"

namespace isthmus::websocket {

/// A request that has been let in.
struct Admitted {
  TokenPtr token;  // null: none was given
  HttpFields query;
  Wanted wanted;
};

/// Who asks for what, or the refusal. Without a token only where `may_lack_token`.
std::variant<Admitted, HttpAnswer> admit(const HttpRequest& request, Service& service, bool may_lack_token);

/// What `wanted` asks for, or all that the token may read; a refusal when it asks for more.
std::variant<std::vector<std::string>, HttpAnswer> topics_of(const Wanted& wanted, const Token& token);

/// nullopt: the cursor is none of ours.
std::optional<Start> start_of(const Wanted& wanted, const Hub& hub);

/// True when the client wants all that came after its cursor, or nothing, and not all is known any more.
bool is_refused(const Wanted& wanted, const Start& start, const History& history);
HttpAnswer cursor_gone();

/// Whether any of `topics` selects the record.
bool selects(const std::vector<std::string>& topics, const Record& record);

/// The answer as pages of other origins that are listed may read it.
HttpAnswer with_cors(HttpAnswer answer, const HttpRequest& request, const Service& service);

/// Answers a GET with a stream that goes on; the refusal, if it is one. `format`: when the request names none.
std::optional<HttpAnswer> open_stream(const HttpRequest& request, HttpConnection& connection, Service& service,
                                      Framing framing, Format format, std::string_view content_type);

}  // namespace isthmus::websocket
