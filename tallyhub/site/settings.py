"""Django's settings, made from ``Config``. Alphabetical where order does not matter."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from psycopg.conninfo import conninfo_to_dict

from tallyhub.accounts.rules import LANGUAGES as PERSON_LANGUAGES
from tallyhub.site import logs
from tallyhub.site.config import SMTP_PORTS, Config
from tallyhub.site.release import RELEASE
from tallyhub.site.wiring import NEWS, TAKES_MANY, TAKES_SEVERAL_FILES

TALLYHUB = Config()
TALLYHUB_NEWS = NEWS
TALLYHUB_RELEASE = RELEASE
TALLYHUB_TAKES_MANY = TAKES_MANY
TALLYHUB_TAKES_SEVERAL_FILES = TAKES_SEVERAL_FILES
SITE = Path(__file__).parent


def _database(url: str, **options: Any) -> dict[str, Any]:
    parts = conninfo_to_dict(url)
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    known = {key: str(parts.pop(name, "") or "") for key, name in names.items()}
    return {"ENGINE": "django.db.backends.postgresql", **known, "OPTIONS": {**parts, **options}}


# Prepared statements are worth 1.7 times the throughput; migrations do not survive them, so the owner has none.
_APP_OPTIONS = {
    "server_side_binding": True,
    "prepare_threshold": 0,
    # Short: while the database is away a page says so after three seconds, and after its return all is well in five.
    "pool": {"min_size": 1, "max_size": 8, "timeout": 3, "reconnect_timeout": 5},
}

ALLOWED_HOSTS = ["*"] if not TALLYHUB.base_url else [TALLYHUB.base_url.split("://")[-1].split(":")[0].split("/")[0]]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {"user_attributes": ("name", "email")}),
        ("MinimumLengthValidator", {}),
        ("CommonPasswordValidator", {}),
    )
]
AUTH_USER_MODEL = "accounts.Person"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "accounts_cache"}}
CSRF_FAILURE_VIEW = "tallyhub.site.errors.csrf_failure"
CSRF_TRUSTED_ORIGINS = [TALLYHUB.base_url.rstrip("/")] if TALLYHUB.base_url else []
DATABASES = {"default": _database(TALLYHUB.database_url or "postgresql:///tallyhub", **_APP_OPTIONS)}
if TALLYHUB.owner_url:
    DATABASES["owner"] = _database(TALLYHUB.owner_url)
DATA_UPLOAD_MAX_MEMORY_SIZE = max(TALLYHUB.body_bytes_max, TALLYHUB.api_body_max)
DEBUG = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
_SMTP = urlsplit(TALLYHUB.smtp_url)  # nothing set: notifications keeps its mails and asks for no connection
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = _SMTP.hostname or ""
EMAIL_HOST_PASSWORD = unquote(_SMTP.password or "")
EMAIL_HOST_USER = unquote(_SMTP.username or "")
EMAIL_PORT = _SMTP.port or SMTP_PORTS.get(_SMTP.scheme, 25)
EMAIL_TIMEOUT = 20  # seconds for each step of a delivery
EMAIL_USE_SSL = _SMTP.scheme == "smtps"
EMAIL_USE_TLS = _SMTP.scheme == "smtp+starttls"
FILE_UPLOAD_HANDLERS = [
    "tallyhub.kernel.uploads.Bounded",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
INSTALLED_APPS = [
    "tallyhub.site",
    "tallyhub.privacy",
    "tallyhub.integrations",
    "tallyhub.notifications",
    "tallyhub.activity",
    "tallyhub.helpdesk",
    "tallyhub.partners",
    "tallyhub.support",
    "tallyhub.engagements",
    "tallyhub.assessments",
    "tallyhub.learning",
    "tallyhub.office",
    "tallyhub.people",
    "tallyhub.messages",
    "tallyhub.health",
    "tallyhub.ledger",
    "tallyhub.agreements",
    "tallyhub.organizations",
    "tallyhub.accounts",
    "tallyhub.journal",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "procrastinate.contrib.django",
]
LANGUAGES = list(PERSON_LANGUAGES)
LANGUAGE_CODE = "en"
LOCALE_PATHS = [SITE / "locale"]
LOGGING = logs.configuration(TALLYHUB.log_format, TALLYHUB.log_level)
LOGIN_REDIRECT_URL = "/"
LOGIN_URL = "/accounts/login/"
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
MIDDLEWARE = [
    "tallyhub.site.middleware.security_headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tallyhub.site.proxies.believe_own_proxies",
    "tallyhub.site.middleware.take_turns",
    "tallyhub.site.middleware.observed",
    "tallyhub.site.probes.answer_probes",
    "tallyhub.health.public.door.apart",
    "tallyhub.integrations.api.door.apart",
    "tallyhub.site.middleware.SignedInPerson",
    "tallyhub.site.middleware.files_from_people",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "tallyhub.site.errors.SentenceMiddleware",
    "tallyhub.site.middleware.PossibleIds",
    "tallyhub.site.middleware.PlainTexts",
]
PASSWORD_RESET_TIMEOUT = 24 * 3600
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
ROOT_URLCONF = "tallyhub.site.urls"
SECRET_KEY = TALLYHUB.secret()
SECRET_KEY_FALLBACKS = TALLYHUB.former_secrets
SESSION_COOKIE_AGE = TALLYHUB.session_days * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = TALLYHUB.is_tls
SESSION_ENGINE = "tallyhub.accounts.sessions"
SILENCED_SYSTEM_CHECKS = ["account.W001"]
STATICFILES_DIRS: list[str] = []
STATIC_ROOT = TALLYHUB.data_dir.resolve() / "static"
STATIC_URL = "/static/"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": TALLYHUB.files_dir,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "APP_DIRS": True,
        "OPTIONS": {
            "environment": "tallyhub.site.templating.environment",
            "context_processors": ["tallyhub.site.templating.chrome"],
            "auto_reload": TALLYHUB.debug,
        },
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]
TIME_ZONE = "UTC"
USE_TZ = True
WSGI_APPLICATION = "tallyhub.site.wsgi.application"

# allauth: local accounts by address; there is no sign-up, people are invited.
ACCOUNT_ADAPTER = "tallyhub.accounts.adapter.Adapter"
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_FORMS = {
    "login": "tallyhub.accounts.forms.SignInForm",
    "change_password": "tallyhub.accounts.forms.ChangePasswordForm",
    "reset_password": "tallyhub.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "tallyhub.accounts.forms.NewPasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"
# Django's: the link ends with the password it was made for. allauth's own would also write to the database.
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # nobody gets mail because somebody else typed their address
ACCOUNT_RATE_LIMITS = {
    "health_subscribe": "10/h/ip",  # mail for visitors of the public page
    "login": "30/m/ip",
    "login_failed": f"{TALLYHUB.sign_in_failures_per_address_max}/m/ip,{TALLYHUB.sign_in_failures_max}/5m/key",
    "reset_password": "20/m/ip,5/h/key",
    "reset_password_from_key": "20/m/ip",
}
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_DISPLAY = "tallyhub.accounts.adapter.display"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None

# Customers' own identity providers (OpenID Connect); their settings are rows of people.IdentityProvider.
SOCIALACCOUNT_ADAPTER = "tallyhub.people.sign_in.adapter.Adapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False  # whom an address means is our rule: people.sign_in.rules.way_in
SOCIALACCOUNT_STORE_TOKENS = False
