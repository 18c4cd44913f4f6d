"""`python -m wildlife.ops`: what `make run` runs."""

import sys

from wildlife.ops.serve import Refused, serve

if __name__ == "__main__":
    try:
        serve()
    except Refused as refused:
        sys.exit(f"wildlife: {refused}")
    except KeyboardInterrupt:
        sys.exit(130)
