"""Publish-subscribe (XEP-0060) with slixmpp's own plugin."""

import xml.etree.ElementTree as ET

from slixmpp.exceptions import IqError
from slixmpp.plugins.xep_0004 import Form
from support.xmpp_servers import MQTT_DOMAIN

PUBSUB = "{http://jabber.org/protocol/pubsub}"
EVENT = "{http://jabber.org/protocol/pubsub#event}"
ERRORS = "{http://jabber.org/protocol/pubsub#errors}"
VALUE = "{urn:isthmus:value:0}value"
JSON = "{urn:xmpp:json:0}json"


def value(text, **attributes):
    element = ET.Element(VALUE, attributes)
    element.text = text
    return element


def publish_options(**options):
    form = Form()
    form["type"] = "submit"
    form.add_field(var="FORM_TYPE", ftype="hidden", value="http://jabber.org/protocol/pubsub#publish-options")
    for name, option in options.items():
        form.add_field(var=f"pubsub#{name}", value=option)
    return form


def event_of(xml):
    """(node, payload or None when it was retracted) of a notification; None when the stanza is none."""
    items = xml.find(f"{EVENT}event/{EVENT}items")
    if items is None:
        return None
    item = items.find(f"{EVENT}item")
    return items.get("node"), None if item is None else item[0]


class PubsubClient:
    """A user of the service at MQTT_DOMAIN."""

    def __init__(self, user):
        self.user = user

    def ask(self, method, *arguments, **options):
        return self.user.ask_plugin("xep_0060", method, MQTT_DOMAIN, *arguments, **options)

    def subscribe(self, node, **options):
        return self.ask("subscribe", node, **options)["pubsub"]["subscription"]

    def unsubscribe(self, node):
        return self.ask("unsubscribe", node)

    def items(self, node):
        """The payloads of a node's items by their ids."""
        found = self.ask("get_items", node).xml.iter(f"{PUBSUB}item")
        return {item.get("id"): item[0] for item in found}

    def publish(self, node, payload, **options):
        return self.ask("publish", node, payload=payload, options=publish_options(**options) if options else None)

    def refused(self, method, *arguments, **options):
        """The condition of an error answer, and XEP-0060's own (or None)."""
        try:
            answer = self.ask(method, *arguments, **options)
        except IqError as error:
            own = [child.tag[len(ERRORS):] for child in error.iq.xml.iter() if child.tag.startswith(ERRORS)]
            return error.condition, own[0] if own else None
        raise AssertionError(f"it was not refused: {answer}")

    def wait(self, node, payload, since=0):
        """A notification of `node` that `payload` accepts (given the element, or None for a retraction)."""
        def accepts(xml):
            found = event_of(xml)
            return found is not None and found[0] == node and payload(found[1])
        return self.user.wait("message", since=since, timeout=20, xml=accepts)

