"""Reads about imports and saved mappings."""

from django.db import connection

from tallyhub.integrations.imports.rules import FILE_KEPT, KEPT
from tallyhub.integrations.models import Import, SavedMapping
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access

SHOWN_MAX = 50


def list_imports(access: Access) -> list[Import]:
    """The newest; without their problems, which may be many."""
    return list(Import.objects.visible_to(access).defer("problems", "mapping").order_by("-id")[:SHOWN_MAX])


def get_import(access: Access, import_id: int) -> Import:
    return Import.objects.visible_to(access).get(pk=import_id)


def lock_import(access: Access, import_id: int) -> Import:
    return Import.objects.visible_to(access).select_for_update().get(pk=import_id)


def list_mappings(access: Access) -> list[SavedMapping]:
    return list(SavedMapping.objects.visible_to(access).order_by("name"))


def get_mapping(access: Access, mapping_id: int) -> SavedMapping:
    return SavedMapping.objects.visible_to(access).get(pk=mapping_id)


def customers_to_clear() -> list[int]:
    """Those with a file or an import that is too old to be kept: whatever the scope."""
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM integrations_import_customers(%s, %s)", [now - FILE_KEPT, now - KEPT])
        return [row[0] for row in cursor.fetchall()]
