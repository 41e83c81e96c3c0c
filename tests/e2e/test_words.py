"""What IRC cannot say is said in words that people can read, and no text is styled by accident."""

import pytest

STANZA_ID = "{urn:xmpp:sid:0}stanza-id"
MARKUP = "{urn:xmpp:markup:0}markup"


def said_by(peer, room, user, channel, text):
    """Says `text` on IRC; the stanza id by which `user` knows it."""
    peer.say(channel, text)
    message = user.wait("message", sender=f"{room}/{peer.nick}", body=text)
    return message.xml.find(STANZA_ID).get("id")


class TestCorrections:
    def test_a_correction_is_said_as_one(self, world):
        juliet, room, romeo, _ = world.pair()
        nurse = world.xmpp("nurse")
        nurse.join(room, nurse.name)
        first = juliet.send_message(room, "what light through yonder widow breaks?")
        romeo.wait("pubmsg", source=juliet.name)

        juliet.send_message(room, "what light through yonder window breaks?",
                            extra=f"<replace xmlns='urn:xmpp:message-correct:0' id='{first}'/>")

        corrected = romeo.wait("pubmsg", source=juliet.name, count=2)
        assert corrected.text.endswith("what light through yonder window breaks?")
        assert corrected.text != "what light through yonder window breaks?"
        assert first not in corrected.text
        nurse.wait("message", body=lambda body: body.endswith("window breaks?"))


@pytest.mark.lacks("client-tags")
class TestWithoutTags:
    def test_a_reply_quotes_what_it_answers(self, world):
        juliet, room, romeo, channel = world.pair()
        target = said_by(romeo, room, juliet, channel, "is the day so young?")
        fallback = "> is the day so young?\n"

        juliet.send_message(room, f"{fallback}but new struck nine", extra=(
            f"<reply xmlns='urn:xmpp:reply:0' id='{target}' to='{room}/{romeo.nick}'/>"
            f"<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body start='0' end='{len(fallback)}'/>"
            "</fallback>"))

        answer = romeo.wait("pubmsg", source=juliet.name)
        assert "but new struck nine" in answer.text
        assert romeo.nick in answer.text or "is the day so young?" in answer.text
        assert target not in answer.text

    def test_a_reaction_is_an_action(self, world):
        juliet, room, romeo, channel = world.pair()
        target = said_by(romeo, room, juliet, channel, "good morrow, cousin")

        juliet.send_message(room, None, extra=f"<reactions xmlns='urn:xmpp:reactions:0' id='{target}'>"
                            "<reaction>\U0001f339</reaction></reactions>")

        reaction = romeo.wait("action", source=juliet.name)
        assert "\U0001f339" in reaction.text and target not in reaction.text

    def test_typing_says_nothing(self, world):
        juliet, room, romeo, _ = world.pair()

        juliet.send_message(room, None, extra="<composing xmlns='http://jabber.org/protocol/chatstates'/>")
        juliet.send_message(room, "now")

        assert romeo.wait("pubmsg", source=juliet.name).text == "now"
        assert not romeo.all("action")


class TestRetraction:
    @pytest.mark.lacks("redaction")
    def test_words_that_nobody_can_take_back_are_refused(self, world):
        juliet, room, romeo, _ = world.pair()
        juliet.send_message(room, "unsay it")
        romeo.wait("pubmsg", text="unsay it")
        own = juliet.wait("message", body="unsay it").xml.find(STANZA_ID).get("id")

        message_id = juliet.send_message(room, None, extra=f"<retract xmlns='urn:xmpp:message-retract:1' id='{own}'/>")

        assert juliet.wait("message", id=message_id).condition == "feature-not-implemented"
        romeo.sync()
        assert len(romeo.all("pubmsg")) == 1


class TestStyles:
    def test_codes_are_spans_beside_the_text(self, world):
        juliet, room, romeo, channel = world.pair()

        romeo.say(channel, "a \x02rose\x02 by any \x1dother\x1d name")

        message = juliet.wait("message", sender=f"{room}/{romeo.nick}")
        assert message.body == "a rose by any other name"
        spans = {(int(span.get("start")), int(span.get("end"))): span[0].tag.partition("}")[2]
                 for span in message.xml.find(MARKUP)}
        assert spans == {(2, 6): "strong", (14, 19): "emphasis"}

    def test_what_would_be_styled_by_accident_is_marked(self, world):
        juliet, room, romeo, channel = world.pair()

        romeo.say(channel, "*.c and *.h _are_ files")

        message = juliet.wait("message", sender=f"{room}/{romeo.nick}")
        assert message.body == "*.c and *.h _are_ files"
        assert message.xml.find("{urn:xmpp:styling:0}unstyled") is not None
