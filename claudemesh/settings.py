"""Every setting of the broker, read from the environment. docs/configuration.md explains each."""

from datetime import timedelta
from urllib.parse import urlsplit

from claudemesh import __version__
from claudemesh.databases import caches, channel_layers, with_options
from claudemesh.environment import BASE_DIR, read_environment

env = read_environment()

# --- the process -------------------------------------------------------------
INSECURE_SECRET_KEY = "insecure-key-that-serve-refuses"
SECRET_KEY = env.str("SECRET_KEY", default=INSECURE_SECRET_KEY)
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
HOST = env.str("HOST", default="127.0.0.1")
PORT = env.int("PORT", default=7900)
APP_URL = env.str("APP_URL", default=f"http://localhost:{PORT}").rstrip("/")
BROKER_URL = env.str("BROKER_URL", default="ws" + APP_URL.removeprefix("http") + "/ws")
TRUSTED_PROXY = env.bool("TRUSTED_PROXY", default=False)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[APP_URL])
BEHIND_HTTPS = urlsplit(APP_URL).scheme == "https"
COOKIE_SECURE = env.bool("COOKIE_SECURE", default=BEHIND_HTTPS)
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO").upper()
GIT_SHA = env.str("GIT_SHA", default="")
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
EXPECTED_MIGRATION = env.str("EXPECTED_MIGRATION", default="")
BROKER_SKIP_MIGRATE = env.bool("BROKER_SKIP_MIGRATE", default=False)
DOWNLOADS_DIR = env.str("DOWNLOADS_DIR", default=str(BASE_DIR / "downloads"))

# --- secrets -----------------------------------------------------------------
BROKER_ENCRYPTION_KEYS = env.list("BROKER_ENCRYPTION_KEY", default=[])
CLI_SYNC_SECRET = env.str("CLI_SYNC_SECRET", default="")

BROKER_LEGACY_AUTH = env.bool("BROKER_LEGACY_AUTH", default=False)

# --- storage -----------------------------------------------------------------
DATABASE_POOL_SIZE = env.int("DATABASE_POOL_SIZE", default=10)
DATABASES = {
    "default": with_options(
        env.db_url("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'db.sqlite3'}"),
        pool_size=DATABASE_POOL_SIZE,
    )
}
REDIS_URLS = env.list("REDIS_URL", default=[])
CHANNEL_LAYERS = channel_layers(REDIS_URLS)
CACHES = caches(REDIS_URLS)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- realtime limits ---------------------------------------------------------
MAX_MESSAGE_BYTES = env.int("MAX_MESSAGE_BYTES", default=65_536)
SENDS_PER_MINUTE = env.int("SENDS_PER_MINUTE", default=60)
SEND_BURST = env.int("SEND_BURST", default=10)
REQUESTS_PER_MINUTE = env.int("REQUESTS_PER_MINUTE", default=1_200)
REQUEST_BURST = env.int("REQUEST_BURST", default=200)
HELLOS_PER_MINUTE = env.int("HELLOS_PER_MINUTE", default=120)
HELLO_BURST = env.int("HELLO_BURST", default=100)
HELLO_TIMEOUT_S = env.float("HELLO_TIMEOUT_S", default=10)
PRESENCE_LEASE_S = env.float("PRESENCE_LEASE_S", default=90)
ACK_TIMEOUT_S = env.float("ACK_TIMEOUT_S", default=30)
MAX_ATTEMPTS = env.int("MAX_ATTEMPTS", default=10)
MAX_SESSIONS_PER_MESH = env.int("MAX_SESSIONS_PER_MESH", default=1_000)
MAX_SESSIONS_PER_MEMBER = env.int("MAX_SESSIONS_PER_MEMBER", default=64)
MAX_UNAUTHENTICATED = env.int("MAX_UNAUTHENTICATED", default=2_000)
MAX_UNAUTHENTICATED_PER_ADDRESS = env.int("MAX_UNAUTHENTICATED_PER_ADDRESS", default=200)
SEND_WINDOW_MESSAGES = env.int("SEND_WINDOW_MESSAGES", default=256)
SEND_WINDOW_BYTES = env.int("SEND_WINDOW_BYTES", default=1_048_576)
OUTBOUND_MAX_BYTES = env.int("OUTBOUND_MAX_BYTES", default=4_194_304)
SLOW_CONSUMER_S = env.float("SLOW_CONSUMER_S", default=30)
LEDGER_MAX_BACKLOG = env.int("LEDGER_MAX_BACKLOG", default=20_000)
LEDGER_MAX_BYTES = env.int("LEDGER_MAX_BYTES", default=67_108_864)
MESSAGE_TTL_S = env.float("MESSAGE_TTL_S", default=604_800)
SETTLED_RETENTION_S = env.float("SETTLED_RETENTION_S", default=86_400)
WORKING_TIMEOUT_S = env.float("WORKING_TIMEOUT_S", default=60)
NODE_HEARTBEAT_S = env.float("NODE_HEARTBEAT_S", default=3)
NODE_LEASE_S = env.float("NODE_LEASE_S", default=15)
RECONCILE_S = env.float("RECONCILE_S", default=3)
SHARED_PER_MINUTE = env.int("SHARED_PER_MINUTE", default=120)
SHARED_BURST = env.int("SHARED_BURST", default=30)
MAX_STATE_KEYS = env.int("MAX_STATE_KEYS", default=1_000)
MAX_STATE_VALUE_BYTES = env.int("MAX_STATE_VALUE_BYTES", default=32_768)
MAX_STATE_BYTES = env.int("MAX_STATE_BYTES", default=1_048_576)
MAX_MEMORIES = env.int("MAX_MEMORIES", default=2_000)
MAX_MEMORY_BYTES = env.int("MAX_MEMORY_BYTES", default=16_384)
MAX_REMINDER_BYTES = env.int("MAX_REMINDER_BYTES", default=8_192)
MAX_REMINDERS_PER_MEMBER = env.int("MAX_REMINDERS_PER_MEMBER", default=50)
MAX_REMINDERS_PER_MESH = env.int("MAX_REMINDERS_PER_MESH", default=500)

