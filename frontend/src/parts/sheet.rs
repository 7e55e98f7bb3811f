//! A document as the paper it is.

use leptos::prelude::*;
use shared::billing::DocumentStatus;
use shared::billing::company::Labelled;
use shared::billing::document::{DocumentDetail, DocumentParty, DocumentTax, XmlFormat};
use shared::billing::draft::TaxClass;
use shared::billing::tax::TaxDecision;
use ui::{Icon, Menu, MenuLink, lu};

use super::amount::plain_number;
use crate::api::client::file;
use crate::format;
use crate::i18n::{self, tp};

/// `23 %`, `9.975 %`: as it stands on documents.
pub fn rate(tax: &DocumentTax) -> String {
    format!("{} {} %", tax.name, plain_number(tax.rate))
}

#[component]
fn Party(title: &'static str, party: DocumentParty) -> impl IntoView {
    view! {
        <section class="min-w-0">
            <div class="sub uppercase tracking-wide mb-1.5">{title}</div>
            <div class="font-semibold text-ink">{party.name}</div>
            <address class="not-italic text-ink-2 mt-0.5">
                {party.address.into_iter().map(|line| view! { <div>{line}</div> }).collect_view()}
            </address>
            {party
                .tax_ids
                .into_iter()
                .map(|id| view! { <div class="text-ink-2">{id.label} " " <span class="num">{id.value}</span></div> })
                .collect_view()}
            {party.contacts.into_iter().map(|line| view! { <div class="text-ink-3">{line}</div> }).collect_view()}
        </section>
    }
}

/// Where a transfer goes to, and what to write on it; nothing where the seller says nothing of it.
fn how_to_pay(text: String, mut bank: Vec<Labelled>, number: String) -> Option<AnyView> {
    if text.is_empty() && bank.is_empty() {
        return None;
    }
    let words = &tp().sheet;
    bank.push(Labelled { label: words.reference.to_owned(), value: number });
    let party = DocumentParty { address: vec![text], tax_ids: bank, ..DocumentParty::default() };
    let shown = view! {
        <div class="rounded bg-sunken border border-line px-4 py-3 mt-6 whitespace-pre-line">
            <Party title=words.to_pay party />
        </div>
    };
    Some(shown.into_any())
}

