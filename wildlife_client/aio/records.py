"""All else that a server knows, with asyncio."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any, Unpack

from wildlife_client.aio.sending import Sending
from wildlife_client.asking import (
    Found,
    Id,
    OfPhotos,
    Source,
    Taxa,
)
from wildlife_client.calls import records as calls
from wildlife_client.calls import species
from wildlife_client.types import answers, catalogue, exchange

AT_WORK = ("checking", "running", "making")
POLL_JOB = 2.0
"""seconds between two questions how far something is"""


class Records(Sending):
    """The operations on answers, species, models, imports and exports."""

    # --- Answers ------------------------------------------------------------------------------

    def detections(self, **filters: Unpack[Found]) -> AsyncIterator[answers.DetectionRow]:
        """List what was found on photos."""
        return self.pages(calls.detections(filters))

    async def detection(self, pk: int) -> answers.DetectionRow:
        """Read one detection."""
        return await self.send(calls.detection(pk))

    def identifications(self, **filters: Unpack[Found]) -> AsyncIterator[answers.IdentificationRow]:
        """List answers, each with its votes."""
        return self.pages(calls.identifications(filters))

    async def identification(self, pk: int) -> answers.IdentificationRow:
        """Read one answer."""
        return await self.send(calls.identification(pk))

    def verdicts(self, **filters: Unpack[OfPhotos]) -> AsyncIterator[answers.Verdict]:
        """List what people say."""
        return self.pages(calls.verdicts(filters))

    async def verdict(self, pk: int) -> answers.Verdict:
        """Read one verdict."""
        return await self.send(calls.verdict(pk))

    async def give_verdict(self, **new: Unpack[answers.NewVerdict]) -> answers.Verdict:
        """Say what a detection, or a whole photo, shows."""
        return await self.send(calls.give_verdict(new))

    async def withdraw_verdict(self, pk: int) -> None:
        """Take a verdict back."""
        await self.send(calls.withdraw_verdict(pk))

    # --- Catalogue ----------------------------------------------------------------------------

    def taxa(self, **filters: Unpack[Taxa]) -> AsyncIterator[catalogue.Taxon]:
        """List taxa."""
        return self.pages(species.taxa(filters))

    async def taxon(self, slug: str) -> catalogue.TaxonDetail:
        """Read all that is known of a taxon."""
        return await self.send(species.taxon(slug))

    async def make_taxon(self, **new: Unpack[catalogue.NewTaxon]) -> catalogue.TaxonDetail:
        """Make a taxon with what is known of it; for curators."""
        return await self.send(species.make_taxon(new))

    async def change_taxon(
        self, slug: str, *, reason: str, **changes: Any
    ) -> catalogue.TaxonDetail:
        """Change a taxon: values named as in `NewTaxon`; a list of facts is replaced as a whole."""
        return await self.send(species.change_taxon(slug, {**changes, "reason": reason}))

    async def delete_taxon(self, slug: str, *, reason: str) -> None:
        """Delete a taxon with its synonyms and all that is said of it; the history stays."""
        await self.send(species.delete_taxon(slug, reason))

    def models(self) -> AsyncIterator[catalogue.Release]:
        """List the releases of models."""
        return self.pages(calls.models())

    async def model(self, name: str, version: str) -> catalogue.Release:
        """Read one release of a model."""
        return await self.send(calls.model(name, version))

    def runs(self) -> AsyncIterator[answers.Run]:
        """List the runs that looked at your photos."""
        return self.pages(calls.runs())

    async def run(self, run_id: Id) -> answers.Run:
        """Read one run: with which versions, weights and thresholds."""
        return await self.send(calls.run(run_id))

    # --- Imports ------------------------------------------------------------------------------

    async def open_import(
        self, files: Sequence[Source], *, project: str = "", time_zone: str = "UTC"
    ) -> exchange.Import:
        """Send a file, or the files of a package, to be looked through; nothing changes yet."""
        return await self.send(calls.open_import(files, project, time_zone))

    def imports(self) -> AsyncIterator[exchange.Import]:
        """List your imports and those of projects that you curate, the newest first."""
        return self.pages(calls.list_imports())

    async def import_job(self, import_id: Id) -> exchange.Import:
        """Read how far an import is."""
        return await self.send(calls.import_job(import_id))

    def import_problems(self, import_id: Id) -> AsyncIterator[exchange.ImportProblem]:
        """List what of a file cannot be taken, and why."""
        return self.pages(calls.import_problems(import_id))

    async def confirm_import(self, import_id: Id) -> exchange.Import:
        """Carry out an import that is `ready`."""
        return await self.send(calls.confirm_import(import_id))

    async def cancel_import(self, import_id: Id) -> exchange.Import:
        """Give an import up. What it has changed stays."""
        return await self.send(calls.cancel_import(import_id))

    async def watch_import(self, import_id: Id) -> AsyncIterator[exchange.Import]:
        """Yield how far an import is each time that it changed, until it works no more.

        It then waits for `confirm_import`, or has ended.
        """
        told = None
        while told is None or told["state"] in AT_WORK:
            if told is not None:
                await asyncio.sleep(POLL_JOB)
            now = await self.send(calls.import_job(import_id))
            if now != told:
                yield now
            told = now

    # --- Exports ------------------------------------------------------------------------------

    async def open_export(
        self, kind: exchange.ExportFormat, *, project: str = "", query: str = ""
    ) -> exchange.Export:
        """Let a file be made of photos and answers; `query` is that of the library's address."""
        return await self.send(calls.open_export(kind, project, query))

    def exports(self) -> AsyncIterator[exchange.Export]:
        """List your exports, the newest first."""
        return self.pages(calls.list_exports())

    async def export_job(self, export_id: Id) -> exchange.Export:
        """Read how far an export is."""
        return await self.send(calls.export_job(export_id))

    async def watch_export(self, export_id: Id) -> AsyncIterator[exchange.Export]:
        """Yield how far an export is each time that it changed, until it is ready or failed."""
        told = None
        while told is None or told["state"] in AT_WORK:
            if told is not None:
                await asyncio.sleep(POLL_JOB)
            now = await self.send(calls.export_job(export_id))
            if now != told:
                yield now
            told = now

    async def save_export(self, export_id: Id, path: Path) -> None:
        """Download the file of an export that is `ready`: all of it, or nothing."""
        await self.save(calls.export_file(export_id), path)

    async def delete_export(self, export_id: Id) -> None:
        """Delete an export with its file, or stop the one that is being made."""
        await self.send(calls.delete_export(export_id))
