"""The large customer: 6 workspaces, 3 agreements, 14 packages, and something of every state."""

from tallyhub.site.demo.plan import Agreement, Customer, Line, Lot, Months, Package, Use

CAST = """
admin         | Ingrid Solvang       | en | Europe/Oslo      | all            | customer_administrator
wsadmin       | Bjarte Lundekvam     | en | Europe/Oslo      | mills          | workspace_administrator@mills
activity      | Ulrike Behrendorf    | en | Europe/Berlin    | paper energy   | customer_activity@paper+energy
learning      | Solveig Nordbakk     | en | Europe/Oslo      | group          | learning_manager+customer_activity@group
contact       | Anselm Tiedjen       | en | Europe/Berlin    | paper          | support_contact@paper
member        | Marit Haugstuen      | en | Europe/Oslo      | logistics      |
k.brattvik    | Kjersti Brattvik     | en | Europe/Oslo      | group mills    | support_contact@group+mills
o.sandnesmo   | Odd Sandnesmo        | en | Europe/Oslo      | group          | support_contact@group
h.weidling    | Hannelore Weidling   | de | Europe/Berlin    | paper          | workspace_administrator@paper
j.pohlmeier   | Jörn Pohlmeier       | de | Europe/Berlin    | paper          | support_contact@paper
s.grabowiecki | Szymon Grabowiecki   | en | Europe/Warsaw    | logistics      | workspace_administrator@logistics
a.lisowiecka  | Agnieszka Lisowiecka | en | Europe/Warsaw    | logistics      | support_contact@logistics
v.orekhova    | Вера Орехова-Лунь    | ru | Asia/Almaty      | logistics      |
t.zhumabek    | Тимур Жумабекулы     | ru | Asia/Almaty      | logistics      | support_contact@logistics
l.cattarossi  | Lidia Cattarossi     | it | Europe/Rome      | paper          |
g.bevilotti   | Gualtiero Bevilotti  | it | Europe/Rome      | paper energy   | support_contact@paper
i.larrauri    | Itziar Larrauri      | es | Europe/Madrid    | energy         | workspace_administrator@energy
r.valdecantos | Rufino Valdecantos   | es | Europe/Madrid    | energy         | support_contact@energy
e.papastavrou | Ελπίδα Παπασταυρίδη  | en | Europe/Athens    | energy         |
n.karahisar   | Nurgül Karahisarlı   | en | Europe/Istanbul  | energy         | support_contact@energy
d.whitlatch   | Delphine Whitlatch   | en | America/New_York | americas       | workspace_administrator@americas
m.okonjo      | Marcellus Okonjo     | en | America/Chicago  | americas       | support_contact@americas
p.beausejour  | Philomène Beauséjour | en | America/Toronto  | americas       | support_contact@americas
c.iturralde   | Casimiro Iturralde   | es | America/Santiago | americas       | support_contact@americas
y.tachimori   | 立森 ゆかり          | en | Asia/Tokyo       | americas       | support_contact@americas
w.linhe       | 欧阳 林荷            | en | Asia/Shanghai    | americas mills | support_contact@americas
a.deshmane    | अनघा देशमाने             | en | Asia/Kolkata     | group          | support_contact@group
k.venkatesh   | Kavitha Venkateshan  | en | Asia/Kolkata     | group mills    |
s.baekun      | 백운 소라            | en | Asia/Seoul       | energy group   |
h.alfarouqi   | هالة الفاروقي        | en | Africa/Cairo     | group          | view_all_support_requests@group
t.mokwena     | Thandeka Mokwenana   | en | Africa/Harare    | mills          |
l.eikeskog    | Leif Eikeskog        | en | Europe/Oslo      | mills          | support_contact@mills
f.tuominiemi  | Fanni Tuominiemi     | en | Europe/Helsinki  | mills group    | support_contact@mills
r.hjalmstrand | Rune Hjalmstrand     | en | Europe/Stockholm | mills          |
z.horvatinka  | Zdravka Horvatinka   | en | Europe/Zagreb    | paper          |
b.ostrowska   | Bogna Ostrowitzka    | en | Europe/Warsaw    | logistics      |
"""

EVERYWHERE = ("group", "mills", "paper", "energy", "logistics", "americas")
YEAR_1, YEAR_2, YEAR_3 = Months(-19, -8), Months(-7, 4), Months(5, 16)
SO_FAR = Months(-7, 0)  # what has passed of the second year


def _yearly(amount: str) -> tuple[Lot, ...]:
    return tuple(Lot(amount, year) for year in (YEAR_1, YEAR_2, YEAR_3))


