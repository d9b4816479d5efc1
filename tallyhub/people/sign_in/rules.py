"""Whose a mail domain can be, what an identity provider's word is worth, and who gets in by it. Pure."""

import re
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import idna

from tallyhub.kernel.errors import Invalid

DOMAIN_MAX = 253  # characters, in ASCII
DOMAINS_MAX = 200  # per customer
GROUPS_MAX = 500  # directory groups per customer
GROUPS_READ_MAX = 10_000  # of one answer
EMAIL_MAX = 254  # characters, as a person's
KEY_MAX = 200  # characters of a directory group's name in the directory
ISSUER_MAX = 500
_SHARED = Path(__file__).with_name("shared_domains.txt")
_DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
# co.uk, com.au, ac.jp: below a country's own name these belong to nobody, either.
_COUNTRY_SUFFIX = re.compile(r"(ac|co|com|edu|gob|gov|gouv|go|mil|ne|net|or|org|sch)\.[a-z]{2}")


# Domains


def read_domain(text: str) -> str:
    """A mail domain as somebody writes it, in ASCII and small letters (IDNA). Raises Invalid."""
    said = text.strip().rpartition("@")[2].strip().rstrip(".")
    try:
        domain = idna.encode(said, uts46=True).decode().lower()
    except (idna.IDNAError, UnicodeError):
        raise Invalid("domain_malformed", domain=text.strip()[:DOMAIN_MAX]) from None
    if not _DOMAIN.fullmatch(domain):
        raise Invalid("domain_malformed", domain=text.strip()[:DOMAIN_MAX])
    if domain in shared_domains() or _COUNTRY_SUFFIX.fullmatch(domain):
        raise Invalid("domain_shared", domain=domain)
    return domain


@cache
def shared_domains() -> frozenset[str]:
    lines = _SHARED.read_text().splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def new_challenge() -> str:
    return secrets.token_urlsafe(24)


def record_name(domain: str) -> str:
    return f"_tallyhub-challenge.{domain}"


def record_text(challenge: str) -> str:
    return f"tallyhub={challenge}"


def is_proof(challenge: str, texts: Collection[str]) -> bool:
    """Other records may stand beside ours."""
    return bool(challenge) and record_text(challenge) in {text.strip() for text in texts}


# Who gets in


@dataclass(frozen=True, slots=True)
class Claim:
    """What a verified answer of an identity provider says about somebody.

    ``groups`` None: nothing was said of groups. ``is_cut``: there are too many, and so the answer left them out.
    """

    subject: str
    email: str = ""
    is_verified: bool = False
    name: str = ""
    groups: frozenset[str] | None = None
    is_cut: bool = False


def read_claim(claims: Mapping[str, Any], groups_claim: str) -> Claim:
    """Whatever is not of the expected kind was not said."""
    email, name = claims.get("email"), claims.get("name")
    return Claim(
        subject=str(claims["sub"]),
        email=_address(email),
        # Some directories say it as a text, and one says that the domain's owner was checked instead.
        is_verified=any(claims.get(one) in (True, "true", "1", 1) for one in ("email_verified", "xms_edov")),
        name="".join(filter(str.isprintable, name)).strip()[:200] if isinstance(name, str) else "",
        groups=_groups(claims.get(groups_claim)) if groups_claim else None,
        is_cut=bool(groups_claim) and _is_cut(claims, groups_claim),
    )


def _address(said: Any) -> str:
    """In ASCII only, so that no letter becomes another one where case is folded."""
    address = said.strip() if isinstance(said, str) else ""
    is_plain = address.isascii() and address.isprintable() and len(address) <= EMAIL_MAX
    return address if is_plain and address.count("@") == 1 else ""


def _groups(said: Any) -> frozenset[str] | None:
    if isinstance(said, str):
        return _groups([said])
    if isinstance(said, list):
        named = (one for one in said[:GROUPS_READ_MAX] if isinstance(one, str))
        return frozenset(one for one in named if one.isprintable() and len(one) <= KEY_MAX)
    return None


def _is_cut(claims: Mapping[str, Any], groups_claim: str) -> bool:
    """Somebody is in more groups than fit: the answer names a place where they could be asked for instead."""
    elsewhere = claims.get("_claim_names")
    named = isinstance(elsewhere, dict) and groups_claim in elsewhere
    return groups_claim not in claims and (named or claims.get("hasgroups") in (True, "true"))


def account_id(issuer: str, subject: str) -> str:
    """Stands for somebody at a provider: subjects are unique at their issuer only, and may be names."""
    return sha256(f"{issuer}\n{subject}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Known:
    """What the hub knows about a claim, seen from the customer whose provider makes it."""

    person_id: int | None = None
    is_linked: bool = False  # this very account at the provider signed in before
    is_active: bool = True
    is_staff: bool = False  # of the provider or a partner, somewhere
    is_known: bool = False  # by the customer: member, role, key or open invitation
    is_elsewhere: bool = False  # another customer knows the person
    has_other_way: bool = False  # a password, or an account at any identity provider
    is_at_provider: bool = False  # with another account at this provider
    is_proved: bool = False  # the address lies in a domain that the customer has proved
    is_proved_elsewhere: bool = False  # or in another customer's


class Way(StrEnum):
    """How somebody gets in."""

    LINKED = "linked"
    BY_ADDRESS = "by_address"  # is linked from now on
    NEW = "new"  # the directory vouches for an address of its own, and a group of it has roles here


def way_in(claim: Claim, known: Known, *, has_group: bool) -> Way:
    """The rule against taking over accounts (docs/threat-model.md). Raises Invalid for whoever is not let in.

    A customer may say of its own domains who has an address; of other addresses only where believing it opens nothing
    but what the customer itself gave to somebody who has no other account.
    """
    if known.is_staff or not known.is_active:
        raise Invalid("sso_unknown")
    belongs = known.is_known or has_group
    if known.is_linked:
        if not belongs:
            raise Invalid("sso_unknown")
        return Way.LINKED
    if not claim.email or not claim.is_verified:
        raise Invalid("sso_address_unverified")
    if known.person_id is None:
        if known.is_proved and has_group:
            return Way.NEW
        raise Invalid("sso_unknown")
    if not belongs or not _is_believed(known):
        raise Invalid("sso_unknown")
    if known.is_at_provider:  # an address that was given to somebody new
        raise Invalid("sso_other_account")
    return Way.BY_ADDRESS


def _is_believed(known: Known) -> bool:
    if known.is_proved:
        return True
    return known.is_known and not (known.is_proved_elsewhere or known.is_elsewhere or known.has_other_way)
