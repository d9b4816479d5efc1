"""The sentence for every error code, in the reader's language. One place, so that pages, imports and the API agree."""

from datetime import date, datetime

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from tallyhub.kernel import formatting as fmt
from tallyhub.kernel.errors import HubError

_SENTENCES = {
    "activity_not_offered": _("This activity is not offered any more. Choose another one."),
    "activity_unknown": _(
        "There is no learning activity with this code. Import the activities first, or correct the code."
    ),
    "address_in_ledger": _(
        "An address is nothing for the ledger, which nobody can erase. Name the row by a number or code."
    ),
    "address_malformed": _("“%(address)s” is no mail address. Write one address per line."),
    "adjustment_too_large": _(
        "%(amount)s takes back more than was bought: at most %(correctable)s can be taken back on that day."
    ),
    "administrator_missing": _("A new workspace needs an administrator. Write at least one mail address."),
    "administrators_not_delegated": _(
        "Nobody of a partner makes or unmakes administrators. Ask an administrator of the customer."
    ),
    "administrators_too_many": _(
        "These are more than %(administrators_max)s addresses. Name a few administrators; they invite the others."
    ),
    "after_term": _("%(occurred_on)s lies after the last day, %(ends_on)s. Offer it to the agreement that follows."),
    "agreement_not_approved": _("The agreement was not approved here, so there is nothing to activate."),
    "agreement_over": _("The agreement is over since %(ends_on)s. Nobody is invited into what is over."),
    "agreement_too_large": _("The agreement is too large to be copied into a draft. Import the one that follows it."),
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
    "already_followed": _("It is followed by %(number)s already."),
    "already_reversed": _("%(external_ids)s: what it reverses was reversed before. An entry is taken back only once."),
    "amount_in_other_unit": _("This is counted in another unit: %(unit)s."),
    "amount_malformed": _("This is no amount. Write digits with a point before the decimals: 12 or 1.5."),
    "amount_negative": _("%(amount)s is negative. To take something back, reverse its entry."),
    "amount_not_whole": _("This unit is counted in whole numbers."),
    "amount_too_fine": _("A credit has two decimals at most."),
    "amount_too_large": _("%(amount)s is more than %(amount_max)s, the largest amount of one row."),
    "amount_without_package": _("A quantity is given for a package that is not extended. Choose the package, too."),
    "amount_zero": _("An amount of 0 says nothing. Leave the row out, or give goodwill the multiplier 0."),
    "answer_missing": _("Write what you answer."),
    "article_changed_meanwhile": _(
        "Somebody else has changed the article meanwhile. What you wrote stands here still: copy it, and open the "
        "article anew."
    ),
    "article_nobody_asked": _("Nobody is named to whom the article goes. Choose at least one person."),
    "article_nothing_to_discard": _("What is written here is published already, so there is nothing to throw away."),
    "article_not_published": _("This article is not published, so there is nothing to withdraw."),
    "article_sent_already": _("This article was sent for this request already. It has not changed since."),
    "article_text_half": _("In this language (%(language)s) one of title and text is missing."),
    "article_text_missing": _("Write title and text in English; they stand wherever another language has none."),
    "article_too_many_asked": _("An article is sent to %(people_max)s people at most."),
    "article_version_unknown": _("This version of the article was never there. Open the article anew."),
    "assessment_answers_missing": _(
        "Questions without an answer: %(count)s. Answer them, or say that they do not apply."
    ),
    "assessment_check_unknown": _("Version %(version)s has no check %(check)s. Use the checks of that version."),
    "assessment_checks_many": _("A version has %(checks_max)s checks at most."),
    "assessment_differs": _(
        "The file is a result of %(said)s, but this set-up is of %(expected)s. Choose the set-up that it belongs to."
    ),
    "assessment_ended": _("This set-up has ended. Set the assessment up again first."),
    "assessment_file_failed": _("The file could not be read to its end. Nothing of it was kept; bring it in again."),
    "assessment_file_gone": _("The file is not there any more. Nothing of it was kept; bring it in again."),
    "assessment_file_not_allowed": _(
        "Whoever brought the file in may not run assessments in this workspace any more. Nothing of it was kept."
    ),
    "assessment_files_waiting": _(
        "%(files_max)s files of this set-up wait to be read already. Wait until one of them is."
    ),
    "assessment_none_left": _(
        "All set-ups that were bought are in use. An administrator of the workspace can set it up beyond that."
    ),
    "assessment_not_answered": _("No question is answered yet. Answer them first."),
    "assessment_prerequisites_passed": _("More prerequisites passed than there are. Correct one of the two."),
    "assessment_run_withdrawn": _("This run was withdrawn already."),
    "assessment_set_up_already": _("This assessment is set up in the workspace already. Give this one another label."),
    "assessment_unknown": _("There is no assessment with this code. Import its checks first, or correct the code."),
    "assessment_version_published": _(
        "Version %(version)s of %(assessment)s is published and never changes. Give the checks a new version."
    ),
    "assessment_version_unknown": _(
        "The file is of version %(said)s, which is not known here; the newest one is version %(newest)s. Update "
        "the collector, or ask the provider to publish that version."
    ),
    "assessment_without_questions": _("This assessment has no questions. It runs by a collector."),
    "assigned_to_nobody": _("Choose at least one person."),
    "assigned_too_many": _("An activity is assigned to %(people_max)s people at once at most. Choose fewer."),
    "before_term": _("%(occurred_on)s lies before the first day, %(starts_on)s."),
    "benefit_not_counted": _("%(external_ids)s: this is an additional benefit, which has no quantity and no use."),
    "body_malformed": _("The body is not JSON."),
    "body_not_json": _("The body must be JSON, sent with the content type application/json."),
    "body_too_large": _("The body is larger than %(bytes_max)s bytes. Send fewer rows at once."),
    "booked_in_archived": _("%(external_ids)s: the workspace is archived. Restore it first, or book in another one."),
    "calendar_name_missing": _("Give the calendar a name."),
    "calendar_name_taken": _("Another calendar has this name already. Choose another one."),
    "calendar_zone_unknown": _("Choose a time zone."),
    "call_by_staff": _("Only the customer calls; staff answer."),
    "call_missing": _("Nobody has called for this request."),
    "call_reason_missing": _("Say in a sentence why it cannot wait."),
    "cancel_charge_changed": _("What cancelling costs has changed meanwhile. Look at it again."),
    "cap_out_of_bounds": _("A cap is more than nothing and at most %(hours)s hours. Write nothing for no cap."),
    "cells_too_many": _("The sheet has more than %(cells_max)s cells, blank ones included. Divide it, or export CSV."),
    "cells_wrong": _(
        "The line has %(found)s cells, the header has %(expected)s. A cell that holds the delimiter needs quotes."
    ),
    "code_malformed": _(
        "Write a code of small letters, digits, dots, hyphens and underscores, %(length_max)s characters at most."
    ),
    "code_taken": _("Another organisation has this code already. Choose another one."),
    "code_twice": _("This code is there already. Choose another one."),
    "column_missing": _("This column is missing in the header."),
    "column_too_long": _("The name of a column is longer than %(length_max)s characters. Shorten it."),
    "column_twice": _("This column is there twice. Leave out the one that is not meant."),
    "column_unknown": _("There is no such column. Known are: %(columns)s."),
    "columns_too_many": _("There are more than %(columns_max)s columns. Leave out those that say nothing."),
    "confirmation_differs": _("That is not what must be typed. Write it as it stands above the field."),
    "consent_ended": _("The consent has ended before."),
    "consent_request_closed": _("The request is closed, so nobody can be let in."),
    "consent_runs": _("This partner is let into the request already. Take that back first to allow something else."),
    "contact_opens_nothing": _(
        "This person is no support contact of the workspace. Name one: a token of the customer is nobody itself."
    ),
    "contact_twice": _("This address is named twice for the same. Leave one out."),
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
    "content_language_malformed": _("A language of content is a code of two or three small letters, such as en."),
    "control_character": _("There is a control character in the text. Remove it."),
    "credit_rate": _("A rate is more than no credit and at most a million."),
    "csv_malformed": _(
        "The line is not CSV: a quotation mark inside a cell must be doubled, and the whole cell quoted."
    ),
    "csv_quote_open": _("A quotation mark is opened here and not closed, or a cell is longer than any text of ours."),
    "cursor_unknown": _("This cursor was made by no page of ours. Take it from a page, or leave it out."),
    "customer_unknown": _("There is no customer with this code. Import the customers first, or correct the code."),
    "database_away": _("The database does not answer. Nothing was changed. Try again in a minute."),
    "database_refused": _(
        "The database refused the file, perhaps because something changed at the same time. Try again."
    ),
    "day_booked_already": _("These hours are booked for this engagement already."),
    "day_malformed": _("This is no day. Write it as 2026-11-30, or say in a mapping how the file writes days."),
    "day_missing": _("On which day was it? Fill in occurred_on or occurred_at."),
    "day_out_of_bounds": _("The day must lie between %(first)s and %(last)s."),
    "day_twice": _("Fill in one of occurred_on and occurred_at, not both."),
    "default_twice": _("The customer has another default workspace already. There is only one."),
    "delegation_answered": _("It was approved before. Terminate it instead."),
    "delegation_days": _("Write a whole number of days from 1 to %(days_max)s."),
    "delegation_declined": _("The reseller did not agree to it. Ask anew, perhaps for less."),
    "delegation_draft_for_reseller": _("What you ask for a reseller is no draft: send it, or ask for yourselves."),
    "delegation_expired": _("It has ended, and cannot be taken up again. The partner has to ask anew."),
    "delegation_extends_full": _("Full administration cannot extend by itself. Leave one of both out."),
    "delegation_lapsed": _(
        "It was not answered within 90 days, so it can be approved no more. The partner has to ask anew."
    ),
    "delegation_name_missing": _("Write a name for the delegation."),
    "delegation_name_taken": _("Another delegation of yours has this name. Write another one."),
    "delegation_not_answered": _("It waits for the customer’s answer. Wait for it, or take the request back."),
    "delegation_not_consented": _("It waits for the reseller to agree, and the customer knows nothing of it yet."),
    "delegation_not_sent": _("It is a draft. Send it first."),
    "delegation_reason_missing": _("Write why full administration is needed; or choose a role that allows less."),
    "delegation_reason_too_long": _("The reason is too long. Write %(reason_max)s characters at most."),
    "delegation_rejected": _("The customer refused it. Ask anew, perhaps for less."),
    "delegation_role_unknown": _("One of these roles is not offered here. Choose among those on the page."),
    "delegation_roles_missing": _("Choose at least one role."),
    "delegation_terminated": _(
        "It was terminated, so nothing of it can be changed any more. The partner has to ask anew."
    ),
    "delivery_accepted_already": _("This delivery was accepted meanwhile. Look at it again."),
    "delivery_beyond_bought": _(
        "With this, %(beyond)s h more is delivered than was bought. Correct the hours, or write yes in "
        "the column confirmed."
    ),
    "delivery_beyond_planned": _(
        "With this, %(beyond)s h more is delivered than was planned. Confirm that it is right."
    ),
    "delivery_booked_otherwise": _(
        "An entry for the same is in the ledger with another day, amount or entitlement. Correct one of the two: it "
        "counts once."
    ),
    "delivery_changed": _("This delivery was changed meanwhile. Look at it again."),
    "delivery_corrected_here": _(
        "This delivery was corrected in the hub, and the file says something else again. Correct it in the hub."
    ),
    "delivery_disputed_already": _("This delivery is disputed. Wait for the answer of your account team."),
    "delivery_minutes": _("A delivery takes at least one minute and at most %(minutes_max)s, which is a whole day."),
    "delivery_not_disputed": _("This delivery is not disputed."),
    "delivery_of_undelivered": _(
        "Of an engagement that was only requested, declined or cancelled nothing is delivered. Correct its state first."
    ),
    "directory_group_incomplete": _("Name the group as the directory does, and choose at least one role."),
    "directory_group_there": _("This group has roles in that workspace already. Remove it there first."),
    "directory_groups_full": _("There are %(count)s directory groups already, which is as many as there may be."),
    "directory_without_provider": _("Connect your identity provider first: the groups come from it."),
    "dispute_missing": _("Say what is not right about the delivery."),
    "dispute_without_state": _(
        "Text of a dispute is here, but the acceptance is not disputed. Correct one of the two."
    ),
    "domain_malformed": _("%(domain)s is no mail domain. Write it as example.org."),
    "domain_proved_elsewhere": _(
        "%(domain)s stays claimed and cannot be proved: somebody else has proved it. If it is yours, tell your "
        "provider."
    ),
    "domain_reason_missing": _("Write down how you know that the domain is the customer’s."),
    "domain_record_missing": _(
        "There is no TXT record at %(record)s yet. DNS may need some hours to show a new one. Check again later."
    ),
    "domain_record_other": _(
        "There is a TXT record at %(record)s, but none with the text that is shown here. Correct it and check again."
    ),
    "domain_servers_broken": _(
        "The name servers of %(domain)s answer with an error. Tell whoever keeps them, and check again later."
    ),
    "domain_servers_silent": _("The name servers of %(domain)s do not answer in time. Check again later."),
    "domain_shared": _("In %(domain)s everybody can have an address, so it is nobody’s own."),
    "domain_taken": _("%(domain)s is the domain of another customer."),
    "domains_full": _("There are %(count)s domains already, which is as many as there may be. Remove one first."),
    "draft_changed": _(
        "Somebody else has changed this draft meanwhile. What you typed is not saved yet; save again to put it there."
    ),
    "draft_contacts_too_many": _("%(named)s support contacts are named, but the agreement gives %(allowed)s."),
    "draft_files_full": _(
        "A request is opened with at most %(files_max)s files. Remove one, or send the rest with a message afterwards."
    ),
    "draft_full": _("There are %(packages_max)s packages, which is as many as a draft may hold."),
    "draft_incomplete": _("Something is missing or wrong: %(problems)s in number. See the list."),
    "draft_without_administrator": _("Nobody is named as services administrator, so nobody could let the others in."),
    "due_in_past": _("The day lies before today, %(today)s. Choose a later one."),
    "due_missing": _("Choose the day on which it is due."),
    "due_too_late": _("The day is more than three years away. Choose an earlier one."),
    "duplicate_in_batch": _("%(external_ids)s: comes twice at once. Leave out the one that is not meant."),
    "email_letter": _(
        "%(letter)s (%(name)s) is no letter of a mail address: it only looks like one, or cannot be seen. Type it anew."
    ),
    "email_malformed": _("This is no mail address."),
    "email_mixed": _(
        "%(letter)s (%(name)s) is of another alphabet than the rest of %(label)s. Type it anew, or write it as xn--…"
    ),
    "encoding_wrong": _(
        "The byte %(byte)s is not %(encoding)s. Save the file as UTF-8, or name its encoding in a mapping."
    ),
    "ended_early": _("It ended early, on %(ends_on)s. What comes after it is another agreement."),
    "ends_before_start": _("The last day lies before the first one, %(starts_on)s."),
    "ends_no_earlier": _("It ends on %(ends_on)s in any case. Choose an earlier day."),
    "ends_no_later": _("It is agreed until %(ends_on)s. Choose a later day; an earlier one is an early end."),
    "ends_too_late": _("It ends after what it is a part of, whose last day is %(ends_on)s."),
    "engagement_changed": _("Somebody has changed the engagement meanwhile. Look at it again."),
    "engagement_over": _("In the state it is in, that cannot be done with the engagement any more."),
    "engagement_reason_missing": _("Say why. It is read by those concerned."),
    "engagement_transition": _("The engagement went on meanwhile, and this step does not fit any more."),
    "engagement_unknown": _("There is no engagement with this name. Import it first, or correct the name."),
    "engagement_without_payer": _(
        "No entitlement that is mapped to the workspace fits. Choose another one, or map its package."
    ),
    "engineer_busy": _("The engineer has something else to do in these hours. Choose others, or confirm them."),
    "engineer_unknown": _("Choose an engineer who works for this customer."),
    "enquiry_answered": _("Somebody has answered this enquiry already. Reload the page to see how."),
    "enquiry_note_missing": _("Say why in a note: whoever asked reads it."),
    "entitlement_missing": _("It gives nothing yet. Add an entitlement."),
    "entitlement_pays_no_engagement": _(
        "This entitlement is neither hours of services nor credits. Name another one, or none."
    ),
    "entitlement_unknown": _(
        "The package has no entitlement with this code. Import the entitlements first, or correct the code."
    ),
    "entries_after_end": ngettext_lazy(
        "%(entries)s entry lies after that day and would count as used beyond what was bought. Tick that it is meant.",
        "%(entries)s entries lie after that day and would count as used beyond what was bought. Tick that it is meant.",
        "entries",
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
    "file_gone": _("The file is not here any more. Tell your provider."),
    "file_too_large": _("%(name)s is larger than %(megabytes_max)s MB. Pack it, or send a part of it."),
    "files_too_many": _("More than %(files_max)s files came at once. Send the rest with another message."),
    "follow_up_changed_meanwhile": _(
        "A colleague has changed the follow-up meanwhile. Open it again, so that nothing is lost."
    ),
    "follow_up_day": _("Choose a day within a year before today and five years after it."),
    "follow_up_owner": _("Choose one of your colleagues, or nobody."),
    "follow_up_requests": _("Write numbers of requests, %(linked_max)s at most, with commas between them."),
    "follow_up_service": _("There is no such service. Choose one of the list."),
    "follow_up_title_missing": _("Say what it is about."),
    "follow_ups_many": _("There are %(follow_ups_max)s follow-ups that are not over. End one first."),
    "form_outdated": _("The form is out of date. Open its page again."),
    "goal_missing": _("Write what the workspace is for, as agreed with the customer."),
    "goal_out_of_bounds": _("A goal is at least a minute and at most 90 days of hours. Write nothing for no goal."),
    "group_member_unknown": _("Nobody with this address belongs to the workspace. Invite them first."),
    "group_name_missing": _("Give the group a name."),
    "group_name_taken": _("The workspace has another group with the name %(name)s. Choose another name."),
    "guide_changed_meanwhile": _(
        "Somebody else has changed the guide meanwhile. Look at what stands there now, and change it again."
    ),
    "guide_issue_unknown": _("The guide knows no such matter. Choose one of those that are offered."),
    "guide_link_malformed": _("Write an address that begins with https://, without a user name."),
    "guide_link_private": _(
        "This address leads into a private network, where other people cannot follow. Write a public one."
    ),
    "guide_name_missing": _("Give it a name in English; it stands wherever another language has none."),
    "guide_row_twice": _("Another row answers the same matter, product and asker. Change that one."),
    "guide_text_missing": _("Say in English what to do there; it stands wherever another language has none."),
    "guide_too_long": _("The guide has at most %(issues_max)s matters and %(rows_max)s rows."),
    "health_asked_too_often": _("Too many addresses were entered from here. Wait an hour and try again."),
    "health_changed_meanwhile": _(
        "Somebody else has changed this event meanwhile. Read what they wrote; then send yours again."
    ),
    "health_code_taken": _("Another part of this product has this code already. Choose another one."),
    "health_component_missing": _("Say of at least one component how it fares."),
    "health_component_unknown": _(
        "One of the components is not there, or is not in use any more. Reload the page and choose again."
    ),
    "health_customer_unknown": _("No customer has the code “%(customer)s”. Correct it, or take it out."),
    "health_customers_too_many": _(
        "These are more than %(customers_max)s customers. Choose everybody who has the product instead."
    ),
    "health_due_in_past": _("The next update is promised for a time that is over. Choose a later one, or none."),
    "health_end_before_start": _("The end lies before the beginning. Correct one of them."),
    "health_end_in_future": _("The end lies in the future. What has not ended yet is not resolved."),
    "health_name_missing": _("Give it a name in English; it stands wherever another language has none."),
    "health_named_in_public": _(
        "Named customers are nothing for everybody to read. Show it only to the customers that it affects."
    ),
    "health_parts_too_many": _("A product has %(parts_max)s of them at most."),
    "health_region_unknown": _("One of the regions belongs to no product of this event. Choose again."),
    "health_schedule_missing": _("Say from when until when the maintenance is planned."),
    "health_scope_missing": _("Nobody is named whom it affects. Write at least one customer's code."),
    "health_start_in_future": _("The beginning lies in the future. For what is planned, publish maintenance."),
    "health_start_missing": _("Say when it began."),
    "health_status_unfit": _("This kind of event has no such status. Choose one of those that are offered."),
    "health_text_missing": _("Say something: an update without a word tells nobody anything."),
    "health_time_malformed": _("This is no time. Write it as 2026-11-30T14:30."),
    "health_title_missing": _("Give it a title."),
    "health_too_many_visitors": _("Very many people ask for mail at the moment. Try again in a while."),
    "holiday_malformed": _("“%(line)s” is no day. Write each as 2026-12-25 with its name after it, one per line."),
    "holidays_too_many": _("These are more than %(holidays_max)s days. Leave out those that are long past."),
    "hours_malformed": _("Write hours as 8:00-12:00, 13:00-18:00; a day ends at 24:00."),
    "hours_missing": _("Say the hours of at least one day, or that it is open around the clock."),
    "hours_not_whole_minutes": _("This is not a whole number of minutes. Write hours and minutes as 1:20."),
    "hours_overlap": _("Two of these stretches overlap. Write them as one."),
    "import_failed": _("The import broke off on our side. Nothing of the file is in. Try again."),
    "import_not_allowed": _("Whoever started this import may not bring in files for this customer any more."),
    "import_not_ready": _("This import cannot be changed or started now: it runs, it is in, or its file is gone."),
    "import_refused": _("%(count)s problems, nothing was written. The first: %(first)s"),
    "in_future": _("%(occurred_on)s lies in the future: there, today is %(today)s."),
    "invitation_archived": _("The workspace is archived: nothing new happens in it."),
    "invitation_asked": _("A new invitation was asked for already. Wait for the mail."),
    "invitation_expired": _("The invitation has expired."),
    "invitation_for_another": _("The invitation is for another address than the one that you are signed in with."),
    "invitation_gone": _("The invitation is no longer good. If you still need access, ask whoever invited you."),
    "invitation_join": _("Open the link of the invitation again, and join with one click."),
    "invitation_of_staff": _(
        "Nobody of a partner invites whoever serves the customer by a delegation: what they were given would stay when "
        "it ends. Ask an administrator of the customer."
    ),
    "invitation_outdated": _("There is a newer mail with another link. Look for it: only the newest one can be used."),
    "invitation_register": _("Open the link of the invitation again, without being signed in."),
    "invitation_revoked": _("The invitation was taken back. If you still need access, ask whoever invited you."),
    "invitation_sign_in": _("There is an account with this address by now. Sign in, and open the link again."),
    "invitation_used": _("The invitation was used already. If it was you, you are there as soon as you are signed in."),
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
    "last_mapping": _("%(workspace)s would have no package left. Map another one to it first."),
    "last_of_account_team": _("Nobody would be left who manages its agreements. Add somebody first."),
    "last_workspace_administrator": _(
        "Somebody must stay who administers the workspace and can sign in. Make another person its administrator first."
    ),
    "late_cancel_days": _("Write a number of days from 0 to %(days_max)s."),
    "late_cancel_half": _("A rule for late cancelling needs both the days and the percentage."),
    "late_cancel_percent": _("Write a percentage from 1 to 100."),
    "late_charge_of_going": _(
        "Only what was cancelled has a day and a charge of cancelling. Correct the state, or leave them empty."
    ),
    "learning_ends_early": _("%(day)s lies before the day of starting, %(started_on)s."),
    "learning_in_future": _("%(day)s has not come yet. Nothing is learnt in the future."),
    "length_needed": _("Send the length of the body in Content-Length."),
    "line_too_long": _("The line is longer than %(bytes_max)s bytes. Is this the file you mean?"),
    "list_column_twice": _("The header names the column %(column)s twice. Leave one out."),
    "list_column_unknown": _("The header names the column %(column)s. Known are: %(columns)s."),
    "list_csv_malformed": _(
        "Line %(line)s is not CSV: a quotation mark inside a cell must be doubled, and the whole cell quoted."
    ),
    "list_empty": _("Write at least one address, or choose a file that holds some."),
    "list_not_utf8": _("The file is not UTF-8. Save it as UTF-8."),
    "list_too_large": _("The list is larger than %(kilobytes_max)s KB. Divide it."),
    "list_twice": _("Write addresses or choose a file, not both at once."),
    "list_without_email": _("The first line of the file must name a column email. Known are: %(columns)s."),
    "mapping_elsewhere": _("Nothing of this mapping can be brought in here. Possible are: %(kinds)s."),
    "mapping_malformed": _("The mapping cannot be understood: %(reason)s"),
    "mapping_name_taken": _("A mapping with this name is saved already. Delete it first, or choose another name."),
    "mapping_unknown": _("There is no mapping %(name)s. Give its path, or one of these names: %(names)s."),
    "market_unknown": _("The market is two letters of a country, such as DE. Write them, or leave it empty."),
    "mend_not_needed": _("Somebody mended this meanwhile: the requests are listed under this package already."),
    "merge_called": _("The customer waits for an answer to a priority call in it. Acknowledge the call, then merge."),
    "merge_cancelled": _("One of the two requests was cancelled, and a cancelled request is not merged."),
    "merge_elsewhere": _("The other request belongs to another workspace. Only requests of one workspace are merged."),
    "merge_into_itself": _("This is the number of the request itself. Name the request that it is merged into."),
    "merge_into_merged": _("The other request was merged itself. Name the request that it was merged into."),
    "merge_merged": _("The request was merged into another one meanwhile. It goes on there."),
    "message_act_by_past": _("The day by which one must have acted is over before the message is sent."),
    "message_changed_meanwhile": _(
        "Somebody else has corrected this message meanwhile. Read what stands there now, and correct it again."
    ),
    "message_customer_unknown": _("No customer has the code “%(customer)s”. Correct it, or take it out."),
    "message_customers_too_many": _("A message names %(customers_max)s customers at most."),
    "message_end_before_start": _("It would be over before it is sent. Choose a later end, or none."),
    "message_is_withdrawn": _("This message is withdrawn. Write a new one."),
    "message_major_category": _(
        "A major change is something to plan for. Choose that category, or take the tick away."
    ),
    "message_major_day_missing": _("Say by which day one must have acted: a major change has one."),
    "message_major_too_soon": _(
        "A major change is told at least %(days)s days ahead: the day can be %(earliest)s at the earliest."
    ),
    "message_missing": _("Write something, or choose a file."),
    "message_nobody_named": _("Nobody is named. Write at least one customer’s code."),
    "message_reach_changed": _(
        "Whom it reaches is not what you were shown. Look at it again below before you send it."
    ),
    "message_reaches_nobody": _("No customer has one of these products today, so nobody would get it."),
    "message_refusals_unconfirmed": _(
        "It is refused for some customers. Tick below that it goes to the others, or change it."
    ),
    "message_refused": _(
        "Nothing was sent: the rules of communication refuse it for everybody whom it would reach. "
        "Ask the partners that are named below to talk to their customers."
    ),
    "message_start_past": _("The time at which it is to be sent is over. Choose a later one, or none."),
    "message_text_half": _("In this language (%(language)s) one of title and text is missing."),
    "message_text_missing": _("Write title and text in English; they stand wherever another language has none."),
    "method_unknown": _("This address does not know the method. Those it knows stand in the header Allow."),
    "multiplier_below_one": _("Time never counts for less than it is. Write 1 or more."),
    "multiplier_malformed": _("This is no multiplier. Write a fraction as 3/2 or 1.5."),
    "multiplier_out_of_bounds": _(
        "The multiplier %(multiplier)s is no fraction between 0 and %(multiplier_max)s in thousandths at most."
    ),
    "name_is_link": _("A name with a web address or angle brackets in it is refused. Write the name alone."),
    "name_missing": _("A row without source and ID cannot be told from a copy of it. Name both."),
    "news_address_elsewhere": _("Take an address in a domain that your organisation has proved."),
    "news_addresses_many": _("There are %(addresses_max)s addresses already. Remove one of them first."),
    "note_missing": _("Write something, or choose a file."),
    "nothing_here": _("There is nothing here for this token."),
    "nul_character": _("The line holds a NUL character. If the file is UTF-16, save it as UTF-8."),
    "number_out_of_bounds": _("Write a whole number from %(least)s to %(most)s."),
    "number_taken": _("This number is taken. Choose another one."),
    "offering_unknown": _(
        "The catalogue has no service with this code. Import the offerings first, or correct the code."
    ),
    "package_missing": _("There is no package yet. Add one."),
    "package_unknown": _(
        "The agreement has no package with this code. Import the packages first, or correct the code."
    ),
    "package_without_agreement": _("A package is named here, but no agreement. Name the agreement that it is in."),
    "page_unknown": _("This page of the list does not exist. Start again at its first page."),
    "parameter_twice": _("%(parameter)s comes twice. Which one is meant?"),
    "parameter_unknown": _("%(parameter)s is no parameter of this address. It knows %(known)s."),
    "partner_plan_missing": _(
        "The partner has not published a support plan yet. It needs one before a customer can accept it."
    ),
    "partner_profile_missing": _(
        "The partner has not said yet how to reach its support. It needs a support profile before a customer can "
        "accept it."
    ),
    "partner_support_missing": _(
        "The partner has neither a support profile nor a published support plan yet. It needs both before a customer "
        "can accept it."
    ),
    "partner_suspended": _("The provider has suspended the partner, so nothing new begins with it."),
    "partner_suspended_before": _("The partner is suspended already."),
    "partnership_answered": _("The partnership was answered or ended before."),
    "partnership_needed": _("There is no partnership with this reseller now. Invite it first."),
    "partnership_partner_unknown": _("No partner has this code. Ask the reseller for its code."),
    "partnership_runs": _("The partnership runs already, or its invitation waits for an answer."),
    "partnership_types": _(
        "A partnership is between an indirect provider and an indirect reseller. The provider says which is which."
    ),
    "party_type_unknown": _("This is no type of partner. Choose one of those on the page."),
    "password_refused": _("This password is refused: %(reasons)s"),
    "payer_in_part": _("Name agreement, package and entitlement together, or none of them."),
    "people_not_chosen": _("Choose at least one person, and no more than %(count)s at once."),
    "people_too_many": _("There are more than %(people_max)s people in the list. Divide it."),
    "period_ends_early": _("The last day lies before the first one. Turn them round."),
    "period_in_future": _(
        "The last day, %(last)s, lies in the future: in the zone of the agreement today is %(today)s."
    ),
    "period_reversed": _("The last day, %(last)s, lies before the first one, %(first)s."),
    "period_too_early": _("The first day, %(first)s, lies before the first day of the agreement, %(starts_on)s."),
    "person_unknown": _("The customer has nobody with this key or address. Import the people first, or correct it."),
    "personal_account_refused": _(
        "%(workspace)s accepts work accounts only, and this is a personal account. Sign in with your organisation, or "
        "ask whoever invited you to use your address at work."
    ),
    "plan_amount": _("Say how much it costs, as 120, 120.50 or 120,50. Support that costs nothing is free of charge."),
    "plan_amount_parted": _(
        "Write the price without anything between thousands, as 1234.50 or 1234,50: a comma may mean either."
    ),
    "plan_beyond_left": _("This is more than is left and not planned yet. Confirm that you plan beyond it."),
    "plan_changed_meanwhile": _(
        "Somebody else has changed the draft meanwhile. Open it once more; copy what you typed first."
    ),
    "plan_currency_missing": _("Choose the currency of the price."),
    "plan_day_early": _("It may begin on %(first)s at the earliest, so that customers can read it before."),
    "plan_day_late": _("It begins later than %(days_max)s days from now. Choose a nearer day."),
    "plan_day_missing": _("Say from which day on the plan is valid."),
    "plan_duties_missing": _("Say what the customer does, such as which facts a request names."),
    "plan_escalation_missing": _("Say what you escalate to the provider, and how soon."),
    "plan_excluded_missing": _("Say what the plan does not cover; where nothing is left out, say that."),
    "plan_incomplete": _("The plan is not complete, so it was not published."),
    "plan_languages_missing": _("Tick at least one language in which you give support."),
    "plan_lines_missing": _("Say who delivers support: your own people, or a supplier."),
    "plan_measured_missing": _("Say what the time to an answer measures."),
    "plan_method_twice": _("The same way is named twice. Name each once."),
    "plan_method_unreachable": _(
        "The support profile has nothing for one of these ways. Add it there, or leave the way out."
    ),
    "plan_methods_missing": _("Name at least one way to reach support."),
    "plan_name_missing": _("Give the plan a name."),
    "plan_other_version": _(
        "The partner has published another version of its support plan meanwhile. Read it before you accept."
    ),
    "plan_price_missing": _("Say what support costs. If it costs nothing, say that it is free of charge."),
    "plan_scope_missing": _("Say what the supplier does."),
    "plan_supplier_contact_missing": _("Say how customers reach the supplier whose support you resell."),
    "plan_supplier_missing": _("Name the supplier."),
    "plan_target": _("Say in whole hours within which time somebody answers, from 1 to %(hours_max)s."),
    "plan_types_missing": _("Tick at least one type of support."),
    "plan_version_over": _("A later version of the plan is in force. Accept that one."),
    "planned_minutes": _("Plan at least a minute and at most %(hours_max)s hours."),
    "policy_oneself": _(
        "You would lock yourself out: your own account would be a personal one. Let an administrator with a work "
        "account do it."
    ),
    "policy_oneself_unable": _(
        "You would lock yourself out: you sign in by this only and have no password here. Ask for a new password on "
        "the page of sign-in first, or let another administrator do it."
    ),
    "preview_too_old": _(
        "The preview is older than a day, or was changed. Nothing was sent. Begin anew with the list."
    ),
    "preview_used": _(
        "This preview was sent already, or somebody in it was invited or taken back since. Nothing was sent now."
    ),
    "product_unknown": _("There is no product with this code in the catalogue. Correct the code, or leave it out."),
    "profile_email_missing": _("Give the mail address that your support reads."),
    "profile_site": _(
        "Write an address on the public web that begins with https://, of %(length_max)s characters at most."
    ),
    "profile_telephone_malformed": _("Write the number as it is dialled from abroad: +49 30 1234567."),
    "profile_telephone_missing": _("Give the telephone number that your support answers."),
    "provider_answer_malformed": _(
        "The provider’s answer is not as OpenID Connect wants it. Check the issuer and the settings there."
    ),
    "provider_incomplete": _("The provider says nothing usable for %(name)s. Check the issuer."),
    "provider_issuer_differs": _(
        "The provider calls itself %(said)s. Write the issuer exactly like that, if it is the one you mean."
    ),
    "provider_refused": _(
        "The provider answered with status %(status)s. Check the issuer, the client ID and the secret."
    ),
    "provider_secret_again": _(
        "Type the client secret again: with another issuer or client ID the stored one does not fit."
    ),
    "provider_secret_missing": _("Type the client secret that the provider gave you."),
    "provider_unreachable": _(
        "The provider cannot be reached (%(problem)s). Check the issuer; it needs a public address and a valid "
        "certificate."
    ),
    "purchase_missing": _("Add a quantity, or choose: as needed."),
    "rate_exceeded": _("More than %(rate)s requests in a minute. Wait as long as the header Retry-After says."),
    "reason_missing": _("Say why: choose a reason."),
    "reason_not_a_code": _(
        "%(external_ids)s: the reason is not a code. Write it in small letters, digits and underscores."
    ),
    "released_too_much": _("More would be given back than is held for %(held_for)s."),
    "removing_oneself": _("You are about to remove yourself. Confirm that you mean it."),
    "repeated": _("The same comes on line %(first)s already. Leave out the one that is not meant."),
    "request_cancelled": _("The request was cancelled, so nothing more is written in it. Open a new one."),
    "request_changed": _(
        "Somebody has changed the request meanwhile. Look at it again, then repeat what you wanted to do."
    ),
    "request_closed": _("The request was closed more than %(days)s days ago. Open a new one and name this one in it."),
    "request_closed_long_ago": _(
        "It was closed more than %(days)s days ago. Open a new request and name this one in it."
    ),
    "request_contact_gone": _("The primary contact does not belong to the workspace any more. Choose somebody else."),
    "request_description_missing": _("Describe what happens, or what you want to know."),
    "request_drafts_full": _("You have %(drafts_max)s drafts in this workspace. Send or delete one first."),
    "request_ends_early": _("This lies before the support request was opened. Correct one of the two times."),
    "request_impact_missing": _("Say what it means for your business. Severity A and B need it."),
    "request_incomplete": _("Something is missing, or has changed meanwhile. Look through the request once more."),
    "request_invalid": _("The request does not fit its description; what is wrong stands in errors."),
    "request_is_partners": _("It was bought through a partner, so the partner supports it. Ask the partner."),
    "request_kind_missing": _("Choose what you need: a problem solved, or advice."),
    "request_merged": _("The request was merged into another one. Write there."),
    "request_not_open": _("The request is not open any more. Reopen it first."),
    "request_primary_stays": _("The primary contact was named when the request was opened, and sees it for good."),
    "request_product_gone": _("This product is not covered here any more. Choose another one."),
    "request_product_missing": _("Choose the product that it is about."),
    "request_reader_gone": _(
        "Somebody it is to be shared with does not belong to the workspace any more. Look through the list once more."
    ),
    "request_severity_missing": _("Choose how severe it is."),
    "request_shared_too_many": _(
        "Share it with %(shared_max)s people and groups at most at once. To reach more, make a group of them."
    ),
    "request_title_missing": _("Give it a title by which everybody knows it in a list."),
    "request_transition": _("That is no step from where the request stands now. Reload the page to see how it stands."),
    "request_unknown": _(
        "There is no support request with this external ID and source. Import the requests first, or correct it."
    ),
    "resale_ended": _("It was ended before."),
    "resale_in_force": _(
        "It cannot end while agreements that the partner sold are in force: %(agreements)s. End these first."
    ),
    "resale_market": _(
        "The partner sells in the market %(partner)s, and you buy in %(customer)s. Find a partner in your market."
    ),
    "resale_over": _("The link is good no more. Ask the partner for a new one."),
    "resale_runs": _("The partner sells to you already."),
    "resale_used": _("The link was accepted before. It is good for one customer."),
    "result_affected_differs": _(
        "The check %(check)s says %(affected)s affected objects and names %(objects)s. Leave affected out, or "
        "correct it."
    ),
    "result_check_twice": _("The check %(check)s comes twice in the results. Each check has one result."),
    "result_checks_many": _("The file has more than %(checks_max)s results. Each check has one result."),
    "result_compressed": _("The file is compressed. Unpack it first, and bring in what is in it."),
    "result_field_missing": _("The file lacks a value for %(field)s."),
    "result_field_unknown": _("%(field)s is no field of the published schema. Leave it out."),
    "result_key_twice": _("%(field)s comes twice in one object of the file. Leave out the one that is not meant."),
    "result_malformed": _("From character %(place)s on, this is no JSON. Let the collector write the file again."),
    "result_not_boolean": _("%(field)s is neither true nor false."),
    "result_not_code": _("%(field)s is no code: letters, digits, hyphens, dots and underscores make one."),
    "result_not_instant": _("%(field)s is no time with its offset, such as 2026-11-30T14:30:00+01:00."),
    "result_not_list": _("%(field)s is no list."),
    "result_not_object": _("%(field)s is no object."),
    "result_not_text": _("%(field)s is no text."),
    "result_not_utf8": _("The file is not written in UTF-8. Let the collector write it so."),
    "result_not_whole": _("%(field)s is no whole number between %(least)s and %(most)s."),
    "result_objects_many": _(
        "The file names more than %(objects_max)s affected objects. Let the collector count those of the largest "
        "finding instead of naming them."
    ),
    "result_outcome_unknown": _("%(field)s is none of these words: %(words)s."),
    "result_prerequisites_many": _("The file has more than %(prerequisites_max)s prerequisites."),
    "result_schema_unknown": _(
        "The file is written to the form %(said)s, which is not known here; known is %(known)s. Update the hub, or let "
        "the collector write that form."
    ),
    "result_text_refused": _(
        "%(field)s is longer than %(length_max)s characters, or holds characters that no text has."
    ),
    "result_too_deep": _("The file is nested too deeply. The published schema needs four levels."),
    "result_value_long": _("The value at character %(place)s is longer than %(chars_max)s characters."),
    "reversal_differs": _(
        "%(external_ids)s: does not mirror its entry, or reverses a reversal. Repeat the entry, amount negative."
    ),
    "reversal_not_negative": _("%(amount)s is not negative. A reversal takes back what its entry charged."),
    "reversal_without_reason": _("%(external_ids)s: a reversal needs a reason."),
    "reverses_unknown": _("There is no entry with this external ID and source to take back."),
    "right_missing": _("Whoever this token stands for does not have the right to do this."),
    "rights_changed": _("Your own rights were changed a moment ago, so nothing was done. Reload the page."),
    "role_beyond_own": _("The role %(role)s may do more here than you. Ask somebody who holds it to give it."),
    "role_in_whole": _("The role %(role)s reaches the whole customer. Only a customer administrator can give it."),
    "role_needs_workspace": _("This role is held in a workspace. Name it."),
    "role_not_given_here": _("This role is not given in a workspace. Choose one of those that are listed."),
    "role_unknown": _("The role %(role)s cannot be given. Known are: %(roles)s."),
    "rounding_step_out_of_bounds": _("The rounding step %(rounding_step)s is not between 1 and %(step_max)s."),
    "row_differs": _(
        "It is there already with another value here. An import adds and never changes: correct one of the two."
    ),
    "rows_enough": _("There are %(rows_max)s rows, which is as many as there may be."),
    "rows_too_many": _("There are more than %(rows_max)s rows. Divide the file."),
    "scope_missing": _("This needs a token with the scope %(scope)s."),
    "security_group_full": _("A security group has at most %(members_max)s people. Make another one."),
    "security_group_name_missing": _("Write a name for the group."),
    "security_group_name_taken": _("Another group of yours has this name. Write another one."),
    "security_group_nobody": _("Choose at least one person."),
    "seller_not_chosen": _("Choose a seller from the list."),
    "seller_unknown": _(
        "There is no seller with this code. Without a code the one provider is meant. Import the sellers first."
    ),
    "service_not_chosen": _("Choose a service from the list."),
    "service_unknown": _("There is no service with this code. Import the services first, or correct the code."),
    "session_bound": _(
        "You are signed in by one organisation’s own sign-in, and another one knows you, too. For this, sign in with "
        "your password."
    ),
    "slot_day_malformed": _("Choose a day."),
    "slot_reversed": _("It ends before it begins."),
    "slot_time_malformed": _("Write a day and a time, such as 2026-11-30 and 14:30."),
    "slot_too_long": _("This is more than a year. Divide it."),
    "sort_unknown": _("The list cannot be sorted by %(sort)s."),
    "source_names_nobody": _("Name the home page of its accounts, or let it name people by their email address."),
    "source_reserved": _("This name of a source is the hub’s own. Choose another one."),
    "sources_full": _("There are %(count)s learning systems already. Revoke one first."),
    "spreadsheet_malformed": _("This is no XLSX that can be read. Save it again, or export it as CSV."),
    "spreadsheet_too_heavy": _("The spreadsheet takes more memory or time than one file may have. Export it as CSV."),
    "spreadsheet_too_large": _("Unpacked, the spreadsheet is larger than %(bytes_max)s bytes. Export it as CSV."),
    "sso_address_unverified": _(
        "Your organisation did not say that your address is verified, so the hub does not know who you are. Ask "
        "your administrator to let it say so."
    ),
    "sso_answer_refused": _(
        "The answer of your organisation’s sign-in was not accepted (%(reason)s). Try again; if it happens again,"
        " tell your administrator."
    ),
    "sso_cancelled": _("You broke off the sign-in at your organisation. Nothing happened."),
    "sso_domain_unknown": _(
        "No organisation signs in with this domain here. Sign in with your password, or by the link in your invitation."
    ),
    "sso_other_account": _(
        "This address signed in with another account of your organisation before. Ask your administrator."
    ),
    "sso_outdated": _("This sign-in was begun too long ago, in another browser, or was used already. Begin again."),
    "sso_too_often": _("There were too many sign-ins from here. Wait a minute and try again."),
    "sso_unknown": _(
        "Your organisation knows you, but the hub does not let you in: nobody has invited this address of yours. "
        "Ask your administrator for an invitation."
    ),
    "staff_answered": _("It was answered or taken back meanwhile. The list shows how it is now."),
    "staff_declined": _(
        "You have declined. If you want to come after all, ask whoever invited you for a new invitation."
    ),
    "staff_elsewhere": _("They work for another organisation. Say first when they leave it."),
    "staff_has_come": _("They have signed in before. Who forgot a password asks for a new one on the sign-in page."),
    "staff_here": _("They work here already. Change their roles in the list."),
    "staff_invited": _("The address is invited already. Send the invitation again in the list, or take it back first."),
    "staff_is_elsewhere": _(
        "You work for another organisation here, and a person works for one only. Whoever administers that one ends "
        "your work there first; then open this link again."
    ),
    "staff_is_here": _("You work for this organisation already."),
    "staff_last_administrator": _(
        "Nobody else who can sign in administers the organisation. Make somebody else its administrator first."
    ),
    "staff_needs_address": _(
        "Without a customer it is staff of the provider: the key is their address, and they have no workspaces."
    ),
    "staff_not_edited": _(
        "%(name)s works for the provider or a partner, who gives and takes their roles. Ask your CSAM."
    ),
    "staff_person_unknown": _("Nobody has this address. Import the person first, without a customer."),
    "staff_role_unknown": _("One of these roles is not held at your organisation. Choose among those on the page."),
    "staff_roles_missing": _("Choose at least one role: whoever has none may do nothing for your organisation."),
    "staff_unknown": _("Nobody who serves or works for a customer has this address. New staff come by import."),
    "starts_too_early": _("It begins before what it is a part of, whose first day is %(starts_on)s."),
    "statement_too_long": _("It lists more than %(lines_max)s entries. Ask for the spreadsheet on its page."),
    "streams_of_hub": _("Many long pages and files are being sent at this moment. Try again in a minute."),
    "streams_of_person": _(
        "%(streams_max)s long pages or files are being sent to you already. Try again when one of them has ended."
    ),
    "subscription_over": _("It has ended, so nothing can be asked of it. Ask for something new instead."),
    "subscription_partners": _(
        "Subscriptions are not changed here. Ask whoever sold it, by a wish or as it says below."
    ),
    "target_malformed": _(
        "Write an address that begins with https://, without a user and #, of %(length_max)s characters at most."
    ),
    "target_refused": _("%(address)s is no public address. An operator can allow a private network in the settings."),
    "task_changed_meanwhile": _(
        "Somebody else has changed the task meanwhile. Open it once more; copy what you typed first."
    ),
    "task_code_taken": _("Another task has this code already."),
    "task_steps_missing": _("Write the steps in English; other languages may follow."),
    "task_title_missing": _("Write the title in English; other languages may follow."),
    "tasks_many": _("There are %(tasks_max)s tasks already. Take one of them instead."),
    "terminated_outside": _(
        "It can only be terminated between its first day, %(starts_on)s, and its last one, %(ends_on)s."
    ),
    "text_too_long": _("The text is longer than %(length_max)s characters."),
    "texts_malformed": _("Write a JSON object from languages to texts."),
    "time_in_future": _("This time lies in the future. Correct it, or its zone."),
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
    "typesetting_busy": _("Several PDFs are being made at this moment. Try again in a minute."),
    "unit_mismatch": _("The amount is in %(unit)s, but the entitlement is counted in %(expected)s."),
    "unit_unknown": _("There is no such unit. Known are: %(words)s."),
    "upload_missing": _("Choose a file."),
    "upload_too_large": _("The file is larger than %(megabytes_max)s MB. Divide it."),
    "url_malformed": _("This is no web address that begins with https://, of %(length_max)s characters at most."),
    "url_not_https": _(
        "The content must be at an address that begins with https://, of %(length_max)s characters at most."
    ),
    "value_missing": _("A value is needed here."),
    "view_name_missing": _("Give the view a name."),
    "view_name_taken": _("You have another view with the name %(name)s. Choose another name."),
    "views_full": _("You have saved %(count)s views, which is as many as there may be. Delete one first."),
    "wanted_in_past": _("The wanted day lies in the past. Choose a later one."),
    "wanted_reversed": _("The last wanted day lies before the first one."),
    "webhook_address_refused": _(
        "%(address)s is no public address. An operator can allow a private network in the settings."
    ),
    "webhook_too_many": _("There are %(endpoints_max)s endpoints already, which is the most. Delete one first."),
    "webhook_type_unknown": _("Choose at least one of these events: %(types)s."),
    "webhook_url_malformed": _(
        "Write an address that begins with https://, without a user and #, of %(length_max)s characters at most."
    ),
    "wish_accepted": _("The wish is accepted already."),
    "wish_amount": _("How much is a number of one or more."),
    "wish_amount_or_reason": _("Say how much, or in the reason what you need."),
    "wish_day": _("Choose a day from today on, until %(latest)s at most."),
    "wish_declined": _("The wish is declined already."),
    "wish_done": _("The wish is done already."),
    "wish_more_than_there": _("That is more than there is. To end all of it, ask to cancel."),
    "wish_open": _("That is asked already and not ended. Withdraw that wish first to ask for something else."),
    "wish_other_seller": _(
        "This product is asked of whoever sold it to you. Choose one of them, or leave the choice empty."
    ),
    "wish_reason_missing": _("Say why it is declined: the customer reads it."),
    "wish_unit_missing": _("Say in what it is counted."),
    "wish_what_missing": _("Choose a product, or say in words what you need."),
    "wish_whom_missing": _("Several may be meant: choose whom you ask."),
    "wish_withdrawn": _("The customer has withdrawn the wish."),
    "wishes_many": _("There are %(open_max)s open wishes. Withdraw one first."),
    "word_unknown": _("Write one of these words: %(words)s."),
    "work_changed": _("Somebody changed this time meanwhile. Look at it as it is now, and change it again."),
    "work_in_future": _("This time is not over yet. Log it once the work is done."),
    "work_kind_unknown": _("Choose a kind of work."),
    "work_minutes": _(
        "%(minutes)s is no number of minutes that can be logged at once: 1 to %(minutes_max)s, which is a day."
    ),
    "work_minutes_malformed": _("Write whole minutes, as 90, or hours and minutes, as 1:30."),
    "work_moved_nowhere": _("The time belongs to this request already. Name another one."),
    "contact_channel_missing": _("Say how they asked."),
    "contact_is_customers": _(
        "A customer’s own people contact its partner here. What the partner’s people are told they write down at their "
        "helpdesk."
    ),
    "contact_is_providers": _(
        "The partner cannot support you at present, and the provider stands in for it. Open a request to the provider."
    ),
    "contact_kind_missing": _("Choose whether it is a fault or a question."),
    "contact_person_gone": _("This person is none of the workspace’s who may be named. Choose another one, or nobody."),
    "contact_price_changed": _("The price has changed meanwhile. Read the new one, and accept it."),
    "contact_price_unaccepted": _("Accept the price first: the partner charges for it."),
    "contact_product_gone": _("This product is not the partner’s any more. Choose another one, or something else."),
    "contact_workspace_missing": _("Choose the workspace that it is about."),
    "allowance_ended": _("Escalations were agreed until %(ends_on)s. Ask the provider to agree on more."),
    "allowance_not_begun": _("Escalations are agreed from %(starts_on)s on, and none before."),
    "allowance_overlaps": _("From %(starts_on)s until %(ends_on)s something is agreed already. Choose other days."),
    "allowance_reversed": _("It ends before it begins."),
    "allowance_too_long": _("Agree on %(years)s years at most."),
    "allowance_used": _(
        "All %(included)s escalations that are agreed until %(ends_on)s are used. Ask the provider to agree on more."
    ),
    "allowance_withdrawn": _("It is withdrawn already."),
    "handover_not_open": _("The request is not open any more, so it is not given back."),
    "handover_reason_missing": _("Say why you give it back."),
    "handover_to_suspended": _("The partner is suspended, so the request cannot go back to it."),
    "helpdesk_sent_to_nobody": _(
        "Nobody of the customer is named in this request, so nobody would get it. Share the request first."
    ),
    "helpdesk_suspended": _("The provider has suspended your organisation. It can take in nothing new."),
    "mail_reason_missing": _("Say why you put it aside."),
    "mail_taken": _("The mail was taken in already: it is in the request %(number)s."),
    "work_on_partners": _("The request is a partner’s: time is logged on requests to the provider only."),
    "work_on_merged": _("The request was merged into another one. Log the time there."),
    "work_request_unknown": _("There is no request with this number that you can work on."),
    "work_start_malformed": _("Write the day as 2026-11-30 and the time as 14:30."),
    "worked_hours_malformed": _("Write hours as 16, or with minutes as 1:30."),
    "workspace_archived": _("The workspace %(name)s is archived, so nothing new happens in it. Restore it first."),
    "workspace_archived_order": _("The workspace is archived. Nothing is ordered for it."),
    "workspace_is_default": _("The default workspace cannot be archived."),
    "workspace_is_last": _("This is the customer’s last workspace, so it cannot be archived."),
    "workspace_just_made": _(
        "This file makes the workspace anew. Bring in the workspaces first, then the support requests by an import of "
        "their own."
    ),
    "workspace_name_missing": _("Give the workspace a name."),
    "workspace_name_taken": _("The customer has a workspace with the name %(name)s already. Choose another name."),
    "workspace_not_mapped": _(
        "%(external_ids)s: its package does not reach the workspace. Map the package to the workspace first."
    ),
    "workspace_unknown": _(
        "The customer has no workspace with this code. Import the workspaces first, or correct the code."
    ),
    "xapi_actor_group": _("A statement is about one person. Its actor must be an Agent, no Group."),
    "xapi_actor_unnamed": _("The actor must be named by exactly one of mbox and account."),
    "xapi_attachments": _("Statements with attachments are not taken."),
    "xapi_differs": _(
        "There is another statement with the id %(id)s. A correction is a new statement, and the old one is voided."
    ),
    "xapi_id_differs": _("The statement has another id than the address says."),
    "xapi_id_malformed": _("The id of a statement is a UUID."),
    "xapi_id_missing": _("A PUT has the parameter statementId, and no other one."),
    "xapi_id_twice": _("Two statements of the list have the same id."),
    "xapi_in_future": _("The timestamp lies in the future. Set the clock of the system."),
    "xapi_iri": _("%(part)s must be an IRI."),
    "xapi_not_json": _("A statement is JSON, sent with the content type application/json."),
    "xapi_null": _("Nothing in a statement may be null, but in extensions."),
    "xapi_object_no_activity": _(
        "The object of a statement must be an Activity, or a StatementRef where it voids one."
    ),
    "xapi_parameter": _("A POST of statements has no parameter %(parameter)s."),
    "xapi_part_missing": _("%(part)s is missing, or is not what it should be."),
    "xapi_progress": _("Progress is a number from 0 to 100, or a scaled score from 0 to 1."),
    "xapi_property_unknown": _("A statement has no property %(property)s."),
    "xapi_single_only": _("Statements are read one at a time: name it by statementId or voidedStatementId."),
    "xapi_stranger": _(
        "This source may not speak for this person: it speaks for people of its own workspace, under its own home page."
    ),
    "xapi_timestamp": _("A timestamp is written after ISO 8601, with its time zone."),
    "xapi_too_deep": _("The body has more than %(depth_max)s objects and lists within each other."),
    "xapi_too_large": _("A statement has at most %(bytes_max)s bytes."),
    "xapi_too_many": _("There are more than %(count_max)s statements. Send fewer at once."),
    "xapi_unknown": _("The key is unknown or was revoked, or the secret is another one."),
    "xapi_version": _("This endpoint speaks xAPI 1.0.3. Say so in the header X-Experience-API-Version."),
    "xapi_voids_nothing": _(
        "What is voided must be a StatementRef to a statement of this source that voids none itself."
    ),
    "baseline_changed_meanwhile": _(
        "Somebody else has changed the item meanwhile. Open it once more; copy what you typed first."
    ),
    "baseline_code_taken": _("Another item has this code already."),
    "baseline_item_missing": _("Choose what it belongs to."),
    "baseline_many": _("There are %(items_max)s items already. Change one of them instead."),
    "baseline_text_missing": _("Write in English what belongs to it; other languages may follow."),
    "baseline_title_missing": _("Write the title in English; other languages may follow."),
    "entries_many": _("The diagnosis has %(lines_max)s lines already. Write an internal note instead."),
    "entry_missing": _("Write what you take to be the cause, what you did, or what you saw."),
    "gate_follows": _("It follows an incident that goes on. Say first why it is to go on all the same."),
    "gate_is_over": _("The incident is over. Say first whether the trouble is gone."),
    "gate_no_check": _("Nobody has looked at service health yet. Do that first."),
    "gate_no_rights": _("It waits for rights with the customer. Say first that the work needs none any more."),
    "gate_over": _("The request is resolved or closed. Reopen it first."),
    "health_choice_missing": _("Choose what fits, or say that nothing fits."),
    "health_event_over": _("This is over, or cannot be seen any more. Look once more."),
    "health_next_missing": _("Say whether the request is to follow the incident, or why it is to go on."),
    "incident_goes_on": _("The incident goes on. Say why the request is to go on all the same."),
    "incident_is_over": _("The incident is over. Say whether the trouble is gone."),
    "incident_not_followed": _("The request follows no incident."),
    "resolution_missing": _("Write to the customer how it was resolved."),
    "task_needs_delegation": _("You hold no delegated right at this customer. Ask for one first."),
    "desk_channel": _("Write a mail address, or a page that begins with https://."),
    "desk_hours": _("Write whole hours, from 1 to %(hours_max)s."),
    "desk_hours_order": _("What is more severe is answered first, or at the same time."),
    "escalation_changed_meanwhile": _(
        "Somebody else has changed it meanwhile. Open it once more; copy what you typed first."
    ),
    "escalation_choice_unknown": _("Choose one of those that are offered."),
    "escalation_colleague_unknown": _("Choose somebody who works at the desk."),
    "escalation_contact_foreign": _("Choose yourself or a colleague. The customer’s people are not asked."),
    "escalation_file_executable": _("%(name)s is a program, or could be run. Send what it shows, not the program."),
    "escalation_file_missing": _("Add a file."),
    "escalation_follows": _("The request follows an incident. Say there first why it goes on nevertheless."),
    "escalation_gaps_unnamed": _("Tick what is missing, or say it in your words."),
    "escalation_health_missing": _("Check service health for the request first, and record what you found."),
    "escalation_incident_over": _(
        "The incident that the request follows is over. Say there first whether all is well."
    ),
    "escalation_incident_unknown": _("Choose an incident of yours."),
    "escalation_incomplete": _("It is not complete yet."),
    "escalation_item_missing": _("This is missing."),
    "escalation_item_unknown": _("Something was ticked that this category does not ask for."),
    "escalation_match_reason": _("An incident fits. Say on the request why it goes on nevertheless."),
    "escalation_moved": _("It stands otherwise by now, so this was not done. Look at it once more."),
    "escalation_no_provider": _(
        "You have no indirect provider now, so nothing can be escalated. Nothing was sent. A partnership opens the way."
    ),
    "escalation_no_rights": _("The work on the request waits for rights with the customer. Ask for them there first."),
    "escalation_none_fits": _("What is in none of the categories is solved by the partner."),
    "escalation_number": _("Write a whole number, from 1 on."),
    "escalation_provider_unsaid": _("Choose the indirect provider that sold the product."),
    "escalation_published_already": _("The customer has read this already. Write a message on the request."),
    "escalation_request_over": _("The request is not open any more, so nothing of it is escalated."),
    "escalation_request_unknown": _("One of the numbers is no request of another customer of yours."),
    "escalation_same_network": _("The second network must be another one than the first."),
    "escalation_second_customer": _(
        "Name a second customer. Where it is one alone, take another category: it does something else than it should, "
        "or it is not available."
    ),
    "escalation_of_publisher": _("The provider does not support this product: its publisher does. Ask there."),
    "escalation_suspended": _("The provider has suspended you as a partner, so nothing can be escalated."),
    "escalation_time_future": _("This lies in the future."),
    "escalation_time_malformed": _("Write day, time and zone, such as 2026-11-21T08:15+01:00."),
    "escalation_time_order": _("It cannot have ended before it began."),
    "escalation_time_relative": _(
        "Whoever reads it tomorrow must know the day. Write day, time and zone, such as 2026-11-21T08:15+01:00."
    ),
    "escalation_time_zone": _("Add the zone: +01:00, Z, or a name such as Europe/Berlin."),
    "escalation_vulnerability": _("A vulnerability is reported elsewhere, and not escalated."),
    "escalation_words_missing": _("Say it in your words."),
    "zone_unknown": _("This is no time zone. Write one such as Europe/Berlin."),
}


def sentence(error: HubError) -> str:
    """What a person reads. A code without a sentence shows itself, and the test of this table fails."""
    text = _SENTENCES.get(error.code)
    return str(text % {name: _said(value) for name, value in error.params.items()}) if text is not None else error.code


def _said(value: object) -> object:
    """A day as the reader's language writes it; everything else as it is."""
    return fmt.day(value) if isinstance(value, date) and not isinstance(value, datetime) else value
