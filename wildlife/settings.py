"""All settings in one file. What differs between machines comes from the environment."""

import logging
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import environ
from celery.schedules import schedule
from corsheaders.defaults import default_headers
from csp.constants import NONE, SELF
from django.templatetags.static import static

from wildlife.hosts import allowed_hosts
from wildlife.logging import logging_config
from wildlife.ops.redis_server import remembered
from wildlife.secrets import cookie_name, secret_key

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()

# --- Places -----------------------------------------------------------------------------------

DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "data"))).resolve()
"""Database, media, Redis data, prepared models, logs and secrets of this copy."""

SHARED_DIR = Path(env.str("WILDLIFE_SHARED", default=str(BASE_DIR.parent / "shared"))).resolve()
"""Published weights that cards may point to."""

# --- Security ---------------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="") or secret_key(DATA_DIR)

HOST = env.str("HOST", default="") or "127.0.0.1"
"""The address that this copy listens on."""
ALLOWED_HOSTS = allowed_hosts(env.list("ALLOWED_HOSTS", default=[]), HOST)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SESSION_COOKIE_NAME = cookie_name("session", SECRET_KEY)
CSRF_COOKIE_NAME = cookie_name("csrf", SECRET_KEY)
GUEST_DAYS = env.int("GUEST_DAYS", default=90)
"""So long after a guest's last visit their photos are kept; 0 for ever. A guest is a session."""
SESSION_COOKIE_AGE = 60 * 60 * 24 * 90
"""Seconds that an account stays signed in."""
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.bool("HTTPS", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SESSION_COOKIE_SECURE else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    # Both bring inline scripts and styles of their own.
    "EXCLUDE_URL_PREFIXES": ["/admin/", "/api/"],
    "DIRECTIVES": {
        "default-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

# --- Applications -----------------------------------------------------------------------------

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.import_export",
    "unfold.contrib.simple_history",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_structlog",
    "django_htmx",
    "csp",
    "corsheaders",
    "django_filters",
    "import_export",
    "simple_history",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "models_registry",
    "wildlife.projects",
    "wildlife.tokens",
    "wildlife.species",
    "wildlife.photos",
    "wildlife.identifications",
    "wildlife.library",
    "wildlife.review",
    "wildlife.exchange",
    "wildlife.notify",
    "wildlife.accounts",
    "wildlife.api",
    "wildlife.web",
    "wildlife.ops",
]

MIDDLEWARE = [
    "django_structlog.middlewares.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "wildlife.compression.CompressedPages",
    "csp.middleware.CSPMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "wildlife.zones.in_the_readers_zone",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "wildlife.accounts.staying.prolonging",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
]

ROOT_URLCONF = "wildlife.urls"
WSGI_APPLICATION = "wildlife.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wildlife.accounts.context.accounts",
            ],
        },
    },
]

# --- Database ---------------------------------------------------------------------------------

DATABASES = {
    "default": env.db("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'wildlife.sqlite3'}")
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        # A writer that waits is better than one that fails half-way through a transaction.
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
    DATABASES["default"]["TEST"] = {"NAME": DATA_DIR / "test.sqlite3"}
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["CONN_MAX_AGE"] = 60
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Files ------------------------------------------------------------------------------------

MEDIA_ROOT = DATA_DIR / "media"
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
# Leaflet's files alone: as an application, django-leaflet asks for GDAL.
_LEAFLET = distribution("django-leaflet").locate_file("leaflet/static")
STATICFILES_DIRS = [BASE_DIR / "static", Path(str(_LEAFLET))]

if bucket := env.str("S3_BUCKET", default=""):
    _media = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": bucket,
            "endpoint_url": env.str("S3_ENDPOINT_URL", default=None),
            # Originals have names of their own; a preview made again takes the old one's place.
            "file_overwrite": True,
        },
    }
else:
    _media = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"allow_overwrite": True},
    }
STORAGES = {
    "default": _media,
    "staticfiles": {"BACKEND": "wildlife.static.StaticStorage"},
}

