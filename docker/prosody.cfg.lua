-- The XMPP server of compose.yaml: one account, no TLS; not to be copied for more than a trial.
pidfile = "/tmp/prosody.pid"
data_path = "/tmp/prosody"
interfaces = { "*" }
component_interfaces = { "*" }
log = { { levels = { min = "info" }, to = "console" } }
modules_enabled = { "roster", "saslauth", "disco", "ping", "carbons", "bookmarks", "pep" }
modules_disabled = { "s2s", "tls" }
authentication = "internal_plain"
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
storage = { accounts = "internal" }
default_storage = "memory"

VirtualHost "localhost"
Component "irc.localhost"
    component_secret = "a secret for this example"
Component "mqtt.localhost"
    component_secret = "a secret for this example"
