"""What the API says of projects, who is in them, deployments and events."""

from typing import Literal, NotRequired, TypedDict

FeatureType = Literal[
    "roadPaved",
    "roadDirt",
    "trailHiking",
    "trailGame",
    "roadUnderpass",
    "roadOverpass",
    "roadBridge",
    "culvert",
    "burrow",
    "nestSite",
    "carcass",
    "waterSource",
    "fruitingTree",
]
Role = Literal["viewer", "reviewer", "curator", "owner"]
SamplingDesign = Literal[
    "simpleRandom",
    "systematicRandom",
    "clusteredRandom",
    "experimental",
    "targeted",
    "opportunistic",
]


class Project(TypedDict):
    """A project that you are a member of."""

    slug: str
    url: str
    name: str
    description: str
    role: Role | None
    sampling_design: SamplingDesign
    data_licence: str
    media_licence: str
    event_gap: int
    accept_above: float | None
    reviewers_needed: int
    asks_count: bool
    asks_sex: bool
    asks_life_stage: bool
    asks_behaviour: bool
    created_at: str


class NewProject(TypedDict):
    """What may be set of a project. `name` alone must be."""

    name: str
    description: NotRequired[str]
    sampling_design: NotRequired[SamplingDesign]
    data_licence: NotRequired[str]
    media_licence: NotRequired[str]
    event_gap: NotRequired[int]
    accept_above: NotRequired[float | None]
    reviewers_needed: NotRequired[int]
    asks_count: NotRequired[bool]
    asks_sex: NotRequired[bool]
    asks_life_stage: NotRequired[bool]
    asks_behaviour: NotRequired[bool]


class Member(TypedDict):
    """Somebody in a project; `user` is their id."""

    user: int
    username: str
    url: str
    role: Role
    joined_at: str


class Invitation(TypedDict):
    """A link that makes who follows it a member."""

    id: int
    role: Role
    note: str
    uses_left: int
    expires_at: str
    made_by: str | None
    made_at: str


class MadeInvitation(Invitation):
    """An invitation that was just made, with its link. The link is told this one time."""

    link: str


class NewInvitation(TypedDict, total=False):
    """What an invitation may be made with: for `uses` people, good for `days`."""

    role: Role
    uses: int
    days: int
    note: str


class Deployment(TypedDict):
    """One camera at one place for a time."""

    id: str
    url: str
    project: str
    name: str
    location_id: str
    location_name: str
    latitude: float | None
    longitude: float | None
    coordinate_uncertainty: int | None
    start: str | None
    end: str | None
    time_zone: str
    clock_shift: str
    setup_by: str
    camera_id: str
    camera_model: str
    camera_delay: int | None
    camera_height: float | None
    camera_depth: float | None
    camera_tilt: int | None
    camera_heading: int | None
    detection_distance: float | None
    timestamp_issues: bool | None
    bait_use: bool | None
    feature_type: FeatureType | Literal[""]
    habitat: str
    groups: str
    tags: str
    comments: str
    created_at: str


class NewDeployment(TypedDict):
    """What may be set of a deployment. `name` alone must be."""

    name: str
    location_id: NotRequired[str]
    location_name: NotRequired[str]
    latitude: NotRequired[float | None]
    longitude: NotRequired[float | None]
    coordinate_uncertainty: NotRequired[int | None]
    start: NotRequired[str | None]
    end: NotRequired[str | None]
    time_zone: NotRequired[str]
    clock_shift: NotRequired[str]
    setup_by: NotRequired[str]
    camera_id: NotRequired[str]
    camera_model: NotRequired[str]
    camera_delay: NotRequired[int | None]
    camera_height: NotRequired[float | None]
    camera_depth: NotRequired[float | None]
    camera_tilt: NotRequired[int | None]
    camera_heading: NotRequired[int | None]
    detection_distance: NotRequired[float | None]
    timestamp_issues: NotRequired[bool | None]
    bait_use: NotRequired[bool | None]
    feature_type: NotRequired[FeatureType | Literal[""]]
    habitat: NotRequired[str]
    groups: NotRequired[str]
    tags: NotRequired[str]
    comments: NotRequired[str]


class Event(TypedDict):
    """One visit: photos of one deployment that follow each other closely."""

    id: str
    url: str
    deployment: str
    start: str
    end: str
    taxon: str | None
    confidence: float | None
    count: int
