"""Runs the supervisor over the programs given as JSON: what tests/ops/test_supervisor.py starts."""

import asyncio
import json
import os
import sys
from pathlib import Path

from wildlife.ops.supervisor import Program, Supervisor


async def started() -> None:
    print("all started", flush=True)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    programs = [
        Program(name, argv, dict(os.environ), patience=patience)
        for name, argv, patience in json.loads(sys.argv[2])
    ]
    asyncio.run(Supervisor(programs, folder).run(started))
    print("stopped", flush=True)
