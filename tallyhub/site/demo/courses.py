"""The demo's learning activities in its five languages, and what its people learnt. All titles are invented."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

LANGUAGES = ("en", "de", "es", "ru", "it")
SOURCE = "campus"  # the learning management system that reports
_ABOUT = {  # by format, what it is like
    "course": (
        "Several chapters with exercises, and a short test at the end.",
        "Mehrere Kapitel mit Übungen und am Ende ein kurzer Test.",
        "Varios capítulos con ejercicios y, al final, una prueba breve.",
        "Несколько глав с упражнениями и короткий тест в конце.",
        "Diversi capitoli con esercizi e, alla fine, una breve prova.",
    ),
    "lab": (
        "A text to follow and machines to try it on, which are set up anew each time.",
        "Ein Text zum Nacharbeiten und Maschinen zum Ausprobieren, die jedes Mal neu eingerichtet werden.",
        "Un texto para seguir y máquinas para probarlo, que se preparan de nuevo cada vez.",
        "Текст, по которому работают, и машины для проб, которые каждый раз готовятся заново.",
        "Un testo da seguire e macchine su cui provare, preparate ogni volta da capo.",
    ),
    "video": (
        "To watch in one go, with captions.",
        "Am Stück anzusehen, mit Untertiteln.",
        "Para ver de una vez, con subtítulos.",
        "Смотрится за один раз, с субтитрами.",
        "Da guardare tutto d’un fiato, con sottotitoli.",
    ),
    "webcast": (
        "Recorded with an audience; its questions and their answers come at the end.",
        "Vor Publikum aufgezeichnet; dessen Fragen und die Antworten stehen am Ende.",
        "Grabado con público; sus preguntas y las respuestas están al final.",
        "Записано со слушателями; их вопросы и ответы в конце.",
        "Registrato con il pubblico; le domande e le risposte sono alla fine.",
    ),
}
# code: format, level, language of the content, minutes, product, title in each of the languages
_ACTIVITIES: dict[str, tuple[str, str, str, int, str, tuple[str, str, str, str, str]]] = {
    "network-fundamentals": (
        "course", "beginner", "en", 240, "",
        ("Networking fundamentals", "Grundlagen der Netzwerke", "Fundamentos de redes",
         "Основы сетей", "Fondamenti di rete")),
    "identity-for-administrators": (
        "course", "intermediate", "en", 300, "identity",
        ("Identity for administrators", "Identitäten verwalten", "Identidades para administradores",
         "Учетные записи для администраторов", "Identità per amministratori")),
    "relational-databases-1": (
        "course", "beginner", "de", 180, "database",
        ("Relational databases, part 1", "Relationale Datenbanken, Teil 1", "Bases de datos relacionales, parte 1",
         "Реляционные базы данных, часть 1", "Database relazionali, parte 1")),
    "relational-databases-2": (
        "course", "intermediate", "de", 210, "database",
        ("Relational databases, part 2", "Relationale Datenbanken, Teil 2", "Bases de datos relacionales, parte 2",
         "Реляционные базы данных, часть 2", "Database relazionali, parte 2")),
    "cloud-costs": (
        "course", "beginner", "en", 90, "",
        ("Cloud costs explained", "Cloudkosten erklärt", "Los costes de la nube, explicados",
         "Понятно о расходах на облако", "I costi del cloud, spiegati")),
    "good-runbooks": (
        "course", "beginner", "es", 75, "",
        ("Writing good runbooks", "Gute Betriebshandbücher schreiben", "Escribir buenos manuales de operación",
         "Как писать хорошие инструкции", "Scrivere buoni manuali operativi")),
    "privacy-in-daily-work": (
        "course", "beginner", "en", 60, "",
        ("Privacy in daily work", "Datenschutz im Alltag", "Privacidad en el trabajo diario",
         "Защита данных в повседневной работе", "La privacy nel lavoro quotidiano")),
    "restore-a-database": (
        "lab", "intermediate", "en", 120, "database",
        ("Restore a database to a point in time", "Eine Datenbank auf einen Zeitpunkt zurücksetzen",
         "Restaurar una base de datos a un momento dado", "Восстановление базы данных на момент времени",
         "Ripristinare un database a un dato momento")),
    "two-node-cluster": (
        "lab", "advanced", "en", 180, "storage",
        ("Build a two-node cluster", "Einen Cluster aus zwei Knoten bauen", "Montar un clúster de dos nodos",
         "Собираем кластер из двух узлов", "Costruire un cluster a due nodi")),
    "slow-query": (
        "lab", "advanced", "ru", 90, "database",
        ("Find a slow query", "Eine langsame Abfrage finden", "Encontrar una consulta lenta",
         "Ищем медленный запрос", "Trovare una query lenta")),
    "device-policy": (
        "lab", "intermediate", "en", 60, "",
        ("Roll out a policy to devices", "Eine Richtlinie auf Geräte verteilen", "Desplegar una directiva en equipos",
         "Развертывание политики на устройствах", "Distribuire un criterio ai dispositivi")),
    "lost-message": (
        "lab", "expert", "en", 150, "messaging",
        ("Trace a lost message", "Eine verlorene Nachricht verfolgen", "Seguir un mensaje perdido",
         "По следам потерянного сообщения", "Rintracciare un messaggio perduto")),
    "what-changed": (
        "video", "beginner", "en", 20, "",
        ("What changed in this release", "Was sich in dieser Version geändert hat", "Qué cambia en esta versión",
         "Что изменилось в этой версии", "Cosa cambia in questa versione")),
    "read-a-log": (
        "video", "beginner", "it", 15, "",
        ("Five ways to read a log", "Fünf Arten, ein Protokoll zu lesen", "Cinco maneras de leer un registro",
         "Пять способов читать журнал", "Cinque modi di leggere un log")),
    "certificates": (
        "video", "intermediate", "en", 15, "identity",
        ("Certificates in fifteen minutes", "Zertifikate in fünfzehn Minuten", "Certificados en quince minutos",
         "Сертификаты за пятнадцать минут", "Certificati in quindici minuti")),
    "maintenance-window": (
        "video", "beginner", "de", 25, "",
        ("Planning a maintenance window", "Ein Wartungsfenster planen", "Planificar una ventana de mantenimiento",
         "Планируем окно обслуживания", "Pianificare una finestra di manutenzione")),
    "trends-of-a-plant": (
        "webcast", "intermediate", "en", 50, "historian",
        ("Trends of a whole plant", "Trends einer ganzen Anlage", "Las tendencias de toda una planta",
         "Тренды целой установки", "I trend di un intero impianto")),
    "reports-people-read": (
        "webcast", "beginner", "en", 45, "reporting",
        ("Reports that people read", "Berichte, die gelesen werden", "Informes que se leen",
         "Отчеты, которые читают", "Report che si leggono")),
    "a-quiet-night": (
        "webcast", "advanced", "en", 60, "",
        ("A quiet night on call", "Eine ruhige Nacht im Bereitschaftsdienst", "Una guardia nocturna tranquila",
         "Спокойная ночь дежурного", "Una notte di reperibilità tranquilla")),
    "storage-from-within": (
        "webcast", "expert", "en", 80, "storage",
        ("Storage from within", "Speicher von innen", "El almacenamiento por dentro",
         "Хранилище изнутри", "Lo storage dall’interno")),
}  # fmt: skip
PRODUCTS = {code: product for code, (*_rest, product, _names) in _ACTIVITIES.items() if product}
TITLES = {f"{form.title()}: {names[0]}": code for code, (form, *_rest, names) in _ACTIVITIES.items()}  # of entries
_FIRST_OF_ALL = 800  # days ago, when the catalogue began
_COMPLETED_OF_TEN = 7


def activities(today: date) -> Iterator[dict[str, str]]:
    """New ones came all the time; the last of the table are the newest."""
    step = _FIRST_OF_ALL // len(_ACTIVITIES)
    for place, (code, (form, level, language, minutes, _product, names)) in enumerate(_ACTIVITIES.items()):
        added = {f"name_{one}": name for one, name in zip(LANGUAGES, names, strict=True)}
        about = {f"description_{one}": text for one, text in zip(LANGUAGES, _ABOUT[form], strict=True)}
        yield {
            "code": code,
            "format": form,
            "level": level,
            "language": language,
            "minutes": str(minutes),
            "url": f"https://learning.provider.example/{code}/",
            "added_on": (today - timedelta(days=_FIRST_OF_ALL - place * step)).isoformat(),
            **added,
            **about,
        }


def records(customer: str, booked: Iterable[tuple[Any, str]], today: date) -> Iterator[dict[str, str]]:
    """What the learning management system tells of these (fact, number): one record for each entry that stands, so that
    each is joined to its own.
    """
    seen = set()
    for fact, number in booked:
        key = fact.person, fact.workspace, fact.title
        if fact.title not in TITLES or fact.reversed_for or key in seen:
            continue
        seen.add(key)
        yield {
            "customer": customer,
            "workspace": fact.workspace,
            "person": fact.person,
            "activity": TITLES[fact.title],
            "external_id": number,
            "source": SOURCE,
            "started_on": fact.occurred_on.isoformat(),
            **_went_on(number, fact.occurred_on, today),
        }


def _went_on(number: str, started_on: date, today: date) -> dict[str, str]:
    """How far somebody came: by the number, so that it is the same each time."""
    chance = sha256(number.encode()).digest()
    last = min(started_on + timedelta(days=chance[0] % 24), today - timedelta(days=1))  # which has begun everywhere
    if chance[1] % 10 < _COMPLETED_OF_TEN and (today - started_on).days > chance[0] % 24:
        return {"last_activity_on": last.isoformat(), "completed_on": last.isoformat()}
    return {"last_activity_on": last.isoformat(), "progress_pct": str(5 + chance[2] % 90)}
