"""Tokens for superusers: which there are, and deleting one that leaked."""

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from wildlife.tokens.models import Token


@admin.register(Token)
class TokenAdmin(ModelAdmin):
    """Nobody makes a token for somebody else: whoever saw it could act as them."""

    list_display = ["name", "user", "beginning", "made_at", "expires_at", "last_used_at"]
    list_select_related = ["user"]
    search_fields = ["name", "beginning", "user__username"]
    exclude = ["secret_hash"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Token | None = None) -> bool:
        return False
