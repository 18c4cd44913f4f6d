"""Where cameras stood, from a package: read by the same rules as a table of deployments."""

from dataclasses import dataclass

from wildlife.exchange import deployments
from wildlife.exchange.imports.files import Brought
from wildlife.exchange.imports.models import Import, ImportProblem
from wildlife.exchange.imports.readers.camtrap_dp import deployments_of
from wildlife.exchange.sentences import kept
from wildlife.projects.models import Project


@dataclass(frozen=True, slots=True)
class Stood:
    """How many deployments are new or change, and what is wrong with others."""

    count: int
    problems: list[ImportProblem]


def take_deployments(
    job: Import, project: Project, brought: Brought, tables: dict[str, str]
) -> Stood:
    """Look at the deployments of a package, and keep them where the import is confirmed."""
    text = deployments_of(brought, tables, deployments.MOST_BYTES)
    reading = deployments.read(project, text, job.time_zone)
    problems = [
        ImportProblem(
            job=job, line=one.line, item=f"deployments: {one.column}"[:255],
            code="bad_deployment", reason=one.pattern[:500], values=kept(one.values),
        )
        for one in reading.problems
    ]  # fmt: skip
    if job.state == Import.State.RUNNING:
        deployments.carry_out(reading, project, job.by)
    return Stood(len(reading.new) + len(reading.changed), problems)