# --- mail --------------------------------------------------------------------
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="claudemesh@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
EMAIL_BACKEND = env.str("EMAIL_BACKEND", default=vars()["EMAIL_BACKEND"])
EMAIL_TIMEOUT = 10
ANYMAIL = {
    "POSTMARK_SERVER_TOKEN": env.str("POSTMARK_SERVER_TOKEN", default=""),
    "RESEND_API_KEY": env.str("RESEND_API_KEY", default=""),
    "REQUESTS_TIMEOUT": EMAIL_TIMEOUT,
    "POSTMARK_SEND_DEFAULTS": {"track_clicks": False, "track_opens": False},
    **env.json("ANYMAIL", default={}),
}

# --- Django ------------------------------------------------------------------
INSTALLED_APPS = [
    "claudemesh.admin_config.BrokerAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "rest_framework",
    "drf_spectacular",
    "anymail",
    "csp",
    "accounts",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "audit",
    "emails",
    "meshes",
    "presence",
    "dashboard",
    "claudemesh",
]
MIDDLEWARE = [
    "claudemesh.date_header.DateHeaderMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "claudemesh.cache_away.CacheAwayMiddleware",
]
ROOT_URLCONF = "claudemesh.urls"
ASGI_APPLICATION = "claudemesh.asgi.application"
APPEND_SLASH = False
CSRF_FAILURE_VIEW = "claudemesh.api_errors.csrf_failure"
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
                "dashboard.context.site",
            ],
        },
    },
]
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-us"
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True

# --- accounts and cookies ----------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/dashboard"
LOGOUT_REDIRECT_URL = "/"
PASSWORD_RESET_TIMEOUT = 3_600
SESSION_COOKIE_SECURE = COOKIE_SECURE
CSRF_COOKIE_SECURE = COOKIE_SECURE
SESSION_COOKIE_HTTPONLY = True
SECURE_HSTS_SECONDS = 31_536_000 if BEHIND_HTTPS else 0
X_FRAME_OPTIONS = "DENY"

# --- sign-in (django-allauth) ------------------------------------------------
ACCOUNT_ADAPTER = "accounts.sign_in.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.sign_in.forms.SignupDetails"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
MFA_ADAPTER = "accounts.sign_in.second_factor.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = f"claudemesh at {urlsplit(APP_URL).hostname}"

# --- what pages may load and do (CSP level 3) --------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "manifest-src": ["'self'"],
        "connect-src": ["'self'", "ws" + APP_URL.removeprefix("http")],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    },
}

# --- the API -----------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_SCHEMA_CLASS": "claudemesh.schema.BrokerSchema",
    "EXCEPTION_HANDLER": "claudemesh.api_errors.exception_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SIMPLE_JWT = {
    "ALGORITHM": "HS256",
    "SIGNING_KEY": CLI_SYNC_SECRET,
    "ACCESS_TOKEN_LIFETIME": timedelta(days=30),
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Claudemesh broker",
    "DESCRIPTION": "Meshes, invitations and devices over HTTP. Messages go over the WebSocket.",
    "VERSION": __version__,
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "COMPONENT_SPLIT_PATCH": False,
    "SERVERS": [{"url": APP_URL}],
    "POSTPROCESSING_HOOKS": ["claudemesh.schema.add_plain_views"],
}

# --- logs --------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"level": LOG_LEVEL},
        "daphne": {"level": "WARNING"},
        "twisted": {"level": "WARNING"},
    },
}
