"""Rows of what comes in."""

from wildlife.exchange.imports.models import Import, ImportProblem

__all__ = ["Import", "ImportProblem"]
