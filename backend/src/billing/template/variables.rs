//! What a template can print: the fields of `sys.inputs.data`, as `pdf` hands them over.

use shared::Language;
use shared::billing::template::TemplateVariable;

/// Every variable, described in a language.
pub fn all(language: Language) -> Vec<TemplateVariable> {
    let variable = |(name, english, polish, ukrainian): &(&str, &str, &str, &str)| TemplateVariable {
        name: (*name).to_owned(),
        description: match language {
            Language::English => (*english).to_owned(),
            Language::Polish => (*polish).to_owned(),
            Language::Ukrainian => (*ukrainian).to_owned(),
        },
    };
    VARIABLES.iter().map(variable).collect()
}

/// Name, and what it is in English, Polish and Ukrainian. Amounts and dates are written as the language writes them;
/// what may be `none` says so.
#[rustfmt::skip]
const VARIABLES: &[(&str, &str, &str, &str)] = &[
    ("data.number", "Number of the document", "Numer dokumentu", "Номер документа"),
    ("data.issued_on", "Date of issue", "Data wystawienia", "Дата виставлення"),
    ("data.due_on", "Day to pay by; none except on proformas", "Termin płatności; none poza proformami", "Термін оплати; none, крім проформ"),
    ("data.paid_on", "Day of payment; none when not paid before", "Dzień zapłaty; none, gdy nie zapłacono wcześniej", "День оплати; none, якщо не сплачено раніше"),
    ("data.language", "Language: en, pl or uk", "Język: en, pl lub uk", "Мова: en, pl або uk"),
    ("data.paper", "Sheet of the company: a4 or us-letter", "Arkusz firmy: a4 lub us-letter", "Аркуш компанії: a4 або us-letter"),
    ("data.logo", "File of the logo for image(); none without one", "Plik logo dla image(); none, gdy go nie ma", "Файл логотипа для image(); none, якщо його немає"),
    ("data.seller.name", "Name of the seller", "Nazwa sprzedawcy", "Назва продавця"),
    ("data.seller.address", "Address of the seller, a list of lines", "Adres sprzedawcy, lista wierszy", "Адреса продавця, список рядків"),
    ("data.seller.tax_ids", "Tax ids of the seller, each with label and value", "Numery podatkowe sprzedawcy, każdy z label i value", "Податкові номери продавця, кожен із label і value"),
    ("data.seller.contacts", "Contacts of the seller, a list of lines", "Kontakt do sprzedawcy, lista wierszy", "Контакти продавця, список рядків"),
    ("data.buyer.name", "Name of the buyer", "Nazwa nabywcy", "Назва покупця"),
    ("data.buyer.address", "Address of the buyer, a list of lines", "Adres nabywcy, lista wierszy", "Адреса покупця, список рядків"),
    ("data.buyer.tax_ids", "Tax ids of the buyer, each with label and value", "Numery podatkowe nabywcy, każdy z label i value", "Податкові номери покупця, кожен із label і value"),
    ("data.buyer.contacts", "Contacts of the buyer, a list of lines", "Kontakt do nabywcy, lista wierszy", "Контакти покупця, список рядків"),
    ("data.lines", "Lines, each with description, quantity, unit, unit_price, discount and amount", "Pozycje, każda z description, quantity, unit, unit_price, discount i amount", "Рядки, кожен із description, quantity, unit, unit_price, discount і amount"),
    ("data.has_unit", "Whether a line has a unit", "Czy któraś pozycja ma jednostkę", "Чи має якийсь рядок одиницю"),
    ("data.has_discount", "Whether a line has a discount", "Czy któraś pozycja ma rabat", "Чи має якийсь рядок знижку"),
    ("data.taxes", "Taxes, each with name, rate, base and amount", "Podatki, każdy z name, rate, base i amount", "Податки, кожен із name, rate, base і amount"),
    ("data.net", "Sum without tax", "Suma netto", "Сума без податку"),
    ("data.tax", "Sum of the taxes", "Suma podatków", "Сума податків"),
    ("data.total", "Sum with tax", "Suma brutto", "Сума з податком"),
    ("data.paid", "What was paid before it was issued; none prints nothing", "Kwota zapłacona przed wystawieniem; none nic nie drukuje", "Сплачено до виставлення; none нічого не друкує"),
    ("data.due", "What is left to pay", "Pozostało do zapłaty", "Залишилося сплатити"),
    ("data.currency", "Currency code", "Kod waluty", "Код валюти"),
    ("data.related", "The document it comes from, with kind, number and issued_on; or none", "Dokument źródłowy z kind, number i issued_on; albo none", "Документ-джерело з kind, number та issued_on; або none"),
    ("data.notes", "Sentences that the law or the seller asks for; a document has to show them", "Zdania wymagane przez prawo lub sprzedawcę; dokument musi je pokazać", "Речення, яких вимагає закон або продавець; документ мусить їх показати"),
    ("data.pay_to", "How to pay, in the words of the company", "Jak zapłacić, słowami firmy", "Як сплатити, словами компанії"),
    ("data.bank", "Bank details, each with label and value", "Dane bankowe, każda pozycja z label i value", "Банківські реквізити, кожен із label і value"),
    ("data.has_code", "Whether there is a QR code: image(\"/payment-qr.svg\")", "Czy jest kod QR: image(\"/payment-qr.svg\")", "Чи є QR-код: image(\"/payment-qr.svg\")"),
    ("data.footer", "Footer of the company", "Stopka firmy", "Нижній колонтитул компанії"),
];
