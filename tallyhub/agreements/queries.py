"""Reads about agreements."""

from tallyhub.agreements.models import Agreement
from tallyhub.kernel.access import Access


def get_agreement(access: Access, agreement_id: int) -> Agreement:
    return Agreement.objects.visible_to(access).get(pk=agreement_id)
