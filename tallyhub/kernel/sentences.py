"""The sentence for every error code, in the reader's language. One place, so that pages, imports and the API agree."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from tallyhub.kernel.errors import HubError

_SENTENCES = {
    "address_in_ledger": _(
        "An address is nothing for the ledger, which nobody can erase. Name the row by a number or code."
    ),
    "adjustment_too_large": _(
        "%(amount)s takes back more than was bought: at most %(correctable)s can be taken back on that day."
    ),
    "after_term": _("%(occurred_on)s lies after the last day, %(ends_on)s. Offer it to the agreement that follows."),
    "agreement_unknown": _(
        "There is no agreement with this number. Import the agreements first, or correct the number."
    ),
    "allotment_amount": _(
        "%(amount)s does not fit the kind %(kind)s: only an adjustment may be negative, only a termination is 0."
    ),
    "allotment_as_needed": _(
        "%(external_ids)s: this entitlement is used as needed, so no quantity can be bought for it."
    ),
    "allotment_ends_before_start": _("The last day, %(ends_on)s, lies before the first one, %(starts_on)s."),
    "allotment_without_end": _("%(ends_on)s is no last day: whatever was bought ends. Name the day on which it does."),
    "already_reversed": _("%(external_ids)s: what it reverses was reversed before. An entry is taken back only once."),
    "amount_malformed": _("This is no amount. Write digits with a point before the decimals: 12 or 1.5."),
    "amount_negative": _("%(amount)s is negative. To take something back, reverse its entry."),
    "amount_not_whole": _("This unit is counted in whole numbers."),
    "amount_too_fine": _("A credit has two decimals at most."),
    "amount_too_large": _("%(amount)s is more than %(amount_max)s, the largest amount of one row."),
    "amount_zero": _("An amount of 0 says nothing. Leave the row out, or give goodwill the multiplier 0."),
    "before_term": _("%(occurred_on)s lies before the first day, %(starts_on)s."),
    "benefit_not_counted": _("%(external_ids)s: this is an additional benefit, which has no quantity and no use."),
    "body_malformed": _("The body is not JSON."),
    "body_not_json": _("The body must be JSON, sent with the content type application/json."),
    "body_too_large": _("The body is larger than %(bytes_max)s bytes. Send fewer rows at once."),
    "cells_wrong": _(
        "The line has %(found)s cells, the header has %(expected)s. A cell that holds the delimiter needs quotes."
    ),
    "code_malformed": _(
        "Write a code of small letters, digits, dots, hyphens and underscores, %(length_max)s characters at most."
    ),
    "code_taken": _("Another organisation has this code already. Choose another one."),
    "column_missing": _("This column is missing in the header."),
    "column_twice": _("This column is there twice. Leave out the one that is not meant."),
    "column_unknown": _("There is no such column. Known are: %(columns)s."),
    "confirmation_differs": _("That is not what must be typed. Write it as it stands above the field."),
    "contacts_full": ngettext_lazy(
        "The %(allowed)s support contact that the agreement %(number)s allows is named. Free the place first, or ask "
        "your CSAM for a top-up.",
        "All %(allowed)s support contacts that the agreement %(number)s allows are named. Free one first, or ask your "
        "CSAM for a top-up.",
        "allowed",
    ),
    "contacts_too_many": ngettext_lazy(
        "These would be %(new)s more, but the agreement %(number)s has %(left)s place left for support contacts. "
        "Choose fewer people, free a place, or ask your CSAM for a top-up.",
        "These would be %(new)s more, but the agreement %(number)s has %(left)s places left for support contacts. "
        "Choose fewer people, free a place, or ask your CSAM for a top-up.",
        "left",
    ),
    "content_differs": _(
        "%(external_ids)s: already there with other content. To correct it, reverse it and add it under another ID."
    ),
    "control_character": _("There is a control character in the text. Remove it."),
    "csv_malformed": _(
        "The line is not CSV: a quotation mark inside a cell must be doubled, and the whole cell quoted."
    ),
    "csv_quote_open": _("A quotation mark is opened here and not closed, or a cell is longer than any text of ours."),
    "cursor_unknown": _("This cursor was made by no page of ours. Take it from a page, or leave it out."),
    "customer_unknown": _("There is no customer with this code. Import the customers first, or correct the code."),
    "database_refused": _(
        "The database refused the file, perhaps because something changed at the same time: %(reason)s. Try again."
    ),
    "day_malformed": _("This is no day. Write it as 2026-11-30, or say in a mapping how the file writes days."),
    "day_missing": _("On which day was it? Fill in occurred_on or occurred_at."),
    "day_out_of_bounds": _("The day must lie between %(first)s and %(last)s."),
    "day_twice": _("Fill in one of occurred_on and occurred_at, not both."),
    "default_twice": _("The customer has another default workspace already. There is only one."),
    "domain_malformed": _("%(domain)s is no mail domain. Write it as example.org."),
    "domain_taken": _("%(domain)s is the domain of another customer."),
    "duplicate_in_batch": _("%(external_ids)s: comes twice at once. Leave out the one that is not meant."),
    "email_malformed": _("This is no mail address."),
    "encoding_wrong": _(
        "The byte %(byte)s is not %(encoding)s. Save the file as UTF-8, or name its encoding in a mapping."
    ),
    "ends_before_start": _("The last day lies before the first one, %(starts_on)s."),
    "ends_too_late": _("It ends after what it is a part of, whose last day is %(ends_on)s."),
    "entitlement_unknown": _(
        "The package has no entitlement with this code. Import the entitlements first, or correct the code."
    ),
    "export_failed": _("The file could not be made. Ask for it again; if it happens again, tell your provider."),
    "export_no_room": _(
        "The disk of the hub is full, so the file could not be written. Tell your provider, or download a CSV."
    ),
    "export_not_allowed": _("Your rights have changed since you asked for this file. Ask for it again."),
    "export_not_ready": _("The file is not there yet."),
    "export_too_large": _(
        "There are more than %(rows_max)s rows, too many for a spreadsheet. Download them as CSV, or filter them."
    ),
    "exports_waiting": _("%(count)s of your files are waiting to be made. Ask again when they are done."),
    "fault": _("Something went wrong on our side, and nothing was changed. Tell your provider this number: %(number)s"),
    "file_changed": _("The file changed while it was read. Try again."),
    "file_empty": _("The file is empty, or its first line is: that line names the columns."),
    "hours_not_whole_minutes": _("This is not a whole number of minutes. Write hours and minutes as 1:20."),
    "group_member_unknown": _("Nobody with this address belongs to the workspace. Invite them first."),
    "group_name_missing": _("Give the group a name."),
    "group_name_taken": _("The workspace has another group with the name %(name)s. Choose another name."),
    "import_failed": _("The import broke off on our side. Nothing of the file is in. Try again."),
    "import_not_allowed": _("Whoever started this import may not bring in files for this customer any more."),
    "import_not_ready": _("This import cannot be changed or started now: it runs, it is in, or its file is gone."),
    "import_refused": _("%(count)s problems, nothing was written. The first: %(first)s"),
    "in_future": _("%(occurred_on)s lies in the future: there, today is %(today)s."),
    "json_key_twice": _("The object names a key twice. Leave out the one that is not meant."),
    "json_malformed": _("The line is not JSON. Write one object per line."),
    "json_no_object": _("The line is no JSON object. Write one object per line."),
    "json_value": _("Write a text, a number, true, false or null here."),
    "key_reused": _("This idempotency key came with another request before. Take a new one for each request."),
    "kind_and_mapping": _("A mapping says which kinds it makes. Leave out one of the two options."),
    "kind_not_named": _("The name %(file)s does not tell what is in the file. Say it with --kind: %(kinds)s."),
    "kind_unknown": _("There is no kind %(kind)s. Known are: %(kinds)s."),
    "language_unknown": _("There is no language %(language)s. Known are: %(words)s."),
    "last_customer_administrator": _(
        "Somebody must stay who administers the customer and can sign in. Make another person customer administrator "
        "first."
    ),
    "last_workspace_administrator": _(
        "Somebody must stay who administers the workspace and can sign in. Make another person its administrator first."
    ),
    "length_needed": _("Send the length of the body in Content-Length."),
    "line_too_long": _("The line is longer than %(bytes_max)s bytes. Is this the file you mean?"),
    "mapping_malformed": _("The mapping cannot be understood: %(reason)s"),
    "mapping_unknown": _("There is no mapping %(name)s. Give its path, or one of these names: %(names)s."),
    "mapping_elsewhere": _("Nothing of this mapping can be brought in here. Possible are: %(kinds)s."),
    "mapping_name_taken": _("A mapping with this name is saved already. Delete it first, or choose another name."),
    "method_unknown": _("This address does not know the method. Those it knows stand in the header Allow."),
    "multiplier_malformed": _("This is no multiplier. Write a fraction as 3/2 or 1.5."),
    "multiplier_out_of_bounds": _(
        "The multiplier %(multiplier)s is no fraction between 0 and %(multiplier_max)s in thousandths at most."
    ),
    "name_missing": _("A row without source and ID cannot be told from a copy of it. Name both."),
    "nothing_here": _("There is nothing here for this token."),
    "nul_character": _("The line holds a NUL character. If the file is UTF-16, save it as UTF-8."),
    "number_out_of_bounds": _("Write a whole number from %(least)s to %(most)s."),
    "package_unknown": _(
        "The agreement has no package with this code. Import the packages first, or correct the code."
    ),
    "page_unknown": _("This page of the list does not exist. Start again at its first page."),
    "period_in_future": _(
        "The last day, %(last)s, lies in the future: in the zone of the agreement today is %(today)s."
    ),
    "period_reversed": _("The last day, %(last)s, lies before the first one, %(first)s."),
    "period_too_early": _("The first day, %(first)s, lies before the first day of the agreement, %(starts_on)s."),
    "parameter_unknown": _("%(parameter)s is no parameter of this address. It knows %(known)s."),
    "parameter_twice": _("%(parameter)s comes twice. Which one is meant?"),
    "password_refused": _("This password is refused: %(reasons)s"),
    "person_unknown": _("The customer has nobody with this key or address. Import the people first, or correct it."),
    "rate_exceeded": _("More than %(rate)s requests in a minute. Wait as long as the header Retry-After says."),
    "people_not_chosen": _("Choose at least one person, and no more than %(count)s at once."),
    "reason_not_a_code": _(
        "%(external_ids)s: the reason is not a code. Write it in small letters, digits and underscores."
    ),
    "removing_oneself": _("You are about to remove yourself. Confirm that you mean it."),
    "repeated": _("The same comes on line %(first)s already. Leave out the one that is not meant."),
    "request_invalid": _("The request does not fit its description; what is wrong stands in errors."),
    "reversal_differs": _(
        "%(external_ids)s: does not mirror its entry, or reverses a reversal. Repeat the entry, amount negative."
    ),
    "reversal_not_negative": _("%(amount)s is not negative. A reversal takes back what its entry charged."),
    "reversal_without_reason": _("%(external_ids)s: a reversal needs a reason."),
    "reverses_unknown": _("There is no entry with this external ID and source to take back."),
    "right_missing": _("Whoever this token stands for does not have the right to do this."),
    "role_not_given_here": _("This role is not given in a workspace. Choose one of those that are listed."),
    "rights_changed": _("Your own rights were changed a moment ago, so nothing was done. Reload the page."),
    "role_needs_workspace": _("This role is held in a workspace. Name it."),
    "rounding_step_out_of_bounds": _("The rounding step %(rounding_step)s is not between 1 and %(step_max)s."),
    "row_differs": _(
        "It is there already with another value here. An import adds and never changes: correct one of the two."
    ),
    "scope_missing": _("This needs a token with the scope %(scope)s."),
    "seller_unknown": _(
        "There is no seller with this code. Without a code the one provider is meant. Import the sellers first."
    ),
    "service_unknown": _("There is no service with this code. Import the services first, or correct the code."),
    "rows_too_many": _("There are more than %(rows_max)s rows. Divide the file."),
    "sort_unknown": _("The list cannot be sorted by %(sort)s."),
    "staff_not_edited": _(
        "%(name)s works for the provider or a partner, who gives and takes their roles. Ask your CSAM."
    ),
    "staff_needs_address": _(
        "Without a customer it is staff of the provider: the key is their address, and they have no workspaces."
    ),
    "statement_too_long": _("It lists more than %(lines_max)s entries. Ask for the spreadsheet on its page."),
    "spreadsheet_malformed": _("This is no XLSX that can be read. Save it again, or export it as CSV."),
    "spreadsheet_too_large": _("Unpacked, the spreadsheet is larger than %(bytes_max)s bytes. Export it as CSV."),
    "starts_too_early": _("It begins before what it is a part of, whose first day is %(starts_on)s."),
    "terminated_outside": _(
        "It can only be terminated between its first day, %(starts_on)s, and its last one, %(ends_on)s."
    ),
    "text_too_long": _("The text is longer than %(length_max)s characters."),
    "texts_malformed": _("Write a JSON object from languages to texts."),
    "time_malformed": _(
        "This is no time. Write it as 2026-11-30T14:30+01:00, or say in a mapping how the file writes times."
    ),
    "time_never": _(
        "This time never came in %(zone)s, because the clocks were put forward. Was it %(first)s or %(second)s?"
    ),
    "time_twice": _(
        "This time came twice in %(zone)s, because the clocks were put back. Was it %(first)s or %(second)s?"
    ),
    "time_without_zone": _(
        "The time names no zone. Add its offset, as in 2026-11-30T14:30+01:00, or name the zone in a mapping."
    ),
    "token_needed": _("Send an access token: Authorization: Bearer, and the token."),
    "token_scope_refused": _("You do not have the right that this token would need."),
    "token_unknown": _("The token is unknown or no longer valid."),
    "unit_mismatch": _("The amount is in %(unit)s, but the entitlement is counted in %(expected)s."),
    "unit_unknown": _("There is no such unit. Known are: %(words)s."),
    "url_malformed": _("This is no web address that begins with https://, of %(length_max)s characters at most."),
    "value_missing": _("A value is needed here."),
    "view_name_missing": _("Give the view a name."),
    "view_name_taken": _("You have another view with the name %(name)s. Choose another name."),
    "views_full": _("You have saved %(count)s views, which is as many as there may be. Delete one first."),
    "webhook_address_refused": _(
        "%(address)s is no public address. An operator can allow a private network in the settings."
    ),
    "webhook_too_many": _("There are %(endpoints_max)s endpoints already, which is the most. Delete one first."),
    "webhook_type_unknown": _("Choose at least one of these events: %(types)s."),
    "webhook_url_malformed": _(
        "Write an address that begins with https://, without a user and #, of %(length_max)s characters at most."
    ),
    "upload_missing": _("Choose a file."),
    "upload_too_large": _("The file is larger than %(megabytes_max)s MB. Divide it."),
    "word_unknown": _("Write one of these words: %(words)s."),
    "workspace_not_mapped": _(
        "%(external_ids)s: its package does not reach the workspace. Map the package to the workspace first."
    ),
    "workspace_unknown": _(
        "The customer has no workspace with this code. Import the workspaces first, or correct the code."
    ),
    "zone_unknown": _("This is no time zone. Write one such as Europe/Berlin."),
}


def sentence(error: HubError) -> str:
    """What a person reads. A code without a sentence shows itself, and the test of this table fails."""
    text = _SENTENCES.get(error.code)
    return str(text % error.params) if text is not None else error.code
