"""What can go wrong with a model. Each error says whether trying again may help."""


class ModelError(Exception):
    """Root of all errors of the registry."""

    transient = False


class CardInvalid(ModelError):
    """A card.toml or labels.csv is missing something or says something impossible."""


class WeightsMissing(ModelError):
    """The weights file of a card is not on this machine."""


class WeightsTampered(ModelError):
    """The weights file does not have the hash that its card promises."""


class ReleaseUnknown(ModelError):
    """No card has this name and version."""


class InferenceFailed(ModelError):
    """The network ran and produced no usable answer, or could not run just now."""

    transient = True