MAX_UPLOAD_BYTES = env.int("MAX_UPLOAD_BYTES", default=100 * 1024 * 1024)
MAX_ARCHIVE_BYTES = env.int("MAX_ARCHIVE_BYTES", default=8 * 1024**3)
"""Of a zip archive as it is sent; it comes in parts."""
MAX_ARCHIVE_FILES = env.int("MAX_ARCHIVE_FILES", default=20_000)
MAX_UNPACKED_BYTES = env.int("MAX_UNPACKED_BYTES", default=16 * 1024**3)
"""Of all files in one archive, as it announces them."""
FETCH_SECONDS = env.float("FETCH_SECONDS", default=30.0)
"""After which a photo that is fetched from an address is given up."""
FETCH_ALLOWED_HOSTS = env.list("FETCH_ALLOWED_HOSTS", default=[])
"""Hosts inside the own network that photos may be fetched from: nas.example.org."""
MAX_PHOTO_PIXELS = env.int("MAX_PHOTO_PIXELS", default=80_000_000)
# Each file of an upload is open until the upload ends; see `wildlife.ops.serve.OPEN_FILES`.
DATA_UPLOAD_MAX_NUMBER_FILES = 500
FILE_UPLOAD_HANDLERS = [
    "wildlife.photos.uploads.DropBeyondLimit",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# --- Work -------------------------------------------------------------------------------------

# A command run beside `make run` finds the Redis that the supervisor started.
REDIS_URL = env.str("REDIS_URL", default="") or remembered(DATA_DIR) or "redis://127.0.0.1:6379/0"

CELERY_BROKER_URL = REDIS_URL
CELERY_RESULT_BACKEND = REDIS_URL
# Results only serve the counting of a chord; answers live in the database.
CELERY_RESULT_EXPIRES = 3600
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# Celery would close the database after every task. Tasks ask Django themselves whether their
# connection is still good, which costs less than a new one each time.
CELERY_DB_REUSE_MAX = 10_000
CELERY_TASK_DEFAULT_QUEUE = "control"
CELERY_TASK_IGNORE_RESULT = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
LONGEST_STEP = 1800
"""Seconds. Until then a worker says that its step still runs, and Redis does not hand the message
out a second time."""
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": LONGEST_STEP,
    "socket_connect_timeout": 5,
}
# Publishing from the web process must not hang an upload when Redis is away.
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_max": 0.2}


def _beat(task: str, every: float, expires: float) -> dict[str, Any]:
    """Return an entry of the beat; seconds. A message that waited longer is for the next one."""
    return {
        "task": f"wildlife.{task}",
        "schedule": schedule(run_every=every),
        "options": {"expires": expires},
    }


_DAY = 24 * 3600
CELERY_BEAT_SCHEDULE = {
    "sweep": _beat("identifications.tasks.sweep", env.float("SWEEP_EVERY", default=5.0), 10),
    "tidy": _beat("identifications.tasks.tidy", _DAY, 3600),
    "make-events": _beat("identifications.tasks.make_events", 10, 10),
    "answer-again": _beat("identifications.tasks.answer_again", 5, 5),
    "tidy-api": _beat("api.tasks.tidy", 3600, 3600),
    "tend-archives": _beat("identifications.tasks.tend_archives", 60, 60),
    "tend-accounts": _beat("accounts.tasks.tend", 60, 60),
    "forget-guests": _beat("accounts.tasks.forget_guests", _DAY, 3600),
    "tend-review": _beat("review.tasks.tend", 60, 60),
    "pass-on": _beat("notify.tasks.pass_on", 5, 5),
    "tidy-notify": _beat("notify.tasks.tidy", _DAY, 3600),
    "tend-species": _beat("species.tasks.tend", 60, 60),
    "tend-exports": _beat("exchange.tasks.tend", 60, 60),
    "tend-imports": _beat("exchange.imports.tasks.tend", 60, 60),
    "tend-library": _beat("library.tasks.tend", 60, 60),
}
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "run" / "beat-schedule")

FUSION_METHOD = env.str("FUSION_METHOD", default="tree")
"""How votes become an answer: tree, weighted or majority (see pipelines/fusion.py)."""
RUNS_IN_FLIGHT = env.int("RUNS_IN_FLIGHT", default=3)
PHOTOS_PER_RUN = env.int("PHOTOS_PER_RUN", default=16)
RUN_STALE_AFTER = env.float("RUN_STALE_AFTER", default=20.0)
"""Seconds without a heartbeat after which `sweep` starts a run again."""
RUN_ATTEMPTS = 3

# --- Models -----------------------------------------------------------------------------------

MODEL_CARD_DIRS = [BASE_DIR / "models_registry" / "releases", DATA_DIR / "releases"]
MODEL_CACHE_DIR = Path(
    env.str("MODEL_CACHE_DIR", default=str(DATA_DIR / "prepared-models"))
).resolve()
"""Networks prepared for this machine. Copies on one machine may share it."""
MODEL_DEVICE = env.str("MODEL_DEVICE", default="auto")
"""auto, cpu or cuda."""
MODEL_PRECISION = env.str("MODEL_PRECISION", default="card")
"""card (what each card says), fp32 or bf16."""

