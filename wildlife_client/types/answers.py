"""What the API says of photos, and of what was found on them."""

from typing import Any, Literal, NotRequired, TypedDict

from wildlife_client.types.uploads import Problem

ConservationCategory = Literal["EX", "EW", "CR", "EN", "VU", "NT", "LC", "DD", "NE"]
DetectionCategory = Literal["animal", "person", "vehicle"]
LifeStage = Literal["adult", "subadult", "juvenile"]
PhotoState = Literal["waiting", "running", "done", "failed"]
Presence = Literal["native", "introduced", "vagrant", "extinct"]
Rank = Literal[
    "kingdom",
    "phylum",
    "subphylum",
    "class",
    "order",
    "suborder",
    "infraorder",
    "clade",
    "superfamily",
    "family",
    "subfamily",
    "tribe",
    "genus",
    "species",
    "subspecies",
]
GivenRank = Literal[
    "",
    "kingdom",
    "phylum",
    "subphylum",
    "class",
    "order",
    "suborder",
    "infraorder",
    "clade",
    "superfamily",
    "family",
    "subfamily",
    "tribe",
    "genus",
    "species",
    "subspecies",
]
"""Of a taxon that was named then; "" where it is gone by now."""
Reason = Literal["species", "higher_rank", "unknown_animal", "no_animal", "no_votes"]
RunState = Literal["running", "done", "failed"]
Sex = Literal["female", "male"]
VerdictKind = Literal["animal", "no_animal", "person", "vehicle", "unsure"]


class Box(TypedDict):
    """Fractions (0..1) of the upright photo, from its top left corner."""

    x: float
    y: float
    width: float
    height: float


class TaxonName(TypedDict):
    taxon: str
    scientific_name: str
    common_name: str
    rank: GivenRank


class RankedName(TypedDict):
    rank: str
    slug: str
    scientific_name: str
    common_name: str


class Group(TypedDict):
    group: str
    probability: float


class Answer(TypedDict):
    taxon: str
    scientific_name: str
    common_name: str
    rank: GivenRank
    probability: float


class Vote(TypedDict):
    """What one expert said of one detection, or why it said nothing."""

    expert: str
    release: str
    weight: float
    answers: list[Answer]
    none: float
    abstention: str


class WalkStep(TypedDict):
    taxon: str
    scientific_name: str
    common_name: str
    rank: GivenRank
    mass: float
    taken: bool


class Identification(TypedDict):
    """The answer: the deepest taxon that holds enough of the vote, or why there is none."""

    taxon: TaxonName | None
    confidence: float
    agreement: float
    reason: Reason
    walk: list[WalkStep]
    runners_up: list[Answer]
    country: str | None
    elsewhere: list[TaxonName]


class IdentificationRow(Identification):
    """The answer for one detection, with the votes that led to it."""

    detection: int
    photo: str
    votes: list[Vote]


class Habitat(TypedDict):
    code: str
    name: str


class Country(TypedDict):
    code: str
    name: str
    presence: Presence


class Source(TypedDict):
    key: str
    citation: str
    url: str
    licence: str


class Status(TypedDict):
    category: ConservationCategory
    label: str
    year: int
    trend: str
    authority: str
    source: str


class Species(TypedDict):
    """What is known of the taxon that was identified."""

    slug: str
    scientific_name: str
    common_name: str
    common_names: list[str]
    rank: Rank
    lineage: list[RankedName]
    domesticated: bool
    status: Status | None
    habitats: list[Habitat]
    countries: list[Country]
    sources: list[Source]
    facts_of: str


class Detection(TypedDict):
    """One thing on the photo; where none was found, the whole image as a candidate."""

    index: int
    category: DetectionCategory
    confidence: float
    whole_image: bool
    box: Box
    crop_url: str | None
    groups: list[Group]
    votes: list[Vote]
    identification: Identification | None
    species: Species | None


class DetectionRow(TypedDict):
    """One thing on one photo, without what was said of it."""

    id: int
    photo: str
    index: int
    run: str
    category: DetectionCategory
    confidence: float
    whole_image: bool
    box: Box
    crop_url: str | None
    groups: list[Group]


class Run(TypedDict):
    """The run that made the answers, with the exact versions, weights and thresholds in it."""

    id: str
    state: RunState
    lineup: dict[str, Any]
    created_at: str
    finished_at: str | None


class Photo(TypedDict):
    """A photo as it was received, and how far it has come."""

    id: str
    url: str
    project: str | None
    deployment: str | None
    event: str | None
    upload: str | None
    state: PhotoState
    failure: str
    filename: str
    media_type: str
    size: int
    sha256: str
    width: int | None
    height: int | None
    taken_at: str | None
    latitude: float | None
    longitude: float | None
    taxon: str | None
    confidence: float | None
    disputed: bool
    people: bool
    vehicles: bool
    blank: bool
    received_at: str
    finished_at: str | None


class PhotoResult(Photo):
    """Everything about a photo. While it waits or runs there are no detections yet."""

    preview_url: str | None
    original_url: str
    run: Run | None
    detections: list[Detection]


class Receipt(TypedDict):
    """What became of one file of an upload: it has either a photo or a problem."""

    filename: str
    status: int
    photo: Photo | None
    problem: Problem | None


class Receipts(TypedDict):
    accepted: int
    refused: int
    items: list[Receipt]


class Verdict(TypedDict):
    """What a person says that is in a box of a photo, or of all of it."""

    id: int
    photo: str
    box: Box
    kind: VerdictKind
    taxon: str | None
    count: int | None
    sex: Sex | Literal[""]
    life_stage: LifeStage | Literal[""]
    behaviour: str
    given_by: str | None
    given_at: str
    source: str


class NewVerdict(TypedDict):
    """A word about a detection, or, with `photo`, about all that is on it."""

    detection: NotRequired[int]
    photo: NotRequired[str]
    kind: NotRequired[VerdictKind]
    taxon: NotRequired[str | None]
    count: NotRequired[int | None]
    sex: NotRequired[Sex | Literal[""]]
    life_stage: NotRequired[LifeStage | Literal[""]]
    behaviour: NotRequired[str]
