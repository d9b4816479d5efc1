from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "tallyhub.ledger"
    label = "ledger"
