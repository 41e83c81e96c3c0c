"""Ad-hoc commands (XEP-0050)."""

from xml.sax.saxutils import escape, quoteattr

from support.forms import DATA

COMMANDS = "http://jabber.org/protocol/commands"
_COMMAND = f"{{{COMMANDS}}}"


class Step:
    """What a command answered."""

    def __init__(self, stanza):
        assert stanza.type == "result", repr(stanza)
        self.stanza = stanza
        command = stanza.xml.find(_COMMAND + "command")
        self.session = command.get("sessionid")
        self.node = command.get("node")
        self.status = command.get("status")
        self.notes = [note.text for note in command.iter(_COMMAND + "note")]

    @property
    def fields(self):
        """The values of the form's fields, lines joined."""
        return {field.get("var"): "\n".join(value.text or "" for value in field.findall(f"{DATA}value"))
                for field in self.stanza.xml.iter(f"{DATA}field")}


def begin(user, address, node):
    return Step(user.request(address, f"<command xmlns='{COMMANDS}' node={quoteattr(node)}/>", "set"))


def fill(user, address, step, action="complete", /, **values):
    """Gives the form of `step` back; the stanza that answers."""
    fields = "".join(f"<field var={quoteattr(name)}>" +
                     "".join(f"<value>{escape(line)}</value>" for line in value.split("\n")) + "</field>"
                     for name, value in values.items())
    return user.request(address, f"<command xmlns='{COMMANDS}' node={quoteattr(step.node)} action='{action}' "
                                 f"sessionid={quoteattr(step.session)}><x xmlns='jabber:x:data' type='submit'>{fields}</x>"
                                 "</command>", "set")


def run(user, address, node, /, **values):
    """The whole command; the last answer."""
    return Step(fill(user, address, begin(user, address, node), **values))
