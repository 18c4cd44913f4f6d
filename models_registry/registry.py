"""The models of this process: cards by name and version, loaded once, verified, prepared."""

import hashlib
import importlib.util
import logging
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from threading import RLock
from typing import Any

from models_registry import adapters
from models_registry.adapters.classification import ImageClassifier
from models_registry.adapters.detection import BoxDetector
from models_registry.adapters.embedding import ImageEmbedder
from models_registry.adapters.neighbours import Neighbours
from models_registry.backends import Backend, prepared
from models_registry.card import ModelCard, read_card
from models_registry.errors import (
    CardInvalid,
    ModelError,
    ReleaseUnknown,
    WeightsMissing,
    WeightsTampered,
)
from models_registry.gallery import Learned
from models_registry.interfaces import Classifier, Detector, Embedder, Label

log = logging.getLogger(__name__)

ADAPTERS = {
    "ultralytics-detector": "models_registry.adapters.ultralytics_detector",
    "timm-classifier": "models_registry.adapters.timm_classifier",
    "torchvision-classifier": "models_registry.adapters.torchvision_classifier",
}
"""From a card's adapter to the module that builds its network."""

BACKENDS = {
    "openvino": "models_registry.backends.openvino",
    "torch": "models_registry.backends.torch",
}
Front = BoxDetector | ImageClassifier | ImageEmbedder
FRONTS: dict[str, type[BoxDetector] | type[ImageClassifier] | type[ImageEmbedder]] = {
    "detector": BoxDetector,
    "coarse": ImageClassifier,
    "expert": ImageClassifier,
    "embedder": ImageEmbedder,
}
"""From a card's kind to what turns pictures into its answers."""

LIBRARIES = ("openvino", "torch", "torchvision", "timm", "ultralytics")
GPU_NODES = ("/dev/nvidiactl", "/dev/dxg")
"""Without one of these no process has a CUDA device, and torch need not be asked."""


