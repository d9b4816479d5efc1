"""The sentence for every error code, in the reader's language. One place, so that pages, imports and the API agree."""

from django.utils.translation import gettext_lazy as _

from tallyhub.kernel.errors import HubError

_SENTENCES = {
    "adjustment_too_large": _(
        "%(amount)s takes back more than was bought: at most %(correctable)s can be taken back on that day."
    ),
    "after_term": _("%(occurred_on)s lies after the last day, %(ends_on)s. Offer it to the agreement that follows."),
    "allotment_amount": _(
        "%(amount)s does not fit the kind %(kind)s: only an adjustment may be negative, only a termination is 0."
    ),
    "allotment_as_needed": _(
        "%(external_ids)s: this entitlement is used as needed, so no quantity can be bought for it."
    ),
    "allotment_ends_before_start": _("The last day, %(ends_on)s, lies before the first one, %(starts_on)s."),
    "allotment_without_end": _("%(ends_on)s is no last day: whatever was bought ends. Name the day on which it does."),
    "already_reversed": _("%(external_ids)s: what it reverses was reversed before. An entry is taken back only once."),
    "amount_negative": _("%(amount)s is negative. To take something back, reverse its entry."),
    "amount_too_large": _("%(amount)s is more than %(amount_max)s, the largest amount of one row."),
    "amount_zero": _("An amount of 0 says nothing. Leave the row out, or give goodwill the multiplier 0."),
    "before_term": _("%(occurred_on)s lies before the first day, %(starts_on)s."),
    "benefit_not_counted": _("%(external_ids)s: this is an additional benefit, which has no quantity and no use."),
    "content_differs": _(
        "%(external_ids)s: already there with other content. To correct it, reverse it and add it under another ID."
    ),
    "duplicate_in_batch": _("%(external_ids)s: comes twice at once. Leave out the one that is not meant."),
    "in_future": _("%(occurred_on)s lies in the future: there, today is %(today)s."),
    "multiplier_out_of_bounds": _(
        "The multiplier %(multiplier)s is no fraction between 0 and %(multiplier_max)s in thousandths at most."
    ),
    "page_unknown": _("This page of the list does not exist. Start again at its first page."),
    "reason_not_a_code": _(
        "%(external_ids)s: the reason is not a code. Write it in small letters, digits and underscores."
    ),
    "reversal_differs": _(
        "%(external_ids)s: does not mirror its entry, or reverses a reversal. Repeat the entry, amount negative."
    ),
    "reversal_not_negative": _("%(amount)s is not negative. A reversal takes back what its entry charged."),
    "reversal_without_reason": _("%(external_ids)s: a reversal needs a reason."),
    "rounding_step_out_of_bounds": _("The rounding step %(rounding_step)s is not between 1 and %(step_max)s."),
    "sort_unknown": _("The list cannot be sorted by %(sort)s."),
    "unit_mismatch": _("The amount is in %(unit)s, but the entitlement is counted in %(expected)s."),
    "workspace_not_mapped": _(
        "%(external_ids)s: its package does not reach the workspace. Map the package to the workspace first."
    ),
}


def sentence(error: HubError) -> str:
    """What a person reads. A code without a sentence shows itself, and the test of this table fails."""
    text = _SENTENCES.get(error.code)
    return str(text) % error.params if text is not None else error.code
