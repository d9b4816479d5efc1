"""What the demo's provider sells, in the five languages of the hub."""

from tallyhub.agreements.rules import ServiceKind
from tallyhub.kernel.amounts import Unit

Texts = dict[str, tuple[str, str]]  # language: name, description


def _service(code: str, kind: ServiceKind, unit: Unit, texts: Texts, action_url: str = "") -> dict[str, str]:
    row = {"code": code, "kind": kind.value, "unit": unit.value, "action_url": action_url}
    for language, (name, description) in texts.items():
        row |= {f"name_{language}": name, f"description_{language}": description}
    return row


def _benefit(code: str, texts: Texts) -> dict[str, str]:
    return _service(code, ServiceKind.BENEFIT, Unit.CASES, texts)  # its unit is never shown


SERVICES = (
    _service(
        "reactive-support",
        ServiceKind.REACTIVE,
        Unit.MINUTES,
        {
            "en": (
                "Reactive support",
                "Help when something does not work, day and night. The hours spent on each support request count.",
            ),
            "de": (
                "Reaktiver Support",
                "Hilfe, wenn etwas nicht funktioniert, bei Tag und Nacht. Es zählen die Stunden, die für jede "
                "Supportanfrage aufgewendet wurden.",
            ),
            "es": (
                "Soporte reactivo",
                "Ayuda cuando algo no funciona, de día y de noche. Cuentan las horas dedicadas a cada solicitud "
                "de soporte.",
            ),
            "ru": (
                "Реактивная поддержка",
                "Помощь, когда что-то не работает, днем и ночью. Учитываются часы, затраченные на каждый запрос "
                "на поддержку.",
            ),
            "it": (
                "Supporto reattivo",
                "Aiuto quando qualcosa non funziona, di giorno e di notte. Contano le ore dedicate a ogni "
                "richiesta di supporto.",
            ),
        },
    ),
    _service(
        "reactive-cases",
        ServiceKind.REACTIVE,
        Unit.CASES,
        {
            "en": (
                "Reactive support by case",
                "Help when something does not work. Each problem counts as one case, however long it takes.",
            ),
            "de": (
                "Reaktiver Support nach Fällen",
                "Hilfe, wenn etwas nicht funktioniert. Jedes Problem zählt als ein Fall, wie lange es auch dauert.",
            ),
            "es": (
                "Soporte reactivo por casos",
                "Ayuda cuando algo no funciona. Cada problema cuenta como un caso, dure lo que dure.",
            ),
            "ru": (
                "Реактивная поддержка по обращениям",
                "Помощь, когда что-то не работает. Каждая проблема считается одним обращением, сколько бы "
                "времени она ни заняла.",
            ),
            "it": (
                "Supporto reattivo a casi",
                "Aiuto quando qualcosa non funziona. Ogni problema conta come un caso, qualunque sia la durata.",
            ),
        },
    ),
    _service(
        "advisory-support",
        ServiceKind.ADVISORY,
        Unit.MINUTES,
        {
            "en": (
                "Advisory support",
                "Short advice on planning, configuration and good practice, before a problem arises.",
            ),
            "de": (
                "Beratungssupport",
                "Kurze Beratung zu Planung, Konfiguration und bewährtem Vorgehen, bevor ein Problem entsteht.",
            ),
            "es": (
                "Soporte de asesoría",
                "Consejos breves sobre planificación, configuración y buenas prácticas, antes de que surja un "
                "problema.",
            ),
            "ru": (
                "Консультационная поддержка",
                "Краткие советы по планированию, настройке и проверенным приемам работы, пока проблема не возникла.",
            ),
            "it": (
                "Supporto di consulenza",
                "Brevi consulenze su pianificazione, configurazione e buone pratiche, prima che sorga un problema.",
            ),
        },
    ),
    _service(
        "built-in-proactive",
        ServiceKind.PROACTIVE,
        Unit.MINUTES,
        {
            "en": (
                "Built-in proactive services",
                "Reviews, health checks and exercises that are part of the agreement. Delivered hours count, "
                "planned ones do not.",
            ),
            "de": (
                "Integrierte proaktive Dienste",
                "Prüfungen, Zustandsanalysen und Übungen, die Teil des Vertrags sind. Geleistete Stunden zählen, "
                "geplante nicht.",
            ),
            "es": (
                "Servicios proactivos integrados",
                "Revisiones, análisis del estado y simulacros que forman parte del contrato. Cuentan las horas "
                "prestadas, no las planificadas.",
            ),
            "ru": (
                "Встроенные проактивные услуги",
                "Проверки, анализ состояния и учения, входящие в соглашение. Учитываются отработанные часы, "
                "а не запланированные.",
            ),
            "it": (
                "Servizi proattivi integrati",
                "Revisioni, controlli dello stato ed esercitazioni compresi nel contratto. Contano le ore erogate, "
                "non quelle pianificate.",
            ),
        },
    ),
    _service(
        "workshop-days",
        ServiceKind.PROACTIVE,
        Unit.MINUTES,
        {
            "en": (
                "Workshop days",
                "Guided training for up to 20 people, on site or online. A day counts as eight delivered hours.",
            ),
            "de": (
                "Workshop-Tage",
                "Angeleitete Schulung für bis zu 20 Personen, vor Ort oder online. Ein Tag zählt als acht "
                "geleistete Stunden.",
            ),
            "es": (
                "Días de taller",
                "Formación guiada para hasta 20 personas, presencial o en línea. Un día cuenta como ocho horas "
                "prestadas.",
            ),
            "ru": (
                "Дни семинаров",
                "Занятия с преподавателем для групп до 20 человек, на месте или онлайн. День считается как восемь "
                "отработанных часов.",
            ),
            "it": (
                "Giornate di workshop",
                "Formazione guidata per un massimo di 20 persone, in presenza o online. Una giornata conta come "
                "otto ore erogate.",
            ),
        },
    ),
    _service(
        "designated-engineering",
        ServiceKind.DSE,
        Unit.MINUTES,
        {
            "en": (
                "Designated support engineering (DSE)",
                "A named engineer who knows your systems and works with your teams, week by week.",
            ),
            "de": (
                "Fest zugewiesener Techniker (DSE)",
                "Eine feste technische Ansprechperson, die Ihre Systeme kennt und Woche für Woche mit Ihren Teams "
                "arbeitet.",
            ),
            "es": (
                "Ingeniería de soporte designada (DSE)",
                "Una persona de ingeniería que conoce los sistemas y trabaja con los equipos semana tras semana.",
            ),
            "ru": (
                "Закрепленный инженер поддержки (DSE)",
                "Инженер, который знает ваши системы и неделя за неделей работает с вашими командами.",
            ),
            "it": (
                "Tecnico di supporto dedicato (DSE)",
                "Un tecnico che conosce i sistemi e lavora con i team settimana dopo settimana.",
            ),
        },
    ),
    _service(
        "proactive-credits",
        ServiceKind.CREDITS,
        Unit.CREDITS,
        {
            "en": (
                "Proactive credits",
                "Prepaid credits that can be exchanged for any proactive service in the catalogue.",
            ),
            "de": (
                "Proaktive Credits",
                "Im Voraus bezahlte Credits, die gegen jeden proaktiven Dienst des Katalogs eingetauscht werden "
                "können.",
            ),
            "es": (
                "Créditos proactivos",
                "Créditos pagados por adelantado que se pueden canjear por cualquier servicio proactivo del catálogo.",
            ),
            "ru": (
                "Проактивные кредиты",
                "Предоплаченные кредиты, которые можно обменять на любую проактивную услугу из каталога.",
            ),
            "it": (
                "Crediti proattivi",
                "Crediti prepagati da scambiare con qualsiasi servizio proattivo del catalogo.",
            ),
        },
        action_url="https://services.provider.example/catalogue",
    ),
    _service(
        "on-demand-education",
        ServiceKind.EDUCATION,
        Unit.ACTIVITIES,
        {
            "en": (
                "On-demand education",
                "Courses, labs and videos to take at any time. An activity counts when somebody starts it.",
            ),
            "de": (
                "On-Demand-Training",
                "Kurse, Übungen und Videos, jederzeit abrufbar. Eine Aktivität zählt, sobald jemand sie beginnt.",
            ),
            "es": (
                "Educación a petición",
                "Cursos, laboratorios y vídeos disponibles en cualquier momento. Una actividad cuenta cuando "
                "alguien la inicia.",
            ),
            "ru": (
                "Обучение по запросу",
                "Курсы, практикумы и видео, доступные в любое время. Занятие учитывается, когда его начинают.",
            ),
            "it": (
                "Formazione su richiesta",
                "Corsi, laboratori e video da seguire in qualsiasi momento. Un’attività conta quando qualcuno la "
                "inizia.",
            ),
        },
        action_url="https://learning.provider.example/",
    ),
    _service(
        "support-contacts",
        ServiceKind.CONTACTS,
        Unit.PEOPLE,
        {
            "en": ("Support contacts", "Named people who may open support requests."),
            "de": ("Supportkontakte", "Benannte Personen, die Supportanfragen öffnen dürfen."),
            "es": ("Contactos de soporte", "Personas designadas que pueden abrir solicitudes de soporte."),
            "ru": ("Контактные лица по поддержке", "Люди, которые могут открывать запросы на поддержку."),
            "it": ("Contatti di supporto", "Persone designate che possono aprire richieste di supporto."),
        },
    ),
    _service(
        "on-demand-assessments",
        ServiceKind.ASSESSMENTS,
        Unit.SETUPS,
        {
            "en": (
                "On-demand assessments",
                "Automatic checks of servers, directories and networks: set up once, repeated at any time. Each "
                "set-up counts.",
            ),
            "de": (
                "On-Demand-Bewertungen",
                "Automatische Prüfungen von Servern, Verzeichnissen und Netzen: einmal eingerichtet, jederzeit "
                "wiederholt. Jede Einrichtung zählt.",
            ),
            "es": (
                "Evaluaciones a petición",
                "Comprobaciones automáticas de servidores, directorios y redes: se configuran una vez y se repiten "
                "en cualquier momento. Cuenta cada configuración.",
            ),
            "ru": (
                "Оценки по запросу",
                "Автоматические проверки серверов, каталогов и сетей: настраиваются один раз и повторяются когда "
                "угодно. Учитывается каждая настройка.",
            ),
            "it": (
                "Valutazioni su richiesta",
                "Controlli automatici di server, directory e reti: si configurano una volta e si ripetono in "
                "qualsiasi momento. Conta ogni configurazione.",
            ),
        },
        action_url="https://assessments.provider.example/",
    ),
    _benefit(
        "service-review",
        {
            "en": (
                "Monthly service review",
                "A meeting every month about what was delivered, what is open and what comes next.",
            ),
            "de": (
                "Monatlicher Rückblick",
                "Jeden Monat ein Gespräch darüber, was geleistet wurde, was offen ist und was als Nächstes ansteht.",
            ),
            "es": (
                "Revisión mensual de los servicios",
                "Una reunión cada mes sobre lo prestado, lo pendiente y los próximos pasos.",
            ),
            "ru": (
                "Ежемесячный обзор услуг",
                "Ежемесячная встреча: что сделано, что осталось открытым и что дальше.",
            ),
            "it": (
                "Revisione mensile dei servizi",
                "Una riunione al mese su quanto è stato erogato, quanto è in sospeso e i prossimi passi.",
            ),
        },
    ),
    _benefit(
        "crisis-coordination",
        {
            "en": (
                "Crisis coordination",
                "One named person coordinates everybody involved when a severe disruption lasts.",
            ),
            "de": (
                "Krisenkoordination",
                "Eine feste Person koordiniert alle Beteiligten, wenn ein schwerer Ausfall andauert.",
            ),
            "es": (
                "Coordinación de crisis",
                "Una persona designada coordina a todas las partes cuando una interrupción grave se prolonga.",
            ),
            "ru": (
                "Координация в кризисных ситуациях",
                "Один ответственный согласует действия всех сторон, если серьезный сбой затягивается.",
            ),
            "it": (
                "Coordinamento delle crisi",
                "Una persona designata coordina tutte le parti quando un’interruzione grave si prolunga.",
            ),
        },
    ),
    _benefit(
        "one-hour-response",
        {
            "en": (
                "Response within one hour",
                "An engineer answers a critical support request within one hour, day and night.",
            ),
            "de": (
                "Reaktion innerhalb einer Stunde",
                "Auf eine kritische Supportanfrage antwortet innerhalb einer Stunde ein Techniker, bei Tag und Nacht.",
            ),
            "es": (
                "Respuesta en una hora",
                "Una solicitud de soporte crítica recibe respuesta técnica en una hora, de día y de noche.",
            ),
            "ru": (
                "Ответ в течение часа",
                "На критический запрос на поддержку инженер отвечает в течение часа, днем и ночью.",
            ),
            "it": (
                "Risposta entro un’ora",
                "A una richiesta di supporto critica un tecnico risponde entro un’ora, di giorno e di notte.",
            ),
        },
    ),
    _benefit(
        "early-documentation",
        {
            "en": (
                "Early access to documentation",
                "Release notes and handbooks as drafts, before everybody else gets them.",
            ),
            "de": (
                "Früher Zugriff auf Dokumentation",
                "Versionshinweise und Handbücher als Entwurf, bevor alle anderen sie erhalten.",
            ),
            "es": (
                "Acceso anticipado a la documentación",
                "Notas de versión y manuales en borrador, antes que nadie.",
            ),
            "ru": (
                "Ранний доступ к документации",
                "Описания версий и руководства в черновике, раньше всех остальных.",
            ),
            "it": (
                "Accesso anticipato alla documentazione",
                "Note di rilascio e manuali in bozza, prima di tutti gli altri.",
            ),
        },
    ),
    _benefit(
        "lifecycle-planning",
        {
            "en": (
                "Lifecycle planning",
                "A plan every year of the products whose support ends, and when.",
            ),
            "de": (
                "Lebenszyklusplanung",
                "Jedes Jahr ein Plan, für welche Produkte der Support endet und wann.",
            ),
            "es": (
                "Planificación del ciclo de vida",
                "Un plan anual de los productos cuyo soporte termina, con sus fechas.",
            ),
            "ru": (
                "Планирование жизненного цикла",
                "Ежегодный план: для каких продуктов и когда заканчивается поддержка.",
            ),
            "it": (
                "Pianificazione del ciclo di vita",
                "Un piano annuale dei prodotti il cui supporto finisce, con le date.",
            ),
        },
    ),
)
UNIT_OF = {service["code"]: Unit(service["unit"]) for service in SERVICES}
BENEFITS = frozenset(service["code"] for service in SERVICES if service["kind"] == ServiceKind.BENEFIT)