class Registry:
    """Cards, and at most one loaded instance of each. Threads may share it.

    `device` is auto, cpu or cuda; `precision` is card, fp32 or bf16. `refused` holds the faults
    of the folders that are no valid card: they do not keep the others from working.
    """

    def __init__(
        self,
        card_dirs: Sequence[Path],
        cache_dir: Path,
        shared_dir: Path,
        device: str = "auto",
        precision: str = "card",
    ) -> None:
        self._card_dirs = tuple(card_dirs)
        self._cache_dir = cache_dir
        self._shared_dir = shared_dir
        self._device = device
        self._precision = precision
        self._loaded: dict[str, Front] = {}
        self._lock = RLock()
        self.refused: tuple[CardInvalid, ...] = ()
        self._cards: dict[str, ModelCard] = {}
        self.refresh()

    @property
    def cards(self) -> Mapping[str, ModelCard]:
        """All valid cards by key, in the order of their folders."""
        return self._cards

    def refresh(self) -> None:
        """Read the folders again, for cards that were added while running."""
        cards: dict[str, ModelCard] = {}
        refused = []
        for path in (
            path for place in self._card_dirs for path in sorted(place.glob("*/card.toml"))
        ):
            try:
                card = read_card(path.parent)
                if card.adapter not in ADAPTERS or card.kind not in FRONTS:
                    raise CardInvalid(f"{card.key}: no adapter {card.adapter!r} for a {card.kind}.")
                if card.key in cards:
                    raise CardInvalid(f"{card.key} is there twice, also in {path.parent.name}.")
                cards[card.key] = card
            except CardInvalid as fault:
                refused.append(fault)
        self._cards, self.refused = cards, tuple(refused)

    def card(self, key: str) -> ModelCard:
        """Return a card by key. Raises ReleaseUnknown."""
        if key not in self._cards:
            self.refresh()
        try:
            return self._cards[key]
        except KeyError:
            raise ReleaseUnknown(f"There is no card for {key!r}.") from None

    def labels(self, key: str) -> tuple[Label, ...]:
        """Return what the columns of a classifier's answers mean, without loading it."""
        return self.card(key).labels

    def precision(self, key: str) -> str:
        """Return what this process computes a model in: fp32 or bf16. Raises ReleaseUnknown."""
        return self._precision_of(self.card(key))

    def detector(self, key: str) -> Detector:
        """Return a loaded detector. Raises as `verify` does, and CardInvalid for another kind."""
        instance = self._load(key)
        if not isinstance(instance, BoxDetector):
            raise CardInvalid(f"{key} is no detector but a kind of {self.card(key).kind}.")
        return instance

    def classifier(self, key: str) -> Classifier:
        """Return a loaded coarse classifier, expert, or embedder that votes by its gallery.

        Raises as `detector` does.
        """
        instance = self._load(key)
        if isinstance(instance, ImageEmbedder):
            return self.neighbours(key)
        if not isinstance(instance, ImageClassifier):
            raise CardInvalid(f"{key} is no classifier but a kind of {self.card(key).kind}.")
        return instance

    def embedder(self, key: str) -> Embedder:
        """Return a loaded embedder. Raises as `detector` does."""
        instance = self._load(key)
        if not isinstance(instance, ImageEmbedder):
            raise CardInvalid(f"{key} is no embedder but a kind of {self.card(key).kind}.")
        return instance

    def neighbours(self, key: str, learned: Learned | None = None) -> Classifier:
        """Return an embedder's vote: by its gallery and what was learned since. Raises likewise."""
        card, instance = self.card(key), self._load(key)
        if not isinstance(instance, ImageEmbedder) or instance.gallery is None:
            raise CardInvalid(f"{key} has no gallery to compare with.")
        return Neighbours(instance, instance.gallery, card.outputs, card.closeness, learned)

    def verify(self, key: str) -> Path:
        """Return the path of a card's weights, once their hash has been compared.

        Raises ReleaseUnknown, WeightsMissing or WeightsTampered; also for a gallery.
        """
        card = self.card(key)
        path = card.weights_path(self._shared_dir)
        files = [(path, card.weights, card.sha256)]
        if card.gallery:
            files.append((card.folder / card.gallery, card.gallery, card.gallery_sha256))
        for file, name, sha256 in files:
            try:
                with file.open("rb") as content:
                    found = hashlib.file_digest(content, "sha256").hexdigest()
            except OSError as error:
                raise WeightsMissing(f"{card.key} needs {name}, which is not here.") from error
            if found != sha256:
                raise WeightsTampered(f"{name} is not the file that {card.key} was made with.")
        return path

    def keep_only(self, keys: Collection[str]) -> None:
        """Let go of every loaded model that is not among `keys`."""
        with self._lock:
            self._loaded = {key: it for key, it in self._loaded.items() if key in keys}

    def prepare(self, key: str) -> bool:
        """Make the prepared form that this machine runs; return whether there was work to do."""
        card = self.card(key)
        if self._backend() != "openvino":
            return False
        with self._lock:
            weights = self.verify(key)
            precision = self._precision_of(card)
            made = [self._prepared(card, weights, precision, size)[1] for size in _sizes(card)]
            return any(made)

    def prune(self) -> None:
        """Delete prepared forms that no card asks for any more."""
        wanted = {
            self._cache_path(card, self._precision_of(card), size)
            for card in self._cards.values()
            for size in _sizes(card)
        }
        for path in set(self._cache_dir.glob("*.prepared")) - wanted:
            path.unlink(missing_ok=True)

    def _load(self, key: str) -> Front:
        if instance := self._loaded.get(key):
            return instance
        with self._lock:
            if instance := self._loaded.get(key):
                return instance
            card = self.card(key)
            instance = FRONTS[card.kind](card, *self._ready(card))
            self._loaded[key] = instance
            return instance

    def _ready(self, card: ModelCard) -> list[Backend]:
        """Return a backend for each size that a card's pictures are looked at in."""
        weights = self.verify(card.key)
        name = self._backend()
        module = import_module(BACKENDS[name])
        precision = self._precision_of(card)
        sizes = _sizes(card)
        backends: list[Backend]
        if name == "openvino":
            forms = [self._prepared(card, weights, precision, size)[0] for size in sizes]
            backends = [module.OpenVino(*form, precision) for form in forms]
        else:
            # It takes pictures of any size.
            one = module.Torch(self._network(card, weights), self._torch(), precision)
            backends = [one] * len(sizes)
        log.info("%s is loaded on %s in %s", card.key, name, backends[0].precision)
        return backends

    def _prepared(
        self, card: ModelCard, weights: Path, precision: str, size: int
    ) -> tuple[tuple[bytes, bytes], bool]:
        """Return the topology and weights for OpenVINO, and whether they had to be made."""
        path = self._cache_path(card, precision, size)
        if (found := prepared.read(path)) is not None:
            return found, False
        log.info("Preparing %s for this machine", card.key)
        network = self._network(card, weights)
        made = import_module(BACKENDS["openvino"]).prepare(network, size)
        prepared.write(path, *made)
        return made, True

    def _network(self, card: ModelCard, weights: Path) -> Any:
        """Build a card's network. Raises CardInvalid, also where its library knows none such."""
        try:
            return import_module(ADAPTERS[card.adapter]).network(card, weights)
        except (ModelError, MemoryError):
            raise
        except Exception as error:
            raise CardInvalid(f"The network of {card.key} cannot be built: {error}.") from error

    def _cache_path(self, card: ModelCard, precision: str, size: int) -> Path:
        parts = (card.sha256, card.fingerprint, precision, str(size), _versions(), _code())
        digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
        return self._cache_dir / f"{card.key}-{digest[:20]}.prepared"

    def _precision_of(self, card: ModelCard) -> str:
        wanted = card.precision if self._precision == "card" else self._precision
        here: str = import_module(BACKENDS[self._backend()]).precision_here(wanted, self._torch())
        return here

    def _backend(self) -> str:
        """Return openvino, unless there is a GPU to use or OpenVINO is not installed."""
        if self._torch() == "cuda":
            return "torch"
        return "openvino" if importlib.util.find_spec("openvino") else "torch"

    def _torch(self) -> str:
        """Return the device that torch would run on."""
        return "cpu" if self._device == "cpu" else _torch_device(self._device)


def _sizes(card: ModelCard) -> list[int]:
    """Return the sizes that a card's pictures are looked at in, the first look first."""
    return [size for size in (card.input.size, card.input.closer) if size]


@cache
def _torch_device(wanted: str) -> str:
    """Return cuda or cpu; torch is only asked on a machine that may have a GPU."""
    if wanted == "cuda":
        return "cuda"
    if not any(Path(node).exists() for node in GPU_NODES):
        return "cpu"
    return "cuda" if import_module(BACKENDS["torch"]).cuda_works() else "cpu"


@cache
def _versions() -> str:
    found = []
    for library in LIBRARIES:
        try:
            found.append(f"{library} {version(library)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)


@cache
def _code() -> str:
    """Return a hash of the code that builds networks: what it made before may differ."""
    files = [*Path(adapters.__path__[0]).glob("*.py"), Path(prepared.__file__)]
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in sorted(files))).hexdigest()