# --- Sources of species knowledge ---------------------------------------------------------------

IUCN_API_URL = env.str("IUCN_API_URL", default="https://api.iucnredlist.org/api/v4")
IUCN_API_TOKEN = env.str("IUCN_API_TOKEN", default="")
IUCN_API_PAUSE = env.float("IUCN_API_PAUSE", default=0.5)
"""Seconds between two questions, as the Red List asks for."""
WIKIDATA_URL = env.str("WIKIDATA_URL", default="https://query.wikidata.org/sparql")
IMPORT_CONTACT = env.str("IMPORT_CONTACT", default="")
"""A mail address or page that servers are told, as Wikidata's rules ask for."""
IMPORT_TIMEOUT = env.float("IMPORT_TIMEOUT", default=60.0)
IMPORT_RETRIES = env.int("IMPORT_RETRIES", default=5)
IMPORT_BACKOFF = env.float("IMPORT_BACKOFF", default=1.0)
"""Seconds before a busy server is asked again; twice as many each time."""
IMPORT_LONGEST_WAIT = env.int("IMPORT_LONGEST_WAIT", default=300)
"""Seconds; a server that asks for more by Retry-After is asked again after these."""

# --- Accounts -----------------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "web:home"
LOGOUT_REDIRECT_URL = "web:home"

SIGN_UP = env.str("SIGN_UP", default="open")
"""open, invited (who brings an invitation, made in the admin) or closed."""
INVITATION_DAYS = env.int("INVITATION_DAYS", default=14)
PROJECT_CREATORS = env.str("PROJECT_CREATORS", default="users")
"""Who may make projects: users (everybody with an account) or staff."""

EMAIL_URL = env.str("EMAIL_URL", default="")
"""smtp://USER:PASSWORD@HOST:PORT, smtp+tls:// or smtp+ssl://. Without one, mails are printed."""
vars().update(env.email("EMAIL_URL", default="consolemail://"))
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("MAIL_FROM", default="wildlife@localhost")
EMAIL_VERIFICATION = env.str("EMAIL_VERIFICATION", default="optional" if EMAIL_URL else "none")
"""mandatory (nobody gets in before), optional or none."""

ACCOUNT_ADAPTER = "wildlife.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = [
    "username*",
    "email*" if EMAIL_VERIFICATION == "mandatory" else "email",
    "password1*",
]
ACCOUNT_EMAIL_VERIFICATION = EMAIL_VERIFICATION
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[Wildlife] "
ACCOUNT_EMAIL_NOTIFICATIONS = bool(EMAIL_URL)
# The same answer for known and unknown addresses, also where that lets two accounts name one.
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_MAX_EMAIL_ADDRESSES = 5
ACCOUNT_USERNAME_MIN_LENGTH = 2
MFA_TOTP_ISSUER = "Wildlife"
MFA_TOTP_TOLERANCE = 1
# Where no mail can be sent no address is ever verified, and a second factor still helps.
MFA_ALLOW_UNVERIFIED_EMAIL = True

EXPORT_DAYS = env.int("EXPORT_DAYS", default=7)
"""How long an export of one's own data is kept."""
EXPORT_PART_BYTES = env.int("EXPORT_PART_BYTES", default=1024**3)
"""From this size on an export goes on in another file: smaller ones survive a bad connection."""

# --- Limits -------------------------------------------------------------------------------------

# How often, in how long, counted by what: per address (ip), account or mail address (key).
ACCOUNT_RATE_LIMITS = {
    "login": env.str("RATE_LOGIN", default="30/m/ip"),
    "login_failed": env.str("RATE_LOGIN_FAILED", default="20/m/ip,5/5m/key"),
    "signup": env.str("RATE_SIGN_UP", default="60/h/ip"),
    "reset_password": env.str("RATE_PASSWORD_RESET", default="20/h/ip,3/h/key"),
}
RATE_GUEST_UPLOADS = env.str("RATE_GUEST_UPLOADS", default="6000/h")
"""Photos that guests may upload from one address; with an account there is no such limit."""
GUEST_QUOTA_BYTES = env.int("GUEST_QUOTA_BYTES", default=20 * 1024**3)
"""Of originals that one guest may keep here; 0 for any number."""
USER_QUOTA_BYTES = env.int("USER_QUOTA_BYTES", default=0)
"""Of originals that one account may keep here; 0 for any number."""
PROJECT_QUOTA_BYTES = env.int("PROJECT_QUOTA_BYTES", default=0)
"""Of originals that one project may keep here; 0 for any number."""

