"""`python -m wildlife.ops.alive`: exit status 0 where a worker of this host was heard of lately."""

import os
import socket
import sys

from redis.exceptions import RedisError

from wildlife.ops.attendance import present

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wildlife.settings")
    try:
        heard = any(name.endswith(f"@{socket.gethostname()}") for name in present())
    except RedisError as error:
        sys.exit(f"Redis does not answer: {type(error).__name__}")
    sys.exit(0 if heard else "no worker of this host was heard of lately")
