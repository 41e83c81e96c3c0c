#pragma once
// The local socket by which `isthmus status` and `isthmus reload` talk to the running gateway: a line with a command,
// then the answer until the end of the connection.
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/runtime/log.hpp"

namespace isthmus::app {

/// What each command answers to what stands behind it on its line; called on the loop.
using ControlCommands = std::map<std::string, std::function<std::string(std::string_view rest)>, std::less<>>;

/// Listens at `path` until cancelled, for the owner of the process and root alone (mode 0600). The file of a gateway
/// that has gone is replaced, that of one that runs is not. Where it cannot listen it says so in the log and ends: a
/// gateway works without. At most 8 connections at a time, 5 s and 16 KiB for a command.
boost::asio::awaitable<void> serve_control(std::string path, const ControlCommands& commands, Log log);

/// Asks the gateway at `path`, blocking, at most 10 s. Nothing when none answers.
std::optional<std::string> ask_gateway(const std::string& path, const std::string& command);

}  // namespace isthmus::app
