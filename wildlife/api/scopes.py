"""Which request needs which scope of a token. The one table of this rule.

What the user behind the token may do is another question, asked of the rights in projects and of
the roles: a token can only be less than its user.
"""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from wildlife.tokens.models import Scope, Token

WRITES: Mapping[str, Mapping[str, Scope]] = {
    "photos": {"POST": Scope.UPLOAD, "DELETE": Scope.CURATE},
    "uploads": {"POST": Scope.UPLOAD},
    "verdicts": {"POST": Scope.REVIEW, "DELETE": Scope.REVIEW},
    "taxa": {"POST": Scope.CURATE, "PATCH": Scope.CURATE, "DELETE": Scope.CURATE},
    "exports": {"POST": Scope.READ, "DELETE": Scope.READ},
    "imports": {"POST": Scope.CURATE},
    "alerts": {"POST": Scope.REVIEW, "PATCH": Scope.REVIEW, "DELETE": Scope.REVIEW},
    "deployments": {"POST": Scope.CURATE, "PATCH": Scope.CURATE, "DELETE": Scope.CURATE},
}
"""From resource and method to scope. Reading needs `read`; what is not in here needs `admin`."""


def scope_for(resource: str, method: str) -> Scope:
    """Return the scope that a token needs for a request."""
    if method in SAFE_METHODS:
        return Scope.READ
    return WRITES.get(resource, {}).get(method, Scope.ADMIN)


class ScopeAllows(BasePermission):
    """Refuses a token that is meant for something else."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not isinstance(request.auth, Token) or request.method == "OPTIONS":
            return True
        scope = scope_for(getattr(view, "resource", ""), request.method or "")
        if scope.value not in request.auth.scopes:
            raise PermissionDenied(
                _("This token lacks the scope “%(scope)s”. Make one that has it.")
                % {"scope": scope.value},
                "scope_missing",
            )
        return True
