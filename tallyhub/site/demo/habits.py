"""How each service is used: what an entry is called, how large it is, which system reports it."""

from dataclasses import dataclass

from tallyhub.site.demo import courses


@dataclass(frozen=True, slots=True)
class Habit:
    """``sizes`` are typical real amounts in minutes, or in the service's unit; ``prefix`` begins the external id."""

    source: str
    prefix: str
    titles: tuple[str, ...]
    sizes: tuple[str, ...] = ("1",)
    has_odd_minutes: bool = False  # real work is not done in quarter hours
    works_at_night: bool = False  # may be charged at the higher rate
    names_person: bool = False
    once_each: bool = False  # a person counts once, however long
    once_by_title: bool = False  # a person does each of the titles once, as far as there are enough


_PROBLEMS = (
    "Mail queue stuck after certificate change",
    "Sign-in loop on shared tablets",
    "Nightly backup ends without a log",
    "Search index out of date since upgrade",
    "Slow start of virtual desktops on Monday morning",
    "File share unreachable from one site",
    "Directory replication fails between two sites",
    "Database deadlocks during month-end run",
    "Printing stops when the print server restarts",
    "Calendar shows meetings one hour late",
    "Group policy not applied to new laptops",
    "Time drift on two cluster nodes",
    "Cluster fails over for no visible reason",
    "Storage latency peaks at noon",
    "Report server runs out of memory",
    "Conference rooms lose audio after ten minutes",
    "Device enrolment stops at step three",
    "Service account locked every night",
    "Name resolution slow over the backup line",
    "Remote access drops every thirty minutes",
    "Patch rolled back on a quarter of the servers",
    "Interface to the warehouse delivers duplicates",
    "Dashboard shows figures of yesterday",
    "Memory leak in the integration gateway",
    "Mobile mail asks for the password again and again",
    "Restore test of the finance database fails",
    "Certificate of the internal portal expired",
    "Queue grows after network maintenance",
    "Load balancer keeps a dead node",
    "New sites missing in the address book",
)
_QUESTIONS = (
    "Advice on retention settings for mail",
    "Review of firewall rules before go-live",
    "Sizing of the new database cluster",
    "Options for moving file shares",
    "Plan for retiring an old directory forest",
    "Comparison of two backup designs",
    "Checklist for the certificate renewal",
    "Hints for a slow report",
    "Naming scheme for the new sites",
    "Feedback on the disaster recovery plan",
    "Choice of a licence for test systems",
    "Second opinion on a network change",
    "Approach to device enrolment in the field",
)
_DELIVERIES = (
    "Directory health check",
    "Database performance review",
    "Recovery exercise",
    "Security baseline review",
    "Mail flow health check",
    "Monitoring review",
    "Capacity review of the virtual platform",
    "Upgrade readiness check",
    "Network resilience review",
    "Backup and restore drill",
)
_WORKSHOPS = (
    "Workshop: administering the directory",
    "Workshop: database tuning",
    "Workshop: automation with scripts",
    "Workshop: disruption drill for operators",
    "Workshop: secure device management",
    "Workshop: monitoring that people read",
    "Workshop: container basics",
)
_DESIGNATED = (
    "Weekly working session",
    "Root cause review of recurring problems",
    "Preparation of the quarterly change window",
    "Identity clean-up, next department",
    "Pairing with the platform team",
    "Runbook for the sign-in service",
    "Test of the failover procedure",
    "Review of access rules",
    "Tuning of nightly data loads",
    "Design session for the next release",
)
_EXCHANGES = (
    "Exchanged for a recovery exercise",
    "Exchanged for a security baseline review",
    "Exchanged for a two-day workshop",
    "Exchanged for a directory health check",
    "Exchanged for an upgrade readiness check",
    "Exchanged for remote coaching",
)
_ASSESSMENTS = (
    "Assessment set up: directory",
    "Assessment set up: directory security",
    "Assessment set up: database servers",
    "Assessment set up: mail servers",
    "Assessment set up: file servers",
    "Assessment set up: network",
    "Assessment set up: virtual platform",
    "Assessment set up: client devices",
)

HABITS = {
    "reactive-support": Habit(
        "desk",
        "R",
        _PROBLEMS,
        sizes=("15", "25", "35", "40", "55", "70", "80", "110", "150", "240"),
        has_odd_minutes=True,
        works_at_night=True,
        names_person=True,
    ),
    "reactive-cases": Habit("desk", "C", _PROBLEMS, names_person=True),
    "advisory-support": Habit(
        "desk",
        "A",
        _QUESTIONS,
        sizes=("30", "45", "60", "75", "90", "120", "180"),
        has_odd_minutes=True,
        names_person=True,
    ),
    "built-in-proactive": Habit("delivery", "D", _DELIVERIES, sizes=("120", "180", "240", "360", "480")),
    "workshop-days": Habit("delivery", "W", _WORKSHOPS, sizes=("480",)),
    "designated-engineering": Habit(
        "delivery", "E", _DESIGNATED, sizes=("120", "180", "240", "360"), works_at_night=True
    ),
    "proactive-credits": Habit("delivery", "X", _EXCHANGES, sizes=("4", "7.5", "10", "12.5", "16")),
    "on-demand-education": Habit(courses.SOURCE, "L", tuple(courses.TITLES), names_person=True, once_by_title=True),
    "support-contacts": Habit("directory", "N", ("Named as support contact",), names_person=True, once_each=True),
    "on-demand-assessments": Habit("set-ups", "S", _ASSESSMENTS),
}
