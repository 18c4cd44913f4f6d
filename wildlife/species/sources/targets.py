"""What a reader that asks a server is asked for, in one line: `Felidae,limit=100`."""

from wildlife.species.imports.records import UnreadableSource


def parsed(target: str, allowed: tuple[str, ...]) -> dict[str, str]:
    """Return the parts of a target by name; a first part without a name is called `allowed[0]`.

    Raises UnreadableSource for names that are not allowed, and for an empty target.
    """
    found: dict[str, str] = {}
    for number, part in enumerate(target.split(",")):
        name, equals, value = part.partition("=")
        if not equals and number == 0:
            name, value = allowed[0], part
        if name.strip() not in allowed or not value.strip():
            raise UnreadableSource(
                f"{part.strip()!r} is not understood; what may be asked for: "
                + ", ".join(f"{one}=…" for one in allowed)
            )
        found[name.strip()] = value.strip()
    return found


def number(text: str, what: str) -> int:
    """Return a positive number; raises UnreadableSource for anything else."""
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise UnreadableSource(f"{what} is a positive number, not {text!r}")
    return int(text)
