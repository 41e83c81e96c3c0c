#pragma once
// What the configuration says, read from it as a whole: by `isthmus`, by `isthmus check`, and again when it is
// reloaded.
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "gateway/access.hpp"
#include "gateway/archive.hpp"
#include "gateway/links/link.hpp"
#include "gateway/model/degrade.hpp"
#include "gateway/runtime/http.hpp"
#include "gateway/runtime/log.hpp"
#include "gateway/runtime/probe.hpp"
#include "gateway/runtime/resolver.hpp"
#include "gateway/runtime/runtime.hpp"
#include "gateway/store/storage.hpp"
#include "xmpp/settings.hpp"

namespace isthmus::app {

struct Component {
  xmpp::ComponentSettings settings;
  std::string adapter;  // the name of its kind
  AdapterMaker make;
  std::vector<Probe> probes;  // what `isthmus check --connect` tries for it
};

/// Everything that the configuration says.
struct Plan {
  xmpp::ServerSettings server;
  std::vector<Component> components;
  std::vector<LinkSettings> links;
  Storage storage;
  Archive::Retention retention;
  std::vector<std::string> users;
  std::vector<std::string> admins;
  UserLimits limits;
  AccessRates rates;
  DegradePolicy degrade;
  LogOptions log;
  HttpOptions http;
  std::string control_socket;  // empty: none
  ResolverOptions dns;
};

/// Reads every section; mistakes are noted in the document, and then the plan is of no use.
Plan read_plan(const config::Section& root);

/// One reading of the configuration.
struct Reading {
  Plan plan;
  std::vector<config::Problem> problems;      // with any of them the plan is of no use
  std::map<std::string, std::string> values;  // Document::values()
};
Reading read_configuration(const std::string& path, const std::map<std::string, std::string>& environment);

/// The variables of this process.
std::map<std::string, std::string> read_environment();

}  // namespace isthmus::app
