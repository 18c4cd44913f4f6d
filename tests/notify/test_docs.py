"""The receiver of docs/webhooks.md takes what is sent, and nothing else."""

import re
from typing import Any

from django.conf import settings

from tests.notify.conftest import Receiver
from wildlife.notify import collecting, sending
from wildlife.notify.models import Webhook


def test_the_receiver_of_the_docs_knows_our_messages(hook: Webhook, receiver: Receiver) -> None:
    text = (settings.BASE_DIR / "docs" / "webhooks.md").read_text()
    code = re.search(r"```python\n(.*?)```", text, re.DOTALL)
    assert code is not None
    known: dict[str, Any] = {}
    exec(code[1], known)
    collecting.test(hook)
    sending.send_due()
    [(headers, body)] = receiver.got
    is_ours = known["is_ours"]
    assert is_ours(hook.secret, headers, body)
    assert not is_ours(hook.secret, headers, body + b" ")
    assert not is_ours("whsec_AAAA", headers, body)
    old = {**headers, "webhook-timestamp": str(int(headers["webhook-timestamp"]) - 600)}
    assert not is_ours(hook.secret, old, body)