# Without either, the address is the one that the connection comes from. Behind a proxy all would
# share the proxy's; and a header that no proxy sets could be made up by anyone.
ALLAUTH_TRUSTED_CLIENT_IP_HEADER = env.str("TRUSTED_IP_HEADER", default="") or None
"""A header that the proxy always sets anew to the visitor's address, such as X-Real-IP."""
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=0)
"""How many proxies append to X-Forwarded-For, the last of them in front of this copy."""
RATELIMIT_IP_META_KEY = "wildlife.photos.limits.address_of"

CACHES = {
    "default": {
        "BACKEND": "wildlife.cache.RedisElseMemory",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "wildlife",
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }
}
"""Only for what may be forgotten: the counts of the limits above."""

# --- Logs and metrics -------------------------------------------------------------------------

LOGGING = logging_config(
    as_json=env.bool("LOG_JSON", default=False), level=env.str("LOG_LEVEL", default="INFO")
)
DJANGO_STRUCTLOG_STATUS_DEFAULT_LOG_LEVEL = logging.DEBUG
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
# Looking the user up for each line would cost two queries a request.
DJANGO_STRUCTLOG_USER_ID_FIELD = None
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
"""Who brings it as bearer token may read /metrics; without one only staff may."""

# --- API --------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "wildlife.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "EXCEPTION_HANDLER": "wildlife.api.problems.problem",
}
API_RATES = {
    "token": env.int("API_RATE_TOKEN", default=6000),
    "user": env.int("API_RATE_USER", default=12_000),
    "guest": env.int("API_RATE_GUEST", default=1200),
}
"""Requests a minute: of one token, of one user with all their tokens, of guests of one address; 0
for any number."""

CORS_ALLOWED_ORIGINS = env.list("CORS_ALLOWED_ORIGINS", default=[])
"""Other sites whose pages may ask the API, by tokens: https://maps.example.org."""
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_HEADERS = [*default_headers, "idempotency-key", "if-match", "if-none-match"]
CORS_EXPOSE_HEADERS = [
    "ETag",
    "Idempotency-Replayed",
    "Location",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
]
SPECTACULAR_SETTINGS = {
    "TITLE": "Wildlife",
    "DESCRIPTION": "Which animal is on a photo, how sure we are and why.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "OAS_VERSION": "3.1.1",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "wildlife.api.schema.complete",
    ],
    "ENUM_NAME_OVERRIDES": {
        "DetectionCategory": "wildlife.identifications.models.Detection.Category",
        "ConservationCategory": "wildlife.species.models.ConservationAssessment.Category",
        "PhotoState": "wildlife.photos.models.Photo.State",
        "RunState": "wildlife.identifications.models.Run.State",
        "VerdictKind": "wildlife.identifications.models.Verdict.Kind",
    },
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "defaultModelsExpandDepth": 0},
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# --- Admin ------------------------------------------------------------------------------------

# By default whoever may enter the admin may import and export everything.
IMPORT_EXPORT_IMPORT_PERMISSION_CODE = "change"
IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "view"
# A spreadsheet would run a name that begins with "=".
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True

# --- Language and time ------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_AGE = 60 * 60 * 24 * 365
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = SESSION_COOKIE_SECURE
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
"""For readers whose browser does not tell theirs."""
USE_I18N = True
USE_TZ = True

UNFOLD = {
    "SITE_TITLE": "Wildlife",
    "SITE_HEADER": "Wildlife",
    "SITE_SYMBOL": "pets",
    "STYLES": [lambda request: static("css/curation.css")],
    "SIDEBAR": {"navigation": "wildlife.sidebar.navigation", "command_search": True},
    "COMMAND": {"search_callback": "wildlife.species.admin.palette.find"},
    # The green of the pages, from light to dark.
    "COLORS": {
        "primary": {
            "50": "oklch(97% .015 157)",
            "100": "oklch(94% .035 157)",
            "200": "oklch(89% .06 157)",
            "300": "oklch(82% .09 157)",
            "400": "oklch(72% .12 157)",
            "500": "oklch(59% .12 157)",
            "600": "oklch(47% .1 157)",
            "700": "oklch(42% .09 157)",
            "800": "oklch(36% .075 157)",
            "900": "oklch(31% .06 157)",
            "950": "oklch(22% .045 157)",
        }
    },
}
