"""Codes that open a game: made at random, kept as hashes alone. It knows no team."""

import hashlib
import secrets

from transcripts import Record

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without signs that are taken for each other."""
PARTS, LENGTH = 3, 4
COST = {"n": 2**14, "r": 8, "p": 1}
"""Of scrypt: 16 MiB and some hundredths of a second."""


class Code(Record):
    """What is kept of a code."""

    mark: str
    """Names it in sessions; tells nothing of it."""
    hash: str
    """Of the code with the game's salt, scrypt, as hexadecimal digits."""


def make_code(salt: str) -> tuple[str, Code]:
    """A new code, and what is kept of it.

    Args:
        salt: of the game. Its codes are random and differ, so one salt serves them all, and what is entered is hashed only once.
    """
    code = "-".join("".join(secrets.choice(ALPHABET) for _ in range(LENGTH)) for _ in range(PARTS))
    return code, Code(mark=secrets.token_hex(8), hash=hash_code(code, salt))


def hash_code(entered: str, salt: str) -> str:
    """The hash of a code as somebody typed it: letters of any case, with or without its hyphens."""
    plain = "".join(character for character in entered.lower() if character in ALPHABET)
    return hashlib.scrypt(plain.encode(), salt=bytes.fromhex(salt), **COST).hex()


def find_code(hashed: str, codes: list[Code]) -> Code | None:
    """The code with that hash."""
    return next((code for code in codes if secrets.compare_digest(code.hash, hashed)), None)
