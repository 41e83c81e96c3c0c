"""The code blocks of a Markdown file, so that tests run what people read."""

import re
from collections import namedtuple

from support.process import REPOSITORY

Block = namedtuple("Block", "section language text")


def blocks(path="README.md", section=None):
    """Its fenced code blocks in order; with `section`, those below that heading alone."""
    found, heading, language, lines = [], "", None, []
    for line in (REPOSITORY / path).read_text().splitlines():
        if language is None and (match := re.match(r"#+ (.*)", line)):
            heading = match[1]
        elif language is None and (match := re.match(r"```(\w*)$", line)):
            language, lines = match[1], []
        elif line == "```" and language is not None:
            found.append(Block(heading, language, "\n".join(lines) + "\n"))
            language = None
        elif language is not None:
            lines.append(line)
    return [block for block in found if section in (None, block.section)]


def texts(language, section, path="README.md"):
    return [block.text for block in blocks(path, section) if block.language == language]
