"""Pictures by which clients tell apart rooms, people, devices and the gateway itself (XEP-0153, XEP-0486)."""
import base64
import hashlib
import struct
import zlib

CARD = "{vcard-temp}"
UPDATE = "{vcard-temp:x:update}"
SIDE = 64  # pixels


def picture(user, address):
    """The hash of the picture in the vCard of `address`, which must be one that every client can show."""
    card = user.request(address, "<vCard xmlns='vcard-temp'/>")
    assert card.type == "result", card
    photo = card.xml.find(f"{CARD}vCard/{CARD}PHOTO")
    assert photo.findtext(f"{CARD}TYPE") == "image/png"
    png = base64.b64decode(photo.findtext(f"{CARD}BINVAL"), validate=True)
    assert is_picture(png)
    return hashlib.sha1(png).hexdigest()


def is_picture(png):
    """True for a PNG of SIDE × SIDE pixels of two colours, each of which is used."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, at = {}, 8
    while at < len(png):
        size, name = struct.unpack(">I4s", png[at:at + 8])
        content = png[at + 8:at + 8 + size]
        assert struct.unpack(">I", png[at + 8 + size:at + 12 + size])[0] == zlib.crc32(name + content), name
        chunks[name] = content
        at += size + 12
    assert list(chunks) == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]
    assert struct.unpack(">IIBB", chunks[b"IHDR"][:10]) == (SIDE, SIDE, 1, 3)
    rows = zlib.decompress(chunks[b"IDAT"])
    assert len(rows) == SIDE * (1 + SIDE // 8)
    return len(set(rows)) > 2


def test_people_rooms_and_networks_of_irc_have_their_own(world):
    juliet, room, romeo, _ = world.pair()
    pictures = [picture(juliet, address) for address in (world.person(romeo.nick), room, world.network_address)]
    assert len(set(pictures)) == 3


def test_a_devices_presence_names_the_picture_of_its_card(mqtt_world):
    topic = mqtt_world.topic("home/temp")
    juliet = mqtt_world.subscribed(topic)
    here = juliet.wait("presence", sender=mqtt_world.contact(topic), type="")

    assert here.xml.findtext(f"{UPDATE}x/{UPDATE}photo") == picture(juliet, mqtt_world.contact(topic))
    others = {picture(juliet, address) for address in (mqtt_world.room("home/#"), mqtt_world.broker_address)}
    assert len(others) == 2 and here.xml.findtext(f"{UPDATE}x/{UPDATE}photo") not in others
