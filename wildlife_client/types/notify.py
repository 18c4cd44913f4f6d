"""What the API says of webhooks, their messages, and alerts."""

from typing import Literal, NotRequired, TypedDict

from wildlife_client.types.answers import ConservationCategory

Told = Literal["photo.identified", "verdict.given", "upload.finished", "alert"]
DeliveryKind = Literal["photo.identified", "verdict.given", "upload.finished", "alert", "test"]
DeliveryState = Literal["waiting", "delivered", "given_up"]


class Webhook(TypedDict):
    """A server that is told what happens in a project, by messages after Standard Webhooks."""

    id: str
    project: str
    address: str
    kinds: list[Told]
    active: bool
    failing_since: str | None
    stopped: bool
    made_at: str


class MadeWebhook(Webhook):
    """A webhook that was just made, with the secret that its messages are signed with.

    It is told this one time.
    """

    secret: str


class NewWebhook(TypedDict):
    """What may be set of a webhook. `address` and `kinds` must be."""

    address: str
    kinds: list[Told]
    active: NotRequired[bool]


class Delivery(TypedDict):
    """One message and what became of it: `status` and `answer` are the other server's."""

    id: str
    kind: DeliveryKind
    state: DeliveryState
    attempts: int
    due_at: str
    tried_at: str | None
    status: int | None
    answer: str
    error: str
    made_at: str


class Alert(TypedDict):
    """A rule of yours: tell me at once when a camera of the project sees this."""

    id: str
    project: str
    name: str
    taxon: str | None
    category: ConservationCategory | Literal[""]
    first: bool
    above: float
    quiet_hours: int
    by_mail: bool
    active: bool
    made_at: str


class NewAlert(TypedDict):
    """What may be set of an alert: `name`, and which animals by `taxon`, `category` or `first`."""

    name: str
    taxon: NotRequired[str | None]
    category: NotRequired[ConservationCategory | Literal[""]]
    first: NotRequired[bool]
    above: NotRequired[float]
    quiet_hours: NotRequired[int]
    by_mail: NotRequired[bool]
    active: NotRequired[bool]