/// The formats of the document's electronic invoice; nothing where there are none. `path`: the document's, in the API.
#[component]
pub fn XmlMenu(formats: Vec<XmlFormat>, path: String) -> impl IntoView {
    let links = formats.into_iter().map(|format| {
        let text = match format {
            XmlFormat::Cii => "CII (Factur-X)",
            XmlFormat::Ubl => "UBL",
            XmlFormat::Fa3 => "FA(3) (KSeF)",
        };
        (text, file(&format!("{path}/xml?format={format}")))
    });
    let links: Vec<(&'static str, String)> = links.collect();
    (!links.is_empty()).then(|| {
        view! {
            <Menu label=tp().sheet.einvoice class="btn" button=Box::new(|| "XML".into_any())>
                {links
                    .iter()
                    .map(|(text, href)| {
                        view! { <MenuLink text=*text href=href.clone() icon=lu::LuDownload download=true /> }
                    })
                    .collect_view()}
            </Menu>
        }
    })
}

/// Why these taxes: the decision in a sentence, the evidence, and the rules that were passed over.
#[component]
pub fn TaxWhy(decision: TaxDecision) -> impl IntoView {
    let words = &tp().tax;
    let passed = decision.passed.len();
    view! {
        <div class="grid gap-1.5 text-sm text-ink-2">
            <p>{decision.sentence.clone()}</p>
            {(!decision.note.is_empty()).then(|| view! { <p class="text-ink">{decision.note.clone()}</p> })}
            {decision
                .evidence
                .map(|evidence| {
                    view! {
                        <p class="sub">
                            {words.evidence} ": " {i18n::word(if evidence.valid { "valid" } else { "invalid" })} " · "
                            {i18n::known_word(&evidence.source).map_or(evidence.source, str::to_owned)} ", " {format::date_time(evidence.checked_at)}
                            {evidence.consultation.map(|number| format!(" · {number}"))}
                        </p>
                    }
                })}
            {(passed > 0)
                .then(|| {
                    view! {
                        <details class="chart-table">
                            <summary>{words.passed} ": " {passed}</summary>
                            <ul class="mt-1 grid gap-0.5 sub">
                                {decision
                                    .passed
                                    .iter()
                                    .map(|rule| {
                                        view! { <li>{rule.position} ". " {i18n::word(rule.why.as_str())}</li> }
                                    })
                                    .collect_view()}
                            </ul>
                        </details>
                    }
                })}
        </div>
    }
}

/// The sheet: both parties, lines, taxes, totals, how to pay, notes, footer.
#[component]
pub fn DocumentSheet(
    detail: DocumentDetail,
    /// The document's, in the API.
    path: String,
) -> impl IntoView {
    let words = &tp().sheet;
    let head = detail.document.clone();
    let number = head.number.clone().unwrap_or_else(|| words.draft.to_owned());
    let discounts = detail.lines.iter().any(|line| !line.discount.is_zero());
    let open = matches!(head.status, DocumentStatus::Unpaid | DocumentStatus::PartiallyPaid);
    let first = detail.lines.first().map(|line| line.tax_class);
    let classes_differ =
        !detail.taxes.is_empty() && detail.lines.iter().any(|line| Some(line.tax_class) != first);
    let pay = open.then(|| how_to_pay(detail.pay_to, detail.bank, number.clone())).flatten();
    let totals = [(words.paid, head.paid, !head.paid.is_zero()), (words.due, head.due, open)];
    // By its hash: a draft may show another one tomorrow.
    let logo = detail.logo_sha256.map(|hash| {
        let src = file(&format!("{path}/logo?{hash}"));
        view! { <img class="paper-logo" src=src alt=detail.seller.name.clone() /> }
    });
    view! {
        <article class="paper" lang=detail.language.as_str()>
            {logo}
            <header class="flex flex-wrap items-start justify-between gap-6 mb-8">
                <div>
                    <div class="sub uppercase tracking-wide">{i18n::word(head.kind.as_str())}</div>
                    <h1 class="num mt-1">{number}</h1>
                </div>
                <dl class="facts min-w-48">
                    {head
                        .issued_on
                        .map(|on| view! { <div><dt>{words.issued_on}</dt><dd class="num">{format::day(on)}</dd></div> })}
                    {head
                        .due_on
                        .filter(|_| open)
                        .map(|on| view! { <div><dt>{words.due_on}</dt><dd class="num">{format::day(on)}</dd></div> })}
                </dl>
            </header>
            <div class="grid gap-8 sm:grid-cols-2 mb-8">
                <Party title=words.seller party=detail.seller.clone() />
                <Party title=words.buyer party=detail.buyer.clone() />
            </div>
            <div class="table-wrap" tabindex="0" role="region" aria-label=words.item>
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">{words.number}</th>
                            <th scope="col">{words.item}</th>
                            <th scope="col" class="end">{words.quantity}</th>
                            <th scope="col" class="end">{words.unit_price}</th>
                            {discounts.then(|| view! { <th scope="col" class="end">{words.discount}</th> })}
                            <th scope="col" class="end">{words.net}</th>
                        </tr>
                    </thead>
                    <tbody>
                        {detail
                            .lines
                            .iter()
                            .map(|line| {
                                let is_exempt = line.tax_class == TaxClass::Exempt;
                                let class = if is_exempt { words.exempt } else { words.taxed };
                                view! {
                                    <tr>
                                        <td class="num">{line.position}</td>
                                        <td>
                                            <div class="strong whitespace-pre-line">{line.description.clone()}</div>
                                            {classes_differ.then(|| view! { <div class="sub">{class}</div> })}
                                            <div class="sub no-print">{line.why.clone()}</div>
                                        </td>
                                        <td class="end num">{plain_number(line.quantity)} " " {line.unit.clone()}</td>
                                        <td class="end num">{format::money(line.unit_price)}</td>
                                        {discounts.then(|| view! { <td class="end num">{format::money(line.discount)}</td> })}
                                        <td class="end num strong">{format::money(line.amount)}</td>
                                    </tr>
                                }
                            })
                            .collect_view()}
                    </tbody>
                </table>
            </div>
            <div class="flex justify-end mt-6">
                <dl class="facts w-full sm:w-72">
                    <div>
                        <dt>{words.net}</dt>
                        <dd class="num">{format::money(head.net)}</dd>
                    </div>
                    {detail
                        .taxes
                        .iter()
                        .map(|tax| {
                            let name = format!("{} {} {}", rate(tax), words.tax_base, format::money(tax.base));
                            view! { <div><dt>{name}</dt><dd class="num">{format::money(tax.amount)}</dd></div> }
                        })
                        .collect_view()}
                    <div class="pt-3 border-t border-line-strong text-lg">
                        <dt class="font-semibold text-ink">{words.total}</dt>
                        <dd class="num font-semibold">{format::money(head.total)}</dd>
                    </div>
                    {totals
                        .into_iter()
                        .filter(|(_, _, shown)| *shown)
                        .map(|(name, value, _)| view! { <div><dt>{name}</dt><dd class="num">{format::money(value)}</dd></div> })
                        .collect_view()}
                </dl>
            </div>
            {pay}
            {(!detail.notes.is_empty())
                .then(|| {
                    view! {
                        <section class="mt-8 pt-5 border-t border-line text-ink-2 grid gap-1">
                            {detail.notes.iter().map(|note| view! { <p>{note.clone()}</p> }).collect_view()}
                        </section>
                    }
                })}
            <details class="chart-table mt-6 no-print">
                <summary class="flex items-center gap-1.5">
                    <Icon icon=lu::LuCircleHelp class="icon-sm" />
                    {tp().tax.why}
                </summary>
                <div class="mt-2 grid gap-2">
                    {detail
                        .taxes
                        .iter()
                        .map(|tax| view! { <p class="mono text-ink-2">{tax.why.clone()}</p> })
                        .collect_view()}
                    <TaxWhy decision=detail.tax_decision.clone() />
                </div>
            </details>
            {(!detail.footer.is_empty())
                .then(|| {
                    view! { <footer class="sub mt-6 pt-5 border-t border-line whitespace-pre-line">{detail.footer}</footer> }
                })}
        </article>
    }
}
