"""`fields=`: answers with only what is asked for, nested with dots."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

Tree = dict[str, "Tree"]
"""Names of fields, each with those below it; empty for all of them."""

MOST = 200


def parse(text: str) -> Tree:
    """Return what `id,run.id,detections.box` asks for; an empty tree where it asks for nothing.

    A name beside its own parts (`run,run.id`) means the whole.
    """
    tree: Tree = {}
    whole: set[tuple[str, ...]] = set()
    paths = {tuple(part.strip() for part in path.split(".")) for path in text.split(",")[:MOST]}
    for path in sorted(paths - {("",)}, key=len):
        if any(path[:length] in whole for length in range(1, len(path))):
            continue
        whole.add(path)
        below = tree
        for name in path:
            below = below.setdefault(name, {})
    return tree


def check(tree: Tree, serializer: Any) -> None:
    """Raise ValidationError where a serializer has no such field.

    What lies below a computed field is known to no serializer, and not checked.
    """
    unknown = sorted(_unknown(tree, serializer))
    if unknown:
        raise ValidationError(
            {"fields": [_("There is no field %(name)s.") % {"name": name} for name in unknown]}
        )


def _unknown(tree: Tree, field: Any, before: str = "") -> Iterable[str]:
    if isinstance(field, serializers.ListSerializer | serializers.ListField):
        field = field.child
    if not isinstance(field, serializers.BaseSerializer):
        return
    known: Mapping[str, Any] = getattr(field, "fields", {})
    for name, below in tree.items():
        if name not in known:
            yield f"{before}{name}"
        elif below:
            yield from _unknown(below, known[name], f"{before}{name}.")


def pick(data: Any, tree: Tree) -> Any:
    """Return of some data what a tree asks for; lists are walked through."""
    if not tree:
        return data
    if isinstance(data, list | tuple):
        return [pick(one, tree) for one in data]
    if not isinstance(data, Mapping):
        return data
    return {name: pick(value, tree[name]) for name, value in data.items() if name in tree}
