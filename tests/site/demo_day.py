"""The day on which tests load the demo."""

from datetime import UTC, date, datetime, time

TODAY = date(2026, 11, 21)
NOW = datetime.combine(TODAY, time(12), UTC)