BASE = Package(
    "BASE",
    "Unified base",
    "enterprise",
    workspaces=EVERYWHERE,
    lines=(
        Line("reactive-support", uses=(Use(640, YEAR_1), Use(412, SO_FAR)), step=15),
        Line(
            "advisory-support",
            lots=(*_yearly("120"), Lot("12", Months(-7, -2), kind="carry_over")),
            uses=(Use(97, YEAR_1), Use(8, Months(-7, -5)), Use(71, Months(-4, 0))),
            step=15,
        ),
        Line("built-in-proactive", lots=_yearly("240"), uses=(Use(228, YEAR_1), Use(102, SO_FAR))),
        Line("on-demand-education", uses=(Use(610, YEAR_1), Use(455, SO_FAR))),
        Line("support-contacts", lots=(Lot("25"),), uses=(Use(12, Months(-19, -16)), Use(5, Months(-10, 0)))),
        Line("on-demand-assessments", lots=(Lot("12"),), uses=(Use(9, Months(-18, -1)),)),
        Line("service-review"),
        Line("crisis-coordination"),
        Line("lifecycle-planning"),
    ),
)
ADD_ONS = (
    Package(
        "DSE-IDENTITY",
        "Designated engineering: identity",
        "addon",
        months=Months(-7, 4),
        workspaces=("group", "mills"),
        lines=(
            Line("designated-engineering", lots=(Lot("400"),), uses=(Use(360, SO_FAR),), step=30),
            Line("early-documentation"),
        ),
    ),
    Package(
        "DSE-DATA",
        "Designated engineering: data platform",
        "addon",
        months=Months(-6, 5),
        workspaces=("energy", "group"),
        lines=(Line("designated-engineering", lots=(Lot("160"),), uses=(Use(172, Months(-6, 0)),), step=30),),
    ),
    Package(
        "CREDITS",
        "Proactive credits",
        "addon",
        workspaces=("group", "mills", "energy"),
        lines=(
            Line(
                "proactive-credits",
                lots=(
                    *_yearly("200"),
                    Lot("40", Months(-7, -2), kind="carry_over"),
                    Lot("60", Months(-3, 4), kind="top_up", priority=1),
                ),
                uses=(Use(152, YEAR_1), Use(28, Months(-7, -5)), Use(111, Months(-3, 0))),
            ),
        ),
    ),
    Package(
        "WORKSHOPS",
        "Workshop days",
        "addon",
        months=Months(-10, 1),
        workspaces=("group", "paper", "logistics"),
        lines=(Line("workshop-days", lots=(Lot("160"),), uses=(Use(104, Months(-10, 0)),)),),
    ),
    Package(
        "LEARNING-PLANTS",
        "Education for plant teams",
        "addon",
        months=Months(-1, 10),
        workspaces=("mills", "paper"),
        lines=(Line("on-demand-education", lots=(Lot("250"),)), Line("workshop-days", lots=(Lot("40"),))),
    ),
    Package(
        "DATA-CENTRE-MOVE",
        "Data centre move",
        "addon",
        months=Months(-14, 3),
        ended=-4,
        workspaces=("group",),
        lines=(
            Line("advisory-support", lots=(Lot("90"),), uses=(Use(47, Months(-14, -4)),), step=15),
            Line("built-in-proactive", lots=(Lot("60"),), uses=(Use(36, Months(-12, -4)),)),
        ),
    ),
    Package(
        "ASSESSMENTS-PLUS",
        "Extended assessments",
        "addon",
        months=Months(-2, 9),
        workspaces=(),
        lines=(Line("on-demand-assessments", lots=(Lot("8"),)), Line("early-documentation")),
    ),
    Package(
        "DSE-IDENTITY-2",
        "Designated engineering: identity, renewal",
        "addon",
        months=Months(5, 16),
        workspaces=("group", "mills"),
        lines=(Line("designated-engineering", lots=(Lot("480"),), step=30),),
    ),
    Package(
        "LAUNCH",
        "First-year launch",
        "addon",
        months=YEAR_1,
        workspaces=("group", "mills"),
        lines=(
            Line("advisory-support", lots=(Lot("40"),), uses=(Use(33, YEAR_1),), step=15),
            Line("workshop-days", lots=(Lot("40"),), uses=(Use(40, YEAR_1),)),
        ),
    ),
    Package(
        "RAPID-RESPONSE",
        "Rapid response",
        "addon",
        workspaces=EVERYWHERE,
        lines=(Line("one-hour-response"), Line("crisis-coordination"), Line("early-documentation")),
    ),
)
AMERICAS = Package(
    "BASE",
    "Premier base",
    "enterprise",
    workspaces=("americas",),
    lines=(
        Line("reactive-cases", lots=(Lot("60"),), uses=(Use(38, SO_FAR),)),
        Line("advisory-support", lots=(Lot("50"),), uses=(Use(22, SO_FAR),), step=30),
        Line("built-in-proactive", lots=(Lot("80"),), uses=(Use(27, SO_FAR),)),
        Line("support-contacts", lots=(Lot("8"),), uses=(Use(5, Months(-7, -2)),)),
        Line("service-review"),
    ),
)
FORMER = (
    Package(
        "BASE",
        "Premier base",
        "enterprise",
        workspaces=EVERYWHERE,
        lines=(
            Line("reactive-cases", lots=(Lot("150"),), uses=(Use(143, Months(-31, -20)),)),
            Line("built-in-proactive", lots=(Lot("200"),), uses=(Use(187, Months(-31, -20)),)),
            Line("service-review"),
        ),
    ),
    Package(
        "WORKSHOPS",
        "Workshop days",
        "addon",
        workspaces=("group", "paper"),
        lines=(Line("workshop-days", lots=(Lot("80"),), uses=(Use(56, Months(-30, -20)),)),),
    ),
)

HALDEN = Customer(
    code="halden",
    name="Halden Timber & Energy",
    zone="Europe/Oslo",
    workspaces={
        "group": "Group IT",
        "mills": "Sawmills",
        "paper": "Paper mills",
        "energy": "Energy",
        "logistics": "Logistics",
        "americas": "Americas",
    },
    cast=CAST,
    agreements=(
        Agreement("U-40718", "Unified support, group", "unified", "Europe/Oslo", Months(-19, 16), (BASE, *ADD_ONS)),
        Agreement("P-31255", "Premier support, Americas", "premier", "America/New_York", YEAR_2, (AMERICAS,)),
        Agreement("P-22960", "Premier support, group", "premier", "Europe/Oslo", Months(-31, -20), FORMER),
    ),
)
