"""The other customers, each with something special."""

from tallyhub.site.demo.halden import HALDEN
from tallyhub.site.demo.plan import Agreement, Customer, Line, Lot, Months, Package, Use

# Sold by the partner; credits expire soon, and hardly any designated hours are left.
ORCHARD = Customer(
    code="orchard",
    name="Orchard & Vale Foods",
    zone="Europe/London",
    workspaces={"head-office": "Head office", "cold-chain": "Cold chain", "shops": "Shops"},
    cast="""
admin         | Rosalind Amberley    | en | Europe/London | all               | customer_administrator
d.thistlewood | Duncan Thistlewoode  | en | Europe/London | cold-chain        | workspace_administrator@cold-chain
p.nkemelu     | Precious Nkemeluka   | en | Africa/Lagos  | shops             | support_contact@shops
f.ottenheim   | Friederike Ottenheim | de | Europe/Vienna | cold-chain        | support_contact@cold-chain
g.sant-feliu  | Gemma Santfeliu      | es | Europe/Madrid | head-office       | learning_manager@head-office
r.sundaresh   | Rohan Sundareshwar   | en | Asia/Kolkata  | head-office shops | support_contact@head-office
m.kowalunka   | Mirosława Kowalunka  | en | Europe/Warsaw | cold-chain        | customer_activity@cold-chain
o.penhallick  | Oswin Penhallick     | en | Europe/London | shops             |
""",
    agreements=(
        Agreement(
            "U-51340",
            "Unified support",
            "unified",
            "Europe/London",
            Months(-9, 2),
            seller="quillmark",
            packages=(
                Package(
                    "BASE",
                    "Unified base",
                    "enterprise",
                    workspaces=("head-office", "cold-chain", "shops"),
                    lines=(
                        Line("reactive-support", uses=(Use(138, Months(-9, 0)),), step=15),
                        Line("advisory-support", lots=(Lot("40"),), uses=(Use(26, Months(-9, 0)),), step=15),
                        Line("built-in-proactive", lots=(Lot("64"),), uses=(Use(36, Months(-9, 0)),)),
                        Line("on-demand-education", lots=(Lot("150"),), uses=(Use(112, Months(-9, 0)),)),
                        Line("support-contacts", lots=(Lot("5"),), uses=(Use(3, Months(-9, -6)),)),
                        Line("service-review"),
                    ),
                ),
                Package(
                    "CREDITS",
                    "Proactive credits",
                    "addon",
                    months=Months(-9, 1),
                    workspaces=("head-office", "cold-chain"),
                    lines=(Line("proactive-credits", lots=(Lot("120"),), uses=(Use(52, Months(-8, 0)),)),),
                ),
                Package(
                    "DSE",
                    "Designated engineering: refrigeration control",
                    "addon",
                    workspaces=("cold-chain",),
                    lines=(
                        Line(
                            "designated-engineering",
                            lots=(Lot("180"), Lot("40", Months(-3, 2), kind="top_up")),
                            uses=(Use(211, Months(-9, 0)),),
                            step=30,
                        ),
                    ),
                ),
            ),
        ),
    ),
)

# More support contacts are named than the agreement allows.
ALDWYN = Customer(
    code="aldwyn",
    name="St. Aldwyn Hospitals",
    zone="Europe/Dublin",
    workspaces={"clinical": "Clinical systems", "corporate": "Corporate IT"},
    cast="""
n.brannigane  | Niamh Brannigane      | en | Europe/Dublin | all       | customer_administrator
c.oshaughley  | Cathal O’Shaughley    | en | Europe/Dublin | clinical  | workspace_administrator@clinical
a.wolanska    | Apolonia Wolańczyńska | en | Europe/Dublin | clinical  | support_contact@clinical
b.adeyinke    | Babatunde Adeyinke    | en | Europe/Dublin | clinical  | support_contact@clinical
s.rathnasiri  | Sunethra Rathnasirige | en | Europe/Dublin | clinical  | support_contact@clinical
e.corriganby  | Eimear Corriganby     | en | Europe/Dublin | corporate | support_contact@corporate
l.marchettini | Ludovica Marchettoni  | it | Europe/Rome   | corporate | support_contact@corporate
f.dunlevin    | Fintan Dunlevin       | en | Europe/Dublin | corporate | support_contact@corporate
""",
    agreements=(
        Agreement(
            "U-47802",
            "Unified support",
            "unified",
            "Europe/Dublin",
            Months(-10, 13),
            packages=(
                Package(
                    "BASE",
                    "Unified base",
                    "enterprise",
                    workspaces=("clinical", "corporate"),
                    lines=(
                        Line("reactive-support", uses=(Use(196, Months(-10, 0)),), step=15),
                        Line("built-in-proactive", lots=(Lot("96"),), uses=(Use(48, Months(-10, 0)),)),
                        Line("support-contacts", lots=(Lot("4"),), uses=(Use(6, Months(-10, -2)),)),
                        Line("on-demand-assessments", lots=(Lot("4"),), uses=(Use(4, Months(-8, -2)),)),
                        Line("crisis-coordination"),
                    ),
                ),
                Package(
                    "ROUND-THE-CLOCK",
                    "Round the clock",
                    "addon",
                    workspaces=("clinical",),
                    lines=(Line("one-hour-response"), Line("crisis-coordination")),
                ),
            ),
        ),
    ),
)

