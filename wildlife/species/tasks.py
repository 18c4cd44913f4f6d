"""What Celery may call for species. Each task only says which service does it."""

from celery import shared_task
from django.db import close_old_connections

from wildlife.species.imports import jobs
from wildlife.species.models import SpeciesImport


@shared_task(ignore_result=True)
def look_at_import(job_id: int) -> None:
    """Find out what an import would change."""
    close_old_connections()
    jobs.preview(SpeciesImport.objects.get(pk=job_id))


@shared_task(ignore_result=True)
def go_on_with_import(job_id: int) -> None:
    """Bring in a portion; the rest waits behind what came to the queue in between."""
    close_old_connections()
    if jobs.go_on(SpeciesImport.objects.get(pk=job_id)):
        go_on_with_import.delay(job_id)


@shared_task(ignore_result=True)
def tend() -> None:
    """Go on with imports whose worker was lost."""
    close_old_connections()
    for job in jobs.resume_lost():
        looking = job.state == SpeciesImport.State.LOOKING
        (look_at_import if looking else go_on_with_import).delay(job.pk)
