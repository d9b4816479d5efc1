"""What this package holds about a person: what they asked, said and did for a request."""

from django.utils.translation import gettext_lazy as _

from tallyhub.kernel.personal import Holding

_RECORD = _("It belongs to the record of the support request, whose readers rely on it. The person's name goes.")
