//! What the program does by itself.

use shared::Language;
use shared::schedule::{ScheduleCategory, ScheduleText};

use crate::jobs::Job;

/// A scheduled task as the program knows it.
pub(super) struct Entry {
    pub key: &'static str,
    pub category: ScheduleCategory,
    pub cron: &'static str,
    pub job: Job,
    /// English, Polish, Ukrainian: title and description.
    texts: [(&'static str, &'static str); 3],
}

impl Entry {
    pub(super) fn texts(&self) -> impl Iterator<Item = (Language, ScheduleText)> + '_ {
        let languages = [Language::English, Language::Polish, Language::Ukrainian];
        languages.into_iter().zip(self.texts).map(|(language, (title, description))| {
            (language, ScheduleText { title: title.to_owned(), description: description.to_owned() })
        })
    }
}

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        key: "charge",
        category: ScheduleCategory::Finance,
        cron: "* * * * *",
        job: Job::Charge,
        texts: [
            ("Charge services", "Takes every charge that is due from the clients' wallets."),
            ("Naliczanie opłat", "Pobiera z portfeli klientów wszystkie należne opłaty."),
            ("Нарахування плати", "Знімає з гаманців клієнтів усі належні платежі."),
        ],
    },
    Entry {
        key: "service-deadlines",
        category: ScheduleCategory::Service,
        cron: "* * * * *",
        job: Job::ServiceDeadlines,
        texts: [
            ("Deadlines of services", "Suspends what is past its grace, terminates and cancels what is due."),
            (
                "Terminy usług",
                "Zawiesza usługi po okresie karencji, kończy i anuluje te, którym minął termin.",
            ),
            (
                "Строки послуг",
                "Призупиняє послуги після пільгового строку, завершує та скасовує прострочені.",
            ),
        ],
    },
    Entry {
        key: "wallet-forecast",
        category: ScheduleCategory::Finance,
        cron: "5 * * * *",
        job: Job::WalletForecast,
        texts: [
            ("Wallet forecast", "Tells clients whose wallet runs dry soon."),
            ("Prognoza portfeli", "Powiadamia klientów, którym wkrótce skończą się środki."),
            ("Прогноз гаманців", "Повідомляє клієнтів, у яких скоро закінчаться кошти."),
        ],
    },
    Entry {
        key: "document-reminders",
        category: ScheduleCategory::Finance,
        cron: "15 * * * *",
        job: Job::DocumentReminders,
        texts: [
            ("Reminders", "Reminds clients of documents that are due."),
            ("Przypomnienia", "Przypomina klientom o nieopłaconych dokumentach."),
            ("Нагадування", "Нагадує клієнтам про неоплачені документи."),
        ],
    },
    Entry {
        key: "statements",
        category: ScheduleCategory::Finance,
        // East of UTC+3 the month ends, in UTC, after four in the morning of its first day.
        cron: "0 4 1,2 * *",
        job: Job::Statements,
        texts: [
            (
                "Usage statements",
                "Lists what every client was charged in the month that ended, and tells the clients.",
            ),
            (
                "Zestawienia usług",
                "Zestawia opłaty każdego klienta za zakończony miesiąc i powiadamia klientów.",
            ),
            (
                "Звіти про використання",
                "Підсумовує нарахування кожного клієнта за минулий місяць і повідомляє клієнтів.",
            ),
        ],
    },
    Entry {
        key: "waiting-mail",
        category: ScheduleCategory::System,
        cron: "*/10 * * * *",
        job: Job::WaitingMail,
        texts: [
            ("Waiting mail", "Sends what was written while no mail server was configured."),
            (
                "Oczekująca poczta",
                "Wysyła wiadomości napisane, gdy nie było skonfigurowanego serwera poczty.",
            ),
            ("Пошта в очікуванні", "Надсилає листи, написані, коли поштовий сервер не був налаштований."),
        ],
    },
    Entry {
        key: "convert-prices",
        category: ScheduleCategory::Products,
        cron: "0 0 * * *",
        job: Job::ConvertPrices,
        texts: [
            (
                "Convert prices",
                "Brings the exchange rates of the day into force and recomputes prices that follow them.",
            ),
            (
                "Przeliczanie cen",
                "Wprowadza kursy walut na dany dzień i przelicza ceny, które od nich zależą.",
            ),
            (
                "Перерахунок цін",
                "Вводить у дію курси валют на цей день і перераховує ціни, що від них залежать.",
            ),
        ],
    },
    Entry {
        key: "fetch-rates",
        category: ScheduleCategory::Products,
        cron: "30 16 * * *",
        job: Job::FetchRates,
        texts: [
            ("Fetch exchange rates", "Takes the rates of the day from the feed, when it is switched on."),
            ("Pobieranie kursów walut", "Pobiera kursy dnia ze źródła, jeśli jest włączone."),
            ("Отримання курсів валют", "Бере курси дня з джерела, якщо його ввімкнено."),
        ],
    },
    Entry {
        key: "vat-rechecks",
        category: ScheduleCategory::Finance,
        cron: "10 5 * * *",
        job: Job::VatRechecks,
        texts: [
            (
                "VAT ids",
                "Has the VAT ids of clients in other EU countries checked again once a year, and those without an answer daily.",
            ),
            (
                "Numery VAT",
                "Sprawdza ponownie raz w roku numery VAT klientów z innych krajów UE, a te bez odpowiedzi codziennie.",
            ),
            (
                "Номери ПДВ",
                "Щороку повторно перевіряє номери ПДВ клієнтів з інших країн ЄС, а ті, що без відповіді, щодня.",
            ),
        ],
    },
    Entry {
        key: "cleanup",
        category: ScheduleCategory::Cleanup,
        cron: "30 2 * * *",
        job: Job::Cleanup,
        texts: [
            (
                "Clean up",
                "Drops finished tasks, ended sessions, sent messages and months of the module log past their retention.",
            ),
            (
                "Porządki",
                "Usuwa zakończone zadania, sesje, wiadomości i miesiące dziennika modułów po okresie przechowywania.",
            ),
            (
                "Прибирання",
                "Видаляє завершені завдання, сесії, повідомлення та місяці журналу модулів після строку зберігання.",
            ),
        ],
    },
    Entry {
        key: "books-audit",
        category: ScheduleCategory::Finance,
        cron: "0 3 * * *",
        job: Job::BooksAudit,
        texts: [
            ("Audit of the books", "Proves balances, chains and numbers, and seals the day."),
            ("Audyt ksiąg", "Sprawdza salda, łańcuchy i numerację oraz pieczętuje dzień."),
            ("Аудит книг", "Перевіряє залишки, ланцюги й нумерацію та опечатує день."),
        ],
    },
];

pub(super) fn find(key: &str) -> Option<&'static Entry> {
    ENTRIES.iter().find(|entry| entry.key == key)
}
