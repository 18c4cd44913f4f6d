"""Which of two roles is the greater one."""

from wildlife.projects.models import Role

_ORDER = {role: place for place, role in enumerate(Role)}


def is_greater(role: str, than: str) -> bool:
    """Whether a role has more rights than another."""
    return _ORDER[Role(role)] > _ORDER[Role(than)]
