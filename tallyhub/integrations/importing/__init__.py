"""Bulk import: files and records of what the provider's other systems know. ``docs/import.md`` is its reference."""

from tallyhub.integrations.importing.importer import KINDS, Refused, import_file, import_files, import_records
from tallyhub.integrations.importing.problems import Problem, Report, Tally

__all__ = ["KINDS", "Problem", "Refused", "Report", "Tally", "import_file", "import_files", "import_records"]
