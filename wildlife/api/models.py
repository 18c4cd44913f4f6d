"""Answers that were given, for clients that ask again because they never got them."""

from django.db import models


class StoredAnswer(models.Model):
    """What a request with an `Idempotency-Key` was answered, or that it is being answered."""

    caller = models.CharField(max_length=80, help_text="Whose key it is.")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of method, address and body.")
    status = models.PositiveSmallIntegerField(null=True, help_text="Empty while it is answered.")
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=b"")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["caller", "key"], name="answer_once_per_key"),
        ]
        indexes = [models.Index(fields=["made_at"], name="answer_made_at")]

    def __str__(self) -> str:
        return self.key
