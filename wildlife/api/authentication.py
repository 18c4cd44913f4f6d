"""Programs show a token, browsers their session."""

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from wildlife.photos.limits import address_of
from wildlife.tokens.models import Token
from wildlife.tokens.services import find, note_use

KEYWORDS = (b"bearer", b"token")
"""`Bearer` is the standard's word; `Token` is what earlier scripts send."""


class TokenAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[User, Token] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() not in KEYWORDS:
            return None
        if len(parts) != 2:
            raise AuthenticationFailed(_("Send the token as “Authorization: Bearer …”."))
        token = find(parts[1].decode("latin-1"))
        if token is None:
            raise AuthenticationFailed(
                _("This token opens nothing: it is wrong, has ended or was revoked.")
            )
        note_use(token, address_of(request))
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class TokenScheme(OpenApiAuthenticationExtension):
    """How the documentation tells it."""

    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A token from the page “Tokens” of your account. Each has scopes: "
            "`read`, `upload`, `review`, `curate`, `admin`.",
        }