# Left its first agreement early for another one.
CORVANE = Customer(
    code="corvane",
    name="Corvane Lines",
    zone="Asia/Singapore",
    workspaces={"fleet": "Fleet systems", "terminals": "Terminals"},
    cast="""
h.ongsiew     | Hui Min Ongsiew       | en | Asia/Singapore   | all       | customer_administrator
r.pelaezon    | Rodrigo Pelaezón      | es | America/Panama   | terminals | workspace_administrator@terminals
k.asavathep   | กมล อัศวเทพาลัย         | en | Asia/Bangkok     | terminals | support_contact@terminals
v.andropoulis | Βασίλης Ανδροπουλίδης | en | Europe/Athens    | fleet     | support_contact@fleet
s.yongzhen    | 司徒 咏真             | en | Asia/Hong_Kong   | fleet     | customer_activity@fleet
t.rewiti      | Tamati Rewitihana     | en | Pacific/Auckland | terminals |
""",
    agreements=(
        Agreement(
            "P-28417",
            "Premier support",
            "premier",
            "Asia/Singapore",
            Months(-16, 7),
            ended=-4,
            packages=(
                Package(
                    "BASE",
                    "Premier base",
                    "enterprise",
                    ended=-4,
                    workspaces=("fleet", "terminals"),
                    lines=(
                        Line("reactive-support", lots=(Lot("200"),), uses=(Use(164, Months(-16, -4)),), step=30),
                        Line("support-contacts", lots=(Lot("6"),), uses=(Use(2, Months(-16, -12)),)),
                    ),
                ),
            ),
        ),
        Agreement(
            "U-53066",
            "Unified support",
            "unified",
            "Asia/Singapore",
            Months(-3, 8),
            packages=(
                Package(
                    "BASE",
                    "Unified base",
                    "enterprise",
                    workspaces=("fleet", "terminals"),
                    lines=(
                        Line("reactive-support", uses=(Use(61, Months(-3, 0)),), step=15),
                        Line("advisory-support", lots=(Lot("60"),), uses=(Use(14, Months(-3, 0)),), step=15),
                        Line("on-demand-education", uses=(Use(23, Months(-3, 0)),)),
                    ),
                ),
            ),
        ),
    ),
)

# A school year that ends soon: education is over, proactive hours would be lost.
KESTREL = Customer(
    code="kestrel",
    name="Kestrel County Schools",
    zone="America/Chicago",
    workspaces={"district": "District office", "schools": "Schools"},
    cast="""
l.hathersley  | Lavinia Hathersley  | en | America/Chicago | all      | customer_administrator
j.ybarrola    | Joaquina Ybarrola   | es | America/Chicago | schools  | learning_manager+customer_activity@schools
w.tsosienez   | Wyatt Tsosienez     | en | America/Denver  | schools  | support_contact@schools
m.nguyenhoa   | Mỹ Duyên Lưuhòa     | en | America/Chicago | schools  |
c.abernethorp | Clement Abernethorp | en | America/Chicago | district | support_contact@district
h.yildirhan   | Hatice Yıldırhanlı  | en | America/Chicago | schools  |
""",
    agreements=(
        Agreement(
            "P-33590",
            "Premier support, school year",
            "premier",
            "America/Chicago",
            Months(-10, 1),
            packages=(
                Package(
                    "BASE",
                    "Premier base",
                    "enterprise",
                    workspaces=("schools", "district"),
                    lines=(
                        Line("reactive-cases", lots=(Lot("25"),), uses=(Use(24, Months(-10, 0)),)),
                        Line("built-in-proactive", lots=(Lot("120"),), uses=(Use(35, Months(-10, 0)),)),
                        Line("on-demand-education", lots=(Lot("300"),), uses=(Use(341, Months(-10, 0)),)),
                        Line("support-contacts", lots=(Lot("5"),), uses=(Use(2, Months(-10, -8)),)),
                    ),
                ),
            ),
        ),
    ),
)

# Nothing has begun yet.
VALDORIA = Customer(
    code="valdoria",
    name="Ayuntamiento de Valdoria",
    zone="Europe/Madrid",
    workspaces={"city": "Sistemas municipales"},
    cast="""
a.montenegrete | Amparo Montenegrete | es | Europe/Madrid | city | customer_administrator
e.olaizolabe   | Eneko Olaizolabe    | es | Europe/Madrid | city | support_contact@city
""",
    agreements=(
        Agreement(
            "U-55127",
            "Unified support",
            "unified",
            "Europe/Madrid",
            Months(1, 12),
            packages=(
                Package(
                    "BASE",
                    "Unified base",
                    "enterprise",
                    workspaces=("city",),
                    lines=(
                        Line("reactive-support", step=15),
                        Line("advisory-support", lots=(Lot("30"),), step=15),
                        Line("on-demand-education", lots=(Lot("80"),)),
                        Line("support-contacts", lots=(Lot("4"),)),
                    ),
                ),
            ),
        ),
    ),
)

