"""The session engine: Django's, with the person and their place as columns, so that one statement can join them."""

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from tallyhub.accounts.models import Session

CUSTOMER_KEY, WORKSPACE_KEY, VOUCHED_KEY = "customer", "workspace", "vouched_by"


class SessionStore(DatabaseStore):
    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    @classmethod
    def loaded(cls, key: str, data: str) -> "SessionStore":
        """A session whose row has been read already, together with its person and rights."""
        store = cls(key)
        store._session_cache = store.decode(data)  # type: ignore[attr-defined]  # Django's own cache of a read row
        return store

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row: Any = super().create_model_instance(data)
        row.person_id = int(data[SESSION_KEY]) if data.get(SESSION_KEY) else None
        row.customer_id = data.get(CUSTOMER_KEY)
        row.workspace_id = data.get(WORKSPACE_KEY)
        row.vouched_by_id = data.get(VOUCHED_KEY)
        saved: Session = row
        return saved
