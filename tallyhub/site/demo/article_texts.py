"""The articles of the demo's provider about its products, each written in the five languages of the hub."""

from dataclasses import dataclass

Five = tuple[tuple[str, str], ...]  # title and body in each of the languages, in their order


@dataclass(frozen=True, slots=True)
class Story:
    """``days``: how long ago it was published. ``answers``: of one reader after another, ``y``, ``n`` or ``-`` for
    none. ``before``: the English text that was replaced a week before that.
    """

    days: int
    products: tuple[str, ...]
    answers: str
    texts: Five
    before: str = ""


ARTICLES = (
    Story(
        90,
        (),
        "yy-y--",
        (
            (
                "What to write, so that support can help at once",
                "An engineer who need not ask back begins an hour earlier. Write down:\n\n"
                "1. **What you did**, step by step, and what you expected.\n"
                "2. **What happened instead**: the message in its own words, with its number.\n"
                "3. **Since when**, and what was changed shortly before.\n"
                "4. **Who is affected**: one person, one site, or everybody.\n\n"
                "Add a file from the log that covers the five minutes before it happened. "
                "Passwords and keys do not belong in a request.",
            ),
            (
                "Was Sie schreiben sollten, damit der Support sofort helfen kann",
                "Wer nicht zurückfragen muss, fängt eine Stunde früher an. Schreiben Sie auf:\n\n"
                "1. **Was Sie getan haben**, Schritt für Schritt, und was Sie erwartet haben.\n"
                "2. **Was stattdessen geschah**: die Meldung im Wortlaut, mit ihrer Nummer.\n"
                "3. **Seit wann**, und was kurz vorher geändert wurde.\n"
                "4. **Wen es betrifft**: eine Person, einen Standort oder alle.\n\n"
                "Legen Sie den Teil des Protokolls bei, der die fünf Minuten davor umfasst. "
                "Kennwörter und Schlüssel gehören nicht in eine Anfrage.",
            ),
            (
                "Qué escribir para que el soporte ayude enseguida",
                "Quien no tiene que volver a preguntar empieza una hora antes. Anote:\n\n"
                "1. **Qué hizo**, paso a paso, y qué esperaba.\n"
                "2. **Qué ocurrió en su lugar**: el mensaje literal, con su número.\n"
                "3. **Desde cuándo**, y qué se cambió poco antes.\n"
                "4. **A quién afecta**: a una persona, a una sede o a todos.\n\n"
                "Adjunte la parte del registro que cubre los cinco minutos anteriores. "
                "Las contraseñas y las claves no van en una solicitud.",
            ),
            (
                "Что написать, чтобы поддержка помогла сразу",
                "Кому не нужно переспрашивать, тот начинает на час раньше. Запишите:\n\n"
                "1. **Что вы делали**, шаг за шагом, и чего ожидали.\n"
                "2. **Что произошло вместо этого**: сообщение дословно, с его номером.\n"
                "3. **С какого времени**, и что меняли незадолго до этого.\n"
                "4. **Кого это касается**: одного человека, одной площадки или всех.\n\n"
                "Приложите часть журнала за пять минут до случившегося. "
                "Пароли и ключи в запрос не включайте.",
            ),
            (
                "Che cosa scrivere perché il supporto aiuti subito",
                "Chi non deve richiedere altro comincia un’ora prima. Annotate:\n\n"
                "1. **Che cosa avete fatto**, passo per passo, e che cosa vi aspettavate.\n"
                "2. **Che cosa è successo invece**: il messaggio parola per parola, con il suo numero.\n"
                "3. **Da quando**, e che cosa è stato cambiato poco prima.\n"
                "4. **Chi ne è colpito**: una persona, una sede o tutti.\n\n"
                "Allegate la parte del registro che copre i cinque minuti precedenti. "
                "Password e chiavi non vanno in una richiesta.",
            ),
        ),
    ),
    Story(
        64,
        ("database",),
        "yyyn-y",
        (
            (
                "Bring the database back to how it was at a given minute",
                "Use this when data was deleted or overwritten. Nothing that works now is touched: the backup is "
                "restored **beside** it.\n\n"
                "1. In the console, open *Backup* and choose *Restore beside*.\n"
                "2. Choose the minute. Any minute of the last 14 days is possible.\n"
                "3. Wait for the state *Ready*: about ten minutes for each 100 GB.\n"
                "4. Copy the missing rows over, then delete the copy. While it exists, its space counts.\n\n"
                "If the wanted minute is greyed out, the log of that time is being stored still: try again in an hour.",
            ),
            (
                "Die Datenbank auf den Stand einer bestimmten Minute bringen",
                "Für gelöschte oder überschriebene Daten. Was jetzt läuft, bleibt unberührt: Die Sicherung wird "
                "**daneben** wiederhergestellt.\n\n"
                "1. Öffnen Sie in der Konsole *Sicherung* und wählen Sie *Daneben wiederherstellen*.\n"
                "2. Wählen Sie die Minute. Jede Minute der letzten 14 Tage ist möglich.\n"
                "3. Warten Sie auf den Zustand *Bereit*: etwa zehn Minuten je 100 GB.\n"
                "4. Kopieren Sie die fehlenden Zeilen und löschen Sie dann die Kopie. Solange es sie gibt, zählt ihr "
                "Platz.\n\n"
                "Ist die gewünschte Minute grau, wird das Protokoll dieser Zeit noch abgelegt: Versuchen Sie es in "
                "einer Stunde wieder.",
            ),
            (
                "Devolver la base de datos al estado de un minuto concreto",
                "Para datos borrados o sobrescritos. Lo que funciona ahora no se toca: la copia se restaura "
                "**al lado**.\n\n"
                "1. En la consola, abra *Copia de seguridad* y elija *Restaurar al lado*.\n"
                "2. Elija el minuto. Vale cualquiera de los últimos 14 días.\n"
                "3. Espere al estado *Lista*: unos diez minutos por cada 100 GB.\n"
                "4. Copie las filas que faltan y borre después la copia. Mientras exista, su espacio cuenta.\n\n"
                "Si el minuto aparece en gris, el registro de esa hora aún se está guardando: pruebe dentro de una "
                "hora.",
            ),
            (
                "Как вернуть базу данных к состоянию на заданную минуту",
                "Для удаленных или перезаписанных данных. То, что работает сейчас, не меняется: копия "
                "восстанавливается **рядом**.\n\n"
                "1. Откройте в консоли *Резервное копирование* и выберите *Восстановить рядом*.\n"
                "2. Укажите минуту. Подойдет любая за последние 14 дней.\n"
                "3. Дождитесь состояния *Готово*: около десяти минут на каждые 100 ГБ.\n"
                "4. Перенесите недостающие строки и удалите копию. Пока она есть, ее объем учитывается.\n\n"
                "Если нужная минута серая, журнал за это время еще сохраняется: попробуйте через час.",
            ),
            (
                "Riportare il database a com’era in un dato minuto",
                "Per dati cancellati o sovrascritti. Quello che funziona ora non viene toccato: il backup si "
                "ripristina **a fianco**.\n\n"
                "1. Nella console aprite *Backup* e scegliete *Ripristina a fianco*.\n"
                "2. Scegliete il minuto. Va bene uno qualsiasi degli ultimi 14 giorni.\n"
                "3. Attendete lo stato *Pronto*: circa dieci minuti ogni 100 GB.\n"
                "4. Copiate le righe che mancano, poi cancellate la copia. Finché c’è, il suo spazio viene contato.\n\n"
                "Se il minuto è in grigio, il registro di quell’ora si sta ancora salvando: riprovate fra un’ora.",
            ),
        ),
        "Open *Backup* in the console, choose *Restore* and the day. The database is not there meanwhile.",
    ),
    Story(
        41,
        ("database", "reporting"),
        "n-yny-",
        (
            (
                "Queries have become slow overnight",
                "Most often it is one of three things. Look in this order:\n\n"
                "- **Statistics are old.** After a large import, open *Tables* and choose *Refresh statistics*.\n"
                "- **Something waits.** *Sessions* shows in red who holds what others need. End a session only if you "
                "know whose it is.\n"
                "- **A report runs at the wrong time.** In Lectern reporting, move schedules of more than a million "
                "rows to the night.\n\n"
                "If none of these fits, keep the query’s plan (*Explain*, then *Save*) and send it with your request.",
            ),
            (
                "Abfragen sind über Nacht langsam geworden",
                "Meist ist es eines von dreien. Sehen Sie in dieser Reihenfolge nach:\n\n"
                "- **Die Statistiken sind alt.** Öffnen Sie nach einem großen Import *Tabellen* und wählen Sie "
                "*Statistiken erneuern*.\n"
                "- **Etwas wartet.** *Sitzungen* zeigt in Rot, wer hält, was andere brauchen. Beenden Sie eine Sitzung "
                "nur, wenn Sie wissen, wem sie gehört.\n"
                "- **Ein Bericht läuft zur falschen Zeit.** Verlegen Sie in den Lectern-Berichten Zeitpläne mit mehr "
                "als einer Million Zeilen in die Nacht.\n\n"
                "Passt nichts davon, sichern Sie den Plan der Abfrage (*Erklären*, dann *Speichern*) und legen Sie ihn "
                "Ihrer Anfrage bei.",
            ),
            (
                "Las consultas se han vuelto lentas de un día para otro",
                "Casi siempre es una de tres cosas. Mírelas en este orden:\n\n"
                "- **Las estadísticas son antiguas.** Tras una importación grande, abra *Tablas* y elija *Renovar "
                "estadísticas*.\n"
                "- **Algo está esperando.** *Sesiones* muestra en rojo quién retiene lo que otros necesitan. Termine "
                "una sesión solo si sabe de quién es.\n"
                "- **Un informe se ejecuta a mala hora.** En Informes Lectern, pase a la noche las programaciones de "
                "más de un millón de filas.\n\n"
                "Si no es nada de esto, guarde el plan de la consulta (*Explicar* y *Guardar*) y adjúntelo a su "
                "solicitud.",
            ),
            (
                "Запросы к базе за ночь стали медленными",
                "Чаще всего причина одна из трех. Проверьте по порядку:\n\n"
                "- **Устарела статистика.** После большого импорта откройте *Таблицы* и выберите *Обновить "
                "статистику*.\n"
                "- **Что-то ждет.** *Сеансы* показывают красным, кто удерживает нужное другим. Завершайте сеанс, "
                "только если знаете, чей он.\n"
                "- **Отчет запускается не вовремя.** В Отчетах Lectern перенесите на ночь расписания, где больше "
                "миллиона строк.\n\n"
                "Если ничего не подошло, сохраните план (*Объяснить*, затем *Сохранить*) и приложите его к своему "
                "запросу.",
            ),
            (
                "Le query sono diventate lente da un giorno all’altro",
                "Quasi sempre è una di tre cose. Guardate in quest’ordine:\n\n"
                "- **Le statistiche sono vecchie.** Dopo un’importazione grande aprite *Tabelle* e scegliete "
                "*Rinnova statistiche*.\n"
                "- **Qualcosa aspetta.** *Sessioni* mostra in rosso chi trattiene ciò che serve ad altri. Chiudete "
                "una sessione solo se sapete di chi è.\n"
                "- **Un report parte all’ora sbagliata.** In Report Lectern spostate alla notte le pianificazioni "
                "con più di un milione di righe.\n\n"
                "Se non è nulla di questo, salvate il piano della query (*Spiega*, poi *Salva*) e allegatelo alla "
                "richiesta.",
            ),
        ),
    ),
    Story(
        33,
        ("identity",),
        "yyyy-y",
        (
            (
                "Somebody cannot sign in",
                "Ask which message they see; it says where to look.\n\n"
                "| message | what helps |\n|---|---|\n"
                "| *Unknown account* | They are missing in the directory. The next sync is within 30 minutes. |\n"
                "| *Second factor refused* | The clock of the phone is wrong. Set it to automatic. |\n"
                "| *Locked until …* | Ten wrong passwords. An administrator lifts it under *People*. |\n"
                "| *Not allowed here* | The site is not on the list of your network. |\n\n"
                "If **everybody** is affected, look at service health first.",
            ),
            (
                "Jemand kann sich nicht anmelden",
                "Fragen Sie, welche Meldung erscheint; sie sagt, wo nachzusehen ist.\n\n"
                "| Meldung | was hilft |\n|---|---|\n"
                "| *Konto unbekannt* | Die Person fehlt im Verzeichnis. Der nächste Abgleich läuft binnen 30 "
                "Minuten. |\n"
                "| *Zweiter Faktor abgelehnt* | Die Uhr des Telefons geht falsch. Auf automatisch stellen. |\n"
                "| *Gesperrt bis …* | Zehn falsche Kennwörter. Ein Administrator hebt es unter *Personen* auf. |\n"
                "| *Hier nicht erlaubt* | Der Standort fehlt auf der Liste Ihrer Netze. |\n\n"
                "Betrifft es **alle**, sehen Sie zuerst im Dienststatus nach.",
            ),
            (
                "Alguien no puede iniciar sesión",
                "Pregunte qué mensaje ve; dice dónde mirar.\n\n"
                "| mensaje | qué ayuda |\n|---|---|\n"
                "| *Cuenta desconocida* | Falta en el directorio. La próxima sincronización es en 30 minutos como "
                "mucho. |\n"
                "| *Segundo factor rechazado* | El reloj del teléfono va mal. Póngalo en automático. |\n"
                "| *Bloqueada hasta…* | Diez contraseñas erróneas. Un administrador la libera en *Personas*. |\n"
                "| *No permitido aquí* | La sede no está en la lista de su red. |\n\n"
                "Si afecta a **todos**, mire primero el estado del servicio.",
            ),
            (
                "Кто-то не может войти",
                "Спросите, какое сообщение видит человек: оно подскажет, где искать.\n\n"
                "| сообщение | что поможет |\n|---|---|\n"
                "| *Неизвестная учетная запись* | Человека нет в каталоге. Следующая синхронизация в течение 30 "
                "минут. |\n"
                "| *Второй фактор отклонен* | Часы телефона идут неверно. Включите автоматическое время. |\n"
                "| *Заблокировано до …* | Десять неверных паролей. Администратор снимет это в разделе *Люди*. |\n"
                "| *Здесь не разрешено* | Площадки нет в списке вашей сети. |\n\n"
                "Если это касается **всех**, сначала посмотрите состояние служб.",
            ),
            (
                "Qualcuno non riesce ad accedere",
                "Chiedete quale messaggio compare: dice dove guardare.\n\n"
                "| messaggio | che cosa aiuta |\n|---|---|\n"
                "| *Account sconosciuto* | Manca nella directory. La prossima sincronizzazione è entro 30 minuti. |\n"
                "| *Secondo fattore rifiutato* | L’orologio del telefono è sbagliato. Mettetelo su automatico. |\n"
                "| *Bloccato fino a …* | Dieci password errate. Un amministratore lo sblocca in *Persone*. |\n"
                "| *Non consentito qui* | La sede non è nell’elenco della vostra rete. |\n\n"
                "Se riguarda **tutti**, guardate prima lo stato dei servizi.",
            ),
        ),
    ),
    Story(
        27,
        ("historian",),
        "-ynn--",
        (
            (
                "A trend has gaps",
                "A gap is either a time without readings or readings that were refused. *Intake* tells which:\n\n"
                "- **No line at all**: the gateway did not send. Check its network and its certificate.\n"
                "- **Refused, too old**: the gateway’s clock is more than a day behind. Set it, then choose *Send "
                "again* on the gateway; it keeps seven days.\n"
                "- **Refused, unknown point**: the point was renamed. Enter its old name under *Also called*.\n\n"
                "Readings that arrive late fill the gap by themselves within a minute.",
            ),
            (
                "Ein Verlauf hat Lücken",
                "Eine Lücke heißt: Es kamen keine Messwerte, oder sie wurden abgelehnt. Die *Annahme* sagt, was "
                "zutrifft:\n\n"
                "- **Gar keine Zeile**: Das Gateway hat nichts gesendet. Prüfen Sie sein Netz und ob sein Zertifikat "
                "gültig ist.\n"
                "- **Abgelehnt, zu alt**: Die Uhr des Gateways geht mehr als einen Tag nach. Stellen Sie sie und "
                "wählen Sie am Gateway *Erneut senden*; es behält sieben Tage.\n"
                "- **Abgelehnt, Messstelle unbekannt**: Sie wurde umbenannt. Tragen Sie den alten Namen unter *Auch "
                "genannt* ein.\n\n"
                "Verspätete Messwerte füllen die Lücke binnen einer Minute von selbst.",
            ),
            (
                "Una tendencia tiene huecos",
                "Un hueco es un tiempo sin lecturas o con lecturas rechazadas. *Entrada* dice cuál de los dos:\n\n"
                "- **Ninguna línea**: la pasarela no envió. Compruebe su red y que su certificado sea válido.\n"
                "- **Rechazada, demasiado antigua**: el reloj de la pasarela atrasa más de un día. Ajústelo y elija "
                "*Enviar de nuevo*; guarda siete días.\n"
                "- **Rechazada, punto desconocido**: se cambió su nombre. Escriba el antiguo en *También llamado*.\n\n"
                "Las lecturas que llegan tarde rellenan el hueco solas en un minuto.",
            ),
            (
                "На графике есть пропуски",
                "Пропуск означает, что измерений не было или их не приняли. Что именно, показывает *Прием*:\n\n"
                "- **Строк нет совсем**: шлюз ничего не отправлял. Проверьте его сеть и срок сертификата.\n"
                "- **Отклонено, слишком старое**: часы шлюза отстают больше чем на сутки. Выставьте их и выберите на "
                "шлюзе *Отправить снова*: он хранит данные семь дней.\n"
                "- **Отклонено, точка неизвестна**: ее переименовали. Впишите прежнее имя в поле *Другие имена*.\n\n"
                "Запоздавшие измерения заполнят пропуск сами в течение минуты.",
            ),
            (
                "Un andamento ha dei buchi",
                "Un buco è un tempo senza letture, oppure con letture rifiutate. *Acquisizione* dice quale dei due:\n\n"
                "- **Nessuna riga**: il gateway non ha inviato. Controllate la rete e la validità del certificato.\n"
                "- **Rifiutata, troppo vecchia**: l’orologio del gateway è indietro di più di un giorno. Regolatelo e "
                "scegliete *Invia di nuovo*; conserva sette giorni.\n"
                "- **Rifiutata, punto sconosciuto**: è stato rinominato. Scrivete il vecchio nome in *Detto anche*.\n\n"
                "Le letture in ritardo riempiono il buco da sole entro un minuto.",
            ),
        ),
    ),
    Story(
        19,
        ("messaging",),
        "yy-ny-",
        (
            (
                "A queue grows and nothing is delivered",
                "First see whether anybody reads: *Queues* shows the readers of each queue.\n\n"
                "1. **No reader**: the application is stopped, or its key has expired. Keys last a year.\n"
                "2. **Readers, but none confirms**: one message breaks them again and again. Move it to *Set aside* "
                "and look at it at leisure.\n"
                "3. **Readers confirm, but too slowly**: add a second reader. The order of messages is kept within "
                "each key.\n\n"
                "Nothing is lost meanwhile: a queue keeps messages for four days.",
            ),
            (
                "Eine Warteschlange wächst, und nichts kommt an",
                "Sehen Sie zuerst nach, ob jemand liest: *Warteschlangen* zeigt die Leser jeder Schlange.\n\n"
                "1. **Kein Leser**: Die Anwendung steht, oder ihr Schlüssel ist abgelaufen. Schlüssel gelten ein "
                "Jahr.\n"
                "2. **Leser, aber keiner bestätigt**: Eine Nachricht bringt sie immer wieder zu Fall. Verschieben Sie "
                "sie nach *Beiseite* und prüfen Sie sie in Ruhe.\n"
                "3. **Leser bestätigen, aber zu langsam**: Fügen Sie einen zweiten hinzu. Die Reihenfolge bleibt je "
                "Schlüssel erhalten.\n\n"
                "Verloren geht inzwischen nichts: Eine Schlange behält Nachrichten vier Tage.",
            ),
            (
                "Una cola crece y no se entrega nada",
                "Mire primero si alguien lee: *Colas* muestra los lectores de cada una.\n\n"
                "1. **Ningún lector**: la aplicación está parada o su clave ha caducado. Las claves duran un año.\n"
                "2. **Lectores, pero ninguno confirma**: un mensaje los hace fallar una y otra vez. Páselo a *Aparte* "
                "y mírelo con calma.\n"
                "3. **Confirman, pero muy despacio**: añada otro lector. El orden se mantiene dentro de cada clave.\n\n"
                "Mientras tanto no se pierde nada: una cola guarda los mensajes cuatro días.",
            ),
            (
                "Очередь растет, а сообщения не доставляются",
                "Сначала проверьте, читает ли кто-нибудь: в разделе *Очереди* видны читатели каждой.\n\n"
                "1. **Читателей нет**: приложение остановлено или истек его ключ. Ключи действуют год.\n"
                "2. **Читатели есть, но никто не подтверждает**: одно сообщение раз за разом их останавливает. "
                "Переместите его в *Отложенные* и разберите спокойно.\n"
                "3. **Подтверждают, но медленно**: добавьте второго читателя. Порядок внутри каждого ключа "
                "сохраняется.\n\n"
                "Тем временем ничего не теряется: очередь хранит сообщения четыре дня.",
            ),
            (
                "Una coda cresce e non viene consegnato nulla",
                "Guardate prima se qualcuno legge: *Code* mostra i lettori di ciascuna.\n\n"
                "1. **Nessun lettore**: l’applicazione è ferma o la sua chiave è scaduta. Le chiavi durano un anno.\n"
                "2. **Lettori, ma nessuno conferma**: un messaggio li manda in errore ogni volta. Spostatelo in *Da "
                "parte* e guardatelo con calma.\n"
                "3. **Confermano, ma troppo piano**: aggiungete un altro lettore. L’ordine resta entro ogni chiave.\n\n"
                "Intanto non si perde nulla: una coda conserva i messaggi per quattro giorni.",
            ),
        ),
    ),
    Story(
        12,
        ("storage",),
        "yy--y-",
        (
            (
                "Bring back a file that was deleted",
                "Every volume keeps a snapshot of each night, for 30 nights.\n\n"
                "1. Open the folder in which the file was, and there the hidden folder `.snapshots`.\n"
                "2. Each of its folders is a night. Go to the last one in which the file was right.\n"
                "3. Copy it back. What you copy counts towards the quota of the volume, the snapshot does not.\n\n"
                "A file that was made and deleted on the same day is in no snapshot.",
            ),
            (
                "Eine gelöschte Datei zurückholen",
                "Jeder Datenträger behält von jeder Nacht eine Momentaufnahme, 30 Nächte lang.\n\n"
                "1. Öffnen Sie den Ordner, in dem die Datei lag, und darin den versteckten Ordner `.snapshots`.\n"
                "2. Jeder seiner Ordner ist eine Nacht. Gehen Sie in die letzte, in der die Datei noch stimmte.\n"
                "3. Kopieren Sie sie zurück. Was Sie kopieren, zählt zum Kontingent des Datenträgers, die "
                "Momentaufnahme nicht.\n\n"
                "Eine Datei, die am selben Tag angelegt und gelöscht wurde, ist in keiner Momentaufnahme.",
            ),
            (
                "Recuperar un archivo borrado",
                "Cada volumen guarda una instantánea de cada noche, durante 30 noches.\n\n"
                "1. Abra la carpeta en la que estaba el archivo y, dentro, la carpeta oculta `.snapshots`.\n"
                "2. Cada una de sus carpetas es una noche. Vaya a la última en la que el archivo estaba bien.\n"
                "3. Cópielo de vuelta. Lo que copia cuenta para la cuota del volumen; la instantánea, no.\n\n"
                "Un archivo creado y borrado el mismo día no está en ninguna instantánea.",
            ),
            (
                "Как вернуть удаленный файл",
                "Каждый том хранит снимок каждой ночи в течение 30 ночей.\n\n"
                "1. Откройте папку, где был файл, и в ней скрытую папку `.snapshots`.\n"
                "2. Каждая папка внутри соответствует одной ночи. Перейдите в последнюю, где файл был верным.\n"
                "3. Скопируйте его обратно. Копия учитывается в квоте тома, снимок не учитывается.\n\n"
                "Файла, который создали и удалили в один день, нет ни в одном снимке.",
            ),
            (
                "Recuperare un file cancellato",
                "Ogni volume conserva un’istantanea di ogni notte, per 30 notti.\n\n"
                "1. Aprite la cartella in cui era il file e, lì dentro, la cartella nascosta `.snapshots`.\n"
                "2. Ogni sua cartella è una notte. Andate all’ultima in cui il file era giusto.\n"
                "3. Copiatelo indietro. Ciò che copiate conta nella quota del volume, l’istantanea no.\n\n"
                "Un file creato e cancellato nello stesso giorno non è in nessuna istantanea.",
            ),
        ),
    ),
    Story(
        5,
        ("reporting",),
        "y-n---",
        (
            (
                "A scheduled report did not arrive",
                "Open the schedule and look at *Last runs*.\n\n"
                "- **Not run**: the schedule is paused, or whoever made it has left. Give it to somebody else under "
                "*Owner*.\n"
                "- **Run, nothing sent**: *Only if it has rows* is ticked, and there were none.\n"
                "- **Sent**: look in the folder for unwanted mail, and ask whether the address still exists. What "
                "came back is listed under *Returned*.\n\n"
                "*Run now* makes and sends it at once; the next run stays as it is planned.",
            ),
            (
                "Ein geplanter Bericht ist nicht angekommen",
                "Öffnen Sie den Zeitplan und sehen Sie unter *Letzte Läufe* nach.\n\n"
                "- **Nicht gelaufen**: Der Zeitplan ruht, oder wer ihn angelegt hat, ist nicht mehr da. Übergeben Sie "
                "ihn unter *Eigentümer* jemand anderem.\n"
                "- **Gelaufen, nichts gesendet**: *Nur mit Zeilen* ist angehakt, und es gab keine.\n"
                "- **Gesendet**: Sehen Sie im Ordner für unerwünschte Mail nach und fragen Sie, ob es die Adresse noch "
                "gibt. Was zurückkam, steht unter *Zurückgekommen*.\n\n"
                "*Jetzt ausführen* erstellt und sendet ihn sofort; der nächste Lauf bleibt, wie er geplant ist.",
            ),
            (
                "Un informe programado no ha llegado",
                "Abra la programación y mire *Últimas ejecuciones*.\n\n"
                "- **No se ejecutó**: está en pausa, o quien la creó ya no está. Pásela a otra persona en "
                "*Propietario*.\n"
                "- **Se ejecutó y no se envió**: está marcado *Solo si tiene filas*, y no había ninguna.\n"
                "- **Se envió**: mire en la carpeta de correo no deseado y pregunte si la dirección aún existe. Lo que "
                "volvió figura en *Devueltos*.\n\n"
                "*Ejecutar ahora* lo crea y lo envía enseguida; la próxima ejecución no cambia.",
            ),
            (
                "Отчет по расписанию не пришел",
                "Откройте расписание и посмотрите *Последние запуски*.\n\n"
                "- **Не запускался**: расписание приостановлено, или его автор больше не работает. Передайте его "
                "другому в поле *Владелец*.\n"
                "- **Запускался, но не отправлен**: отмечено *Только если есть строки*, а их не было.\n"
                "- **Отправлен**: проверьте папку нежелательной почты и узнайте, есть ли еще этот адрес. Что "
                "вернулось, указано в списке *Возвраты*.\n\n"
                "*Запустить сейчас* создаст и отправит отчет сразу; следующий запуск останется по плану.",
            ),
            (
                "Un report pianificato non è arrivato",
                "Aprite la pianificazione e guardate *Ultime esecuzioni*.\n\n"
                "- **Non eseguito**: è in pausa, o chi l’ha creata non c’è più. Passatela a qualcun altro in "
                "*Proprietario*.\n"
                "- **Eseguito, niente inviato**: è spuntato *Solo se ha righe*, e non ce n’erano.\n"
                "- **Inviato**: guardate nella posta indesiderata e chiedete se l’indirizzo esiste ancora. Ciò che è "
                "tornato indietro è in *Respinti*.\n\n"
                "*Esegui ora* lo crea e lo invia subito; la prossima esecuzione resta com’è.",
            ),
        ),
    ),
)
