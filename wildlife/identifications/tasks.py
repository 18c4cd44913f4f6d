"""What Celery may call. Each task only says which service does it."""

from celery import shared_task

from wildlife.identifications import sweeping
from wildlife.identifications.execution import StepFailed, execute


@shared_task(throws=(StepFailed,))
def run_step(run_id: str, step: str) -> None:
    """Do one step of one run."""
    execute(run_id, step)


@shared_task(ignore_result=True)
def sweep() -> None:
    """Restart what is stuck, claim what waits."""
    sweeping.sweep()


@shared_task(ignore_result=True)
def tidy() -> None:
    """Delete what nobody can ask for any more."""
    sweeping.tidy()
