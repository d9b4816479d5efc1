"""What classes, categories and reasons are called on screen and in mail."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from tallyhub.messages.rules import AtOnce, Audience, MessageCategory, MessageClass, MessageSeverity, Reason, Tag

CLASS_NAMES: dict[str, Any] = {
    MessageClass.SUBSCRIPTION: _("Subscription: renewal, price, invoice"),
    MessageClass.OPERATIONAL: _("Operation of a product"),
    MessageClass.DIRECT_PRODUCT: _("Product bought from the provider"),
    MessageClass.SECURITY: _("Security"),
    MessageClass.PRIVACY: _("Data protection, for administrators alone"),
    MessageClass.DELEGATION: _("Delegation"),
    MessageClass.PROMOTION: _("Advertising"),
}
CATEGORY_NAMES: dict[str, Any] = {
    MessageCategory.PREVENT: _("Prevent or fix"),
    MessageCategory.PLAN: _("Plan for change"),
    MessageCategory.INFORM: _("Stay informed"),
}
SEVERITY_NAMES: dict[str, Any] = {
    MessageSeverity.NORMAL: _("Normal importance"),
    MessageSeverity.HIGH: _("High importance"),
    MessageSeverity.CRITICAL: _("Critical importance"),
}
SEVERITY_TONES = {MessageSeverity.HIGH: "critical", MessageSeverity.CRITICAL: "over"}
TAG_NAMES: dict[str, Any] = {
    Tag.NEW: _("New function"),
    Tag.CHANGED: _("Changed function"),
    Tag.RETIRED: _("Goes away"),
    Tag.USERS: _("Concerns everybody who works with it"),
    Tag.ADMINISTRATORS: _("Concerns administrators"),
    Tag.DATA: _("Concerns stored data"),
}
AUDIENCE_NAMES: dict[str, Any] = {
    Audience.HOLDERS: _("All customers that have one of the products"),
    Audience.NAMED: _("Only the customers that are named"),
}
# A refusal, as an editor, a customer and a partner read it.
REASON_NAMES: dict[str, Any] = {
    Reason.THROUGH_PARTNER: _("It bought the product through a partner, who talks to it about that."),
    Reason.NO_PRODUCT: _("It bought some products through a partner and others directly. Name the product."),
    Reason.NOT_HELD: _("It has none of these products today."),
    Reason.NOTHING_HELD: _("It has no product today, so nobody can say who talks to it about buying."),
    Reason.UNASKED: _("It buys through a partner and has not asked for advertising from the provider."),
}
AT_ONCE_NAMES: dict[str, Any] = {
    AtOnce.CRITICAL: _("What is critical"),
    AtOnce.EVERYTHING: _("Every message"),
    AtOnce.NOTHING: _("Nothing"),
}