# What was bought has been corrected, and the add-on has not reached a workspace.
STEPNOY = Customer(
    code="stepnoy",
    name="Степной Мост",
    zone="Asia/Almaty",
    workspaces={"rail": "Железная дорога", "repair": "Ремонтные мастерские"},
    cast="""
g.suleimenka | Гульнара Сулейменка  | ru | Asia/Almaty  | all    | customer_administrator
p.berezovich | Прохор Березович-Лук | ru | Asia/Almaty  | rail   | support_contact@rail
d.askarbai   | Динара Аскарбайқызы  | ru | Asia/Almaty  | repair | workspace_administrator@repair
t.gelashvani | თამარ გელაშვანი      | en | Asia/Tbilisi | repair | support_contact@repair
o.zavgorodko | Остап Завгородько    | ru | Europe/Kyiv  | rail   |
""",
    agreements=(
        Agreement(
            "U-49911",
            "Unified support",
            "unified",
            "Asia/Almaty",
            Months(-6, 5),
            packages=(
                Package(
                    "BASE",
                    "Unified base",
                    "enterprise",
                    workspaces=("rail", "repair"),
                    lines=(
                        Line("reactive-support", uses=(Use(74, Months(-6, 0)),), step=15),
                        Line(
                            "advisory-support",
                            lots=(Lot("60"), Lot("-10", Months(-4, 5), kind="adjustment")),
                            uses=(Use(31, Months(-6, 0)),),
                            step=15,
                        ),
                        Line("support-contacts", lots=(Lot("4"),), uses=(Use(2, Months(-6, -4)),)),
                    ),
                ),
                Package(
                    "WORKSHOPS",
                    "Workshop days",
                    "addon",
                    months=Months(-1, 5),
                    workspaces=(),
                    lines=(Line("workshop-days", lots=(Lot("48"),)),),
                ),
            ),
        ),
    ),
)

# Has just begun: everything is as needed, and nothing has been used.
BELLACORTE = Customer(
    code="bellacorte",
    name="Officine Bellacorte",
    zone="Europe/Rome",
    workspaces={"plant": "Stabilimento"},
    cast="""
o.fantozzani | Ottavia Fantozzani | it | Europe/Rome | plant | customer_administrator
e.tassinardi | Ermes Tassinardi   | it | Europe/Rome | plant | support_contact@plant
""",
    agreements=(
        Agreement(
            "U-54409",
            "Unified support",
            "unified",
            "Europe/Rome",
            Months(0, 11),
            packages=(
                Package(
                    "BASE",
                    "Unified base",
                    "enterprise",
                    workspaces=("plant",),
                    lines=(
                        Line("reactive-support", step=15),
                        Line("advisory-support", step=15),
                        Line("on-demand-education"),
                        Line("service-review"),
                    ),
                ),
            ),
        ),
    ),
)

# Bought from a direct-bill partner, which asks for rights, holds some, and loses others soon; one product from a
# reseller, and one from the provider itself.
LINDEN = Customer(
    code="linden",
    name="Linden Print Works",
    zone="Europe/Berlin",
    workspaces={"press": "Press room", "office": "Office"},
    cast="""
admin         | Hedwig Lindorfer   | en | Europe/Berlin | all   | customer_administrator
contact       | Jorinde Ahlemeyer  | en | Europe/Berlin | all   | support_contact@press+office
j.brausewetts | Jonas Brausewetter | de | Europe/Berlin | press | support_contact@press
""",
    agreements=(
        Agreement(
            "U-56218",
            "Unified support",
            "unified",
            "Europe/Berlin",
            Months(-5, 6),
            seller="brightline",
            packages=(
                Package(
                    "BASE",
                    "Unified base",
                    "enterprise",
                    workspaces=("press", "office"),
                    lines=(
                        Line("reactive-support", uses=(Use(22, Months(-5, 0)),), step=15),
                        Line("advisory-support", lots=(Lot("20"),), uses=(Use(6, Months(-5, 0)),), step=15),
                        Line("support-contacts", lots=(Lot("3"),)),
                    ),
                ),
            ),
        ),
        Agreement(
            "U-56219",
            "Reporting",
            "unified",
            "Europe/Berlin",
            Months(-4, 7),
            seller="fernway",
            packages=(
                Package(
                    "REPORTING",
                    "Reporting",
                    "addon",
                    workspaces=("press", "office"),
                    lines=(Line("reactive-support", uses=(Use(5, Months(-4, 0)),), step=15),),
                ),
            ),
        ),
        Agreement(
            "U-56220",
            "Messaging",
            "unified",
            "Europe/Berlin",
            Months(-3, 8),
            packages=(
                Package(
                    "MESSAGING",
                    "Messaging",
                    "addon",
                    workspaces=("press", "office"),
                    lines=(Line("reactive-support", uses=(Use(9, Months(-3, 0)),), step=15), Line("service-review")),
                ),
            ),
        ),
    ),
)

CUSTOMERS = (HALDEN, ORCHARD, ALDWYN, CORVANE, KESTREL, VALDORIA, STEPNOY, BELLACORTE, LINDEN)
