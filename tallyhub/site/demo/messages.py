"""What the demo's provider told its customers, what the rules of communication refused, and its guide."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from tallyhub.accounts.models import Person
from tallyhub.agreements.models import Product
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.scope import scope
from tallyhub.messages import steps
from tallyhub.messages.composing.commands import about_of, correct, publish
from tallyhub.messages.guide.commands import put_issue, put_row, set_otherwise
from tallyhub.messages.guide.rules import Asker, Destination, Issue, Row, Target
from tallyhub.messages.models import Post
from tallyhub.messages.rules import (
    Audience,
    MessageCategory,
    MessageClass,
    MessageSeverity,
    Said,
    Tag,
    Text,
    fingerprint,
)
from tallyhub.organizations.models import Organization
from tallyhub.organizations.steps import find_customers
from tallyhub.site.demo.health import EDITOR
from tallyhub.site.demo.story import PROVIDER
from tallyhub.site.demo.support import LANGUAGES

Five = tuple[str, ...]  # in each of the languages, in their order; one alone is English


@dataclass(frozen=True, slots=True)
class Told:
    """``days``: how long ago; below zero: to be sent then. ``act_by`` in days from now; ``customers`` are named."""

    days: float
    about: MessageClass
    titles: Five
    bodies: Five
    products: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()
    category: MessageCategory = MessageCategory.INFORM
    severity: MessageSeverity = MessageSeverity.NORMAL
    tags: tuple[Tag, ...] = ()
    is_major: bool = False
    act_by: int | None = None
    corrected: Five = ()  # what the text says since two days later


MESSAGES = (
    Told(
        33, MessageClass.SUBSCRIPTION,
        ("Prices of the coming year", "Preise des kommenden Jahres", "Precios del próximo año",
         "Цены следующего года", "Prezzi del prossimo anno"),
        ("From January on the list of prices changes. Your agreement keeps its prices until its end.",
         "Ab Januar gilt eine neue Preisliste. Ihr Vertrag behält seine Preise bis zu seinem Ende.",
         "A partir de enero cambia la lista de precios. Su contrato mantiene sus precios hasta que termine.",
         "С января действует новый прейскурант. Цены вашего договора не меняются до его окончания.",
         "Da gennaio cambia il listino dei prezzi. Il vostro contratto mantiene i suoi prezzi fino alla fine."),
        customers=("halden", "orchard", "aldwyn"),
    ),
    Told(
        24, MessageClass.OPERATIONAL,
        ("The old console of the database is switched off", "Die alte Konsole der Datenbank wird abgeschaltet",
         "La consola antigua de la base de datos se apaga", "Старая консоль базы данных отключается",
         "La vecchia console del database viene spenta"),
        ("Move to the **new console**. Your saved queries come along by themselves.\n\n"
         "- Open it once and check your rights.\n- Change links in your own documents.",
         "Wechseln Sie zur **neuen Konsole**. Gespeicherte Abfragen ziehen von selbst um.\n\n"
         "- Öffnen Sie sie einmal und prüfen Sie Ihre Rechte.\n- Ändern Sie Links in eigenen Dokumenten.",
         "Cambie a la **consola nueva**. Las consultas guardadas se trasladan solas.\n\n"
         "- Ábrala una vez y compruebe sus permisos.\n- Cambie los enlaces de sus documentos.",
         "Перейдите на **новую консоль**. Сохраненные запросы переносятся сами.\n\n"
         "- Откройте ее один раз и проверьте права.\n- Исправьте ссылки в своих документах.",
         "Passate alla **nuova console**. Le query salvate si spostano da sole.\n\n"
         "- Apritela una volta e controllate i vostri diritti.\n- Cambiate i link nei vostri documenti."),
        products=("database",), category=MessageCategory.PLAN, tags=(Tag.RETIRED, Tag.ADMINISTRATORS),
        is_major=True, act_by=70,
        corrected=("Move to the **new console**. Saved queries come along by themselves; *shared folders do not*.\n\n"
                   "- Open it once and check your rights.\n- Share your folders anew.",),
    ),
    Told(
        12, MessageClass.OPERATIONAL, ("Reports can be ordered by weekday",),
        ("A schedule may now name weekdays. Nothing changes for the schedules that you have.",),
        products=("reporting",), tags=(Tag.NEW, Tag.USERS),
    ),
    Told(
        6, MessageClass.PRIVACY,
        ("Where backups are kept from spring on", "Wo Sicherungen ab Frühjahr liegen",
         "Dónde se guardan las copias desde la primavera", "Где хранятся копии с весны",
         "Dove si conservano i backup dalla primavera"),
        ("A second place of storage is added. The list of processors changes; you may object within 30 days.",
         "Ein zweiter Speicherort kommt hinzu. Die Liste der Auftragsverarbeiter ändert sich; Sie können "
         "binnen 30 Tagen widersprechen.",
         "Se añade un segundo lugar de almacenamiento. Cambia la lista de encargados; puede oponerse en 30 días.",
         "Добавляется второе место хранения. Список обработчиков меняется; возразить можно в течение 30 дней.",
         "Si aggiunge un secondo luogo di conservazione. Cambia l’elenco dei responsabili; potete opporvi entro 30 "
         "giorni."),
        products=("database",), category=MessageCategory.PLAN, tags=(Tag.DATA,), act_by=24,
    ),
    Told(
        1.5, MessageClass.SECURITY,
        ("Renew the certificates of your gateways", "Erneuern Sie die Zertifikate Ihrer Gateways",
         "Renueve los certificados de sus pasarelas", "Обновите сертификаты ваших шлюзов",
         "Rinnovate i certificati dei vostri gateway"),
        ("Certificates made before May can be forged. **Renew them now**; afterwards old ones are refused.",
         "Zertifikate von vor Mai lassen sich fälschen. **Erneuern Sie sie jetzt**; danach werden alte abgelehnt.",
         "Los certificados anteriores a mayo se pueden falsificar. **Renuévelos ya**; después se rechazan.",
         "Сертификаты, выпущенные до мая, можно подделать. **Обновите их сейчас**, потом старые не принимаются.",
         "I certificati fatti prima di maggio si possono falsificare. **Rinnovateli ora**; poi vengono rifiutati."),
        products=("historian",), category=MessageCategory.PREVENT, severity=MessageSeverity.CRITICAL,
        tags=(Tag.ADMINISTRATORS,), act_by=9,
    ),
    Told(
        0.8, MessageClass.PROMOTION,
        ("Snapshots every hour", "Momentaufnahmen jede Stunde", "Instantáneas cada hora", "Снимки каждый час",
         "Istantanee ogni ora"),
        ("Volumes can now keep a snapshot of each hour of a week. Ask for a trial.",
         "Datenträger können jetzt eine Woche lang stündliche Momentaufnahmen behalten. Fragen Sie nach einem Test.",
         "Los volúmenes pueden guardar ahora una instantánea por hora durante una semana. Pida una prueba.",
         "Тома теперь могут хранить почасовые снимки за неделю. Попросите пробный период.",
         "I volumi possono ora tenere un’istantanea all’ora per una settimana. Chiedete una prova."),
        products=("storage",), tags=(Tag.NEW,),
    ),
    Told(
        -3, MessageClass.OPERATIONAL, ("Directory sync gets a second switch",),
        ("From then on a person can be taken out of the sync without being removed.",),
        products=("identity",), tags=(Tag.CHANGED, Tag.ADMINISTRATORS),
    ),
)  # fmt: skip

ISSUES: dict[str, Five] = {
    "invoice": ("Invoices and charges", "Rechnungen und Entgelte", "Facturas y cargos", "Счета и начисления",
                "Fatture e addebiti"),
    "technical": ("A product does not work", "Ein Produkt funktioniert nicht", "Un producto no funciona",
                  "Продукт не работает", "Un prodotto non funziona"),
    "quota": ("Quotas, limits and use", "Kontingente, Grenzen und Nutzung", "Cuotas, límites y uso",
              "Квоты, лимиты и использование", "Quote, limiti e utilizzo"),
    "seats": ("People and seats", "Personen und Plätze", "Personas y puestos", "Люди и места", "Persone e posti"),
    "activation": ("Activation of software", "Aktivierung von Software", "Activación de software",
                   "Активация программ", "Attivazione del software"),
    "marketplace": ("A product of another publisher", "Ein Produkt eines anderen Herstellers",
                    "Un producto de otro editor", "Продукт другого издателя", "Un prodotto di un altro editore"),
    "security": ("A weakness that others could use", "Eine Schwachstelle, die andere nutzen könnten",
                 "Una vulnerabilidad que otros podrían usar", "Уязвимость, которой могут воспользоваться",
                 "Una vulnerabilità che altri potrebbero sfruttare"),
}  # fmt: skip
_PARTNERS: Five = (
    "Ask whoever sent you the invoice: your partner, or your account team for what you bought directly.",
    "Fragen Sie, wer Ihnen die Rechnung geschickt hat: Ihren Partner, oder für direkt Gekauftes Ihr Account-Team.",
    "Pregunte a quien le envió la factura: su socio o, si compró directamente, su equipo de cuenta.",
    "Спросите того, кто прислал счет: партнера или, если вы покупали напрямую, свою команду сопровождения.",
    "Chiedete a chi vi ha inviato la fattura: il vostro partner o, per gli acquisti diretti, il vostro team.",
)
_ROWS: tuple[tuple[str, str | None, Asker | None, Target, Five, str], ...] = (
    ("invoice", None, None, Target.TEXT, _PARTNERS, ""),
    ("invoice", None, Asker.PARTNER_ITSELF, Target.LINK,
     ("The help desk of the partner programme.", "Der Helpdesk des Partnerprogramms.",
      "El servicio de ayuda del programa de socios.", "Служба поддержки партнерской программы.",
      "L’assistenza del programma per i partner."), "https://partners.tarnvale.example/help"),
    ("technical", None, None, Target.REQUEST,
     ("Look at service health first. If nothing is known there, open a request.",
      "Sehen Sie zuerst im Dienststatus nach. Ist dort nichts bekannt, öffnen Sie eine Anfrage.",
      "Mire primero el estado del servicio. Si allí no consta nada, abra una solicitud.",
      "Сначала посмотрите состояние служб. Если там ничего нет, откройте запрос.",
      "Guardate prima lo stato dei servizi. Se lì non risulta nulla, aprite una richiesta."), ""),
    ("quota", "database", None, Target.LINK,
     ("The console of the database shows and raises quotas.", "Die Konsole der Datenbank zeigt und hebt Kontingente.",
      "La consola de la base de datos muestra y aumenta las cuotas.",
      "Консоль базы данных показывает и повышает квоты.",
      "La console del database mostra e aumenta le quote."), "https://console.tarnvale.example/quotas"),
    ("quota", "storage", None, Target.REQUEST,
     ("Say which volume it is about and how much you need.", "Nennen Sie den Datenträger und den Bedarf.",
      "Diga de qué volumen se trata y cuánto necesita.", "Назовите том и нужный объем.",
      "Indicate il volume e quanto vi serve."), ""),
    ("seats", None, None, Target.TEXT,
     ("An administrator of your organisation gives and takes seats under Manage users.",
      "Ein Administrator Ihrer Organisation vergibt und entzieht Plätze in der Benutzerverwaltung.",
      "Un administrador de su organización asigna y retira puestos en la gestión de usuarios.",
      "Администратор вашей организации назначает и отзывает места в управлении пользователями.",
      "Un amministratore della vostra organizzazione assegna e toglie i posti nella gestione utenti."), ""),
    ("activation", None, None, Target.LINK,
     ("Activation by yourself, at any hour.", "Aktivierung in Selbsthilfe, rund um die Uhr.",
      "Activación por su cuenta, a cualquier hora.", "Самостоятельная активация в любое время.",
      "Attivazione in autonomia, a qualsiasi ora."), "https://activate.tarnvale.example/"),
    ("marketplace", None, None, Target.TEXT,
     ("Its publisher helps with it. The address stands in the product’s entry in the marketplace.",
      "Der Hersteller hilft weiter. Seine Adresse steht im Eintrag des Produkts im Marktplatz.",
      "Le ayuda su editor. La dirección figura en la ficha del producto en el mercado.",
      "Поможет его издатель. Адрес указан в карточке продукта на площадке.",
      "Vi aiuta il suo editore. L’indirizzo è nella scheda del prodotto nel marketplace."), ""),
    ("security", None, None, Target.LINK,
     ("Tell nobody else, and write to the security team.", "Sagen Sie es niemandem sonst, und schreiben Sie dem "
      "Sicherheitsteam.", "No se lo diga a nadie más y escriba al equipo de seguridad.",
      "Никому больше не говорите и напишите команде безопасности.",
      "Non ditelo a nessun altro e scrivete al team di sicurezza."), "https://security.tarnvale.example/report"),
)  # fmt: skip
_OTHERWISE: Five = (
    "We do not know the right place either: open a request, and we pass it on.",
    "Wir kennen die richtige Stelle auch nicht: Öffnen Sie eine Anfrage, und wir leiten sie weiter.",
    "Tampoco sabemos cuál es el lugar adecuado: abra una solicitud y la remitiremos.",
    "Мы тоже не знаем, куда обратиться: откройте запрос, и мы его передадим.",
    "Nemmeno noi conosciamo il posto giusto: aprite una richiesta e la inoltreremo.",
)


def set_up() -> None:
    """Once; again changes nothing."""
    with scope(Access.of_system()):
        provider = Organization.objects.get(code=PROVIDER)
        editor = Person.objects.get(email_folded=EDITOR)
        products = dict(Product.objects.values_list("code", "pk"))
    rights = frozenset({Right.EDIT_MESSAGES, Right.EDIT_GUIDES})
    access = Access(person_id=editor.pk, organization_id=provider.pk, organization_rights=rights)
    with scope(access):
        if Post.objects.exists():
            return
    for told in MESSAGES:
        _tell(access, told, products)
    _guide(access, products)


def _by_language(texts: Five) -> dict[str, str]:
    return dict(zip(LANGUAGES, texts, strict=False))


def _tell(access: Access, told: Told, products: dict[str, int]) -> None:
    """At its own time, with what the rules refuse confirmed."""
    now = clock.now().replace(second=0, microsecond=0)
    at = now - timedelta(days=told.days)
    act_by_on = (now + timedelta(days=told.act_by)).date() if told.act_by else None
    text = Text(
        category=told.category,
        severity=told.severity,
        titles=_by_language(told.titles),
        bodies=_by_language(told.bodies),
        tags=told.tags,
        is_major=told.is_major,
        act_by_on=act_by_on,
    )
    with scope(access):
        customers = frozenset(find_customers(told.customers).values())
    about: dict[str, Any] = {
        "audience": Audience.NAMED if customers else Audience.HOLDERS,
        "products": frozenset(products[one] for one in told.products),
        "customers": customers,
    }
    said = Said(about=told.about, text=text, starts_at=at if told.days < 0 else None, **about)
    with clock.frozen(min(at, now)):
        with scope(access):
            seen = fingerprint(steps.plan(about_of(said)))
        done = publish(access, said, seen=seen, is_confirmed=True)
    if done.post_id and told.corrected:
        bodies = {**text.bodies, **_by_language(told.corrected)}
        with clock.frozen(at + timedelta(days=2)):
            correct(access, done.post_id, 1, replace(text, bodies=bodies))


def _guide(access: Access, products: dict[str, int]) -> None:
    version = 0
    for code, names in ISSUES.items():
        version = put_issue(access, version, Issue(code, _by_language(names)))
    for issue, product, asker, target, texts, url in _ROWS:
        destination = Destination(target, _by_language(texts), url)
        row = Row(0, issue, products[product] if product else None, asker, destination)
        version = put_row(access, version, row)
    set_otherwise(access, version, Destination(Target.REQUEST, _by_language(_OTHERWISE)))
