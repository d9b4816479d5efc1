"""What an organisation says of how to reach its support. It is shown at once (S003-51)."""

from collections.abc import Mapping
from typing import Any

from tallyhub.journal.steps import News, record_many
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.scope import command
from tallyhub.partners.hours import typed_of
from tallyhub.partners.models import ProfileChange, SupportProfile
from tallyhub.partners.profiles.rules import read_profile
from tallyhub.partners.rules import Refused


@command
def save_profile(access: Access, typed: Mapping[str, Any]) -> list[str]:
    """Keep what was typed, all of it or nothing; returns the names of what has changed. Raises Refused."""
    access.require_serving(Right.MANAGE_SUPPORT)
    said, wrong = read_profile(typed)
    if said is None:
        raise Refused(wrong)
    own = {"organization_id": access.organization_id or 0}
    profile = SupportProfile.objects.select_for_update().filter(**own).first() or SupportProfile(**own)
    values = {
        "email": said.email,
        "telephone": said.telephone,
        "website": said.website,
        "chat": said.chat,
        "languages": list(said.languages),
        "hours": typed_of(said.hours) if said.hours else {},
    }
    before = {name: getattr(profile, name) for name in values}
    changed = [name for name, value in values.items() if before[name] != value]
    if not changed:
        return []
    for name, value in values.items():
        setattr(profile, name, value)
    profile.changed_at = clock.now()
    profile.save()
    changes = {name: [before[name], values[name]] for name in changed}
    ProfileChange.objects.create(**own, changes=changes, changed_at=profile.changed_at, changed_by_id=access.person_id)
    details = {"fields": "+".join(changed)}
    record_many(access, [News("partners.profile_changed", None, profile.organization_id, details=details)])
    return changed
