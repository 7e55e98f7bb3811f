//! Ukrainian: texts of what both portals show.

use crate::i18n::keys::parts::*;

pub(super) const TEXTS: Parts = Parts {
    state: PartsState {
        idle: "Простій", past_due: "Прострочена", ending: "Завершується"
    },
    ledger: PartsLedger {
        wallet: "Гаманець",
        gateway: "Шлюз",
        revenue: "Дохід",
        tax: "Податок",
        fees: "Комісії",
        goodwill: "Добра воля",
        suspense: "Транзитний",
        write_off: "Списано",
    },
    sheet: PartsSheet {
        seller: "Продавець",
        buyer: "Покупець",
        number: "№",
        issued_on: "Дата виставлення",
        due_on: "Термін оплати",
        item: "Позиція",
        quantity: "Кількість",
        unit_price: "Ціна за од.",
        discount: "Знижка",
        net: "Нетто",
        total: "Разом",
        paid: "Сплачено",
        due: "Залишилось сплатити",
        draft: "Чернетка",
    },
    why: PartsWhy {
        services: "Що було нараховано",
        hours: "години {from}–{to} з {n} за {month}",
        price_version: "ціна, версія {version}",
        movements: "Усі рухи цієї події",
        posted_by: "Провів",
        system: "система, автоматично",
        staff: "наші фахівці",
        person: "користувач облікового запису",
        gross: "Надійшло",
        fee: "Комісія шлюзу",
        before: "Баланс до",
        after: "Баланс після",
        id: "Транзакція",
        explanation: "Як збережено",
        open_document: "Відкрити документ",
        open_service: "Відкрити послугу",
        total: "Разом",
    },
    tax: PartsTax {
        why: "Чому такий податок?",
        evidence: "VAT-номер перевірено",
        passed: "Правила, що не підійшли",
    },
};
