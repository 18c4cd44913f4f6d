"""The values that flow through the graph. Frozen, slotted, plain: they travel as JSON."""

from dataclasses import dataclass, field

from models_registry.interfaces import GROUPS, NO_ANIMAL
from pipelines.exif import Origin

__all__ = [
    "GROUPS",
    "NO_ANIMAL",
    "Ballot",
    "Crop",
    "Detection",
    "Identification",
    "Origin",
    "Photo",
    "Scene",
    "Vote",
    "WalkStep",
]


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo to look at: its id and the storage key of the original file."""

    id: str
    key: str


@dataclass(frozen=True, slots=True)
class Detection:
    """One thing on one photo.

    `box` is (x, y, width, height) as fractions of the upright photo. `crop` is the storage key of
    the cut-out that the classifiers see; people and vehicles have none. `whole_image` marks the
    candidate made where the detector found no animal: its confidence is 0.
    """

    photo_id: str
    index: int
    category: str
    confidence: float
    box: tuple[float, float, float, float]
    crop: str = ""
    whole_image: bool = False


@dataclass(frozen=True, slots=True)
class Scene:
    """What the detector saw on one photo, or the sentence that says why it could not look.

    `origin` is what the file tells of time, place and camera.
    """

    photo_id: str
    width: int = 0
    height: int = 0
    preview: str = ""
    detections: tuple[Detection, ...] = ()
    failure: str = ""
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True, slots=True)
class Crop:
    """An animal (or a whole image that may show one) with its coarse groups.

    `groups` holds (group, probability), most probable first, summing to 1 with "none".
    `experts` are the names of the experts to be asked; `confidence` is the detector's, 0 for a
    whole image.
    """

    photo_id: str
    index: int
    key: str
    whole_image: bool
    groups: tuple[tuple[str, float], ...]
    experts: tuple[str, ...]
    confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class Vote:
    """One expert's opinion on one crop: (taxon key, probability), most probable first.

    The probabilities sum to 1 - `none`, where `none` is the share of "none of my labels". `vector`
    is the crop as an expert that compares sees it: a unit vector in float16; other experts give
    none.
    """

    photo_id: str
    index: int
    scores: tuple[tuple[str, float], ...]
    none: float = 0.0
    vector: bytes = b""


@dataclass(frozen=True, slots=True)
class Ballot:
    """All votes of one expert in a run, or the reason why it abstains.

    `breadth` says how many taxa of each coarse group the expert can name.
    """

    expert: str
    release: str
    weight: float
    breadth: tuple[tuple[str, int], ...] = ()
    votes: tuple[Vote, ...] = ()
    abstention: str = ""


@dataclass(frozen=True, slots=True)
class WalkStep:
    """One step of the walk down the tree: the child with most mass, and whether it was taken."""

    taxon: str
    rank: str
    mass: float
    taken: bool


@dataclass(frozen=True, slots=True)
class Identification:
    """The answer for one crop.

    `taxon` is the key of a taxon, "" where no taxon is claimed. `reason` is one of "species",
    "higher_rank", "unknown_animal", "no_animal", "no_votes". `agreement` is the weighted share of
    the voting experts whose own best label lies in line with the answer, below or above it.
    `countries` are those of the place, as far as it played a part; `elsewhere` are the taxa that
    would have mattered and are known from other countries only, the answer perhaps among them.
    """

    photo_id: str
    index: int
    taxon: str
    rank: str
    confidence: float
    agreement: float
    reason: str
    walk: tuple[WalkStep, ...] = ()
    runners_up: tuple[tuple[str, float], ...] = field(default=())
    countries: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
