"""What can go wrong with a training before it has begun."""

from models_registry.errors import ModelError


class TrainingRefused(ModelError):
    """The manifest, the parent or an option does not allow a training; the sentence says why."""
