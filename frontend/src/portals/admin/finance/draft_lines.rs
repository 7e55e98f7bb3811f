//! The lines of a draft as fields, with what they come to.

use leptos::prelude::*;
use shared::ClientId;
use shared::billing::document::DocumentLine;
use shared::billing::draft::{DraftLine, DraftQuote, LINES_MAX, NewDraft, TaxClass};
use ui::{Button, CheckField, FormErrors, NumberField, TextArea, TextField, lu, settled};

use crate::api;
use crate::format;
use crate::i18n::{fill, t, td};
use crate::parts::rows::touch;
use crate::query::use_query;

/// The fields of one line.
#[derive(Clone, Copy)]
struct LineFields {
    description: RwSignal<String>,
    quantity: RwSignal<String>,
    unit: RwSignal<String>,
    unit_price: RwSignal<String>,
    discount: RwSignal<String>,
    exempt: RwSignal<bool>,
}

impl LineFields {
    fn empty() -> Self {
        Self {
            description: RwSignal::new(String::new()),
            quantity: RwSignal::new("1".to_owned()),
            unit: RwSignal::new(String::new()),
            unit_price: RwSignal::new(String::new()),
            discount: RwSignal::new("0".to_owned()),
            exempt: RwSignal::new(false),
        }
    }

    fn of(line: &DocumentLine) -> Self {
        Self {
            description: RwSignal::new(line.description.clone()),
            quantity: RwSignal::new(line.quantity.normalize().to_string()),
            unit: RwSignal::new(line.unit.clone()),
            unit_price: RwSignal::new(line.unit_price.amount().normalize().to_string()),
            discount: RwSignal::new(line.discount.amount().normalize().to_string()),
            exempt: RwSignal::new(line.tax_class == TaxClass::Exempt),
        }
    }

    fn read(&self) -> DraftLine {
        let discount = self.discount.get();
        DraftLine {
            description: self.description.get().trim().to_owned(),
            quantity: self.quantity.get(),
            unit: self.unit.get().trim().to_owned(),
            unit_price: self.unit_price.get(),
            discount: if discount.is_empty() { "0".to_owned() } else { discount },
            tax_class: if self.exempt.get() { TaxClass::Exempt } else { TaxClass::Standard },
        }
    }
}

/// The lines that are being written.
#[derive(Clone, Copy)]
pub(super) struct Lines(RwSignal<Vec<LineFields>>);

impl Lines {
    /// One empty line.
    pub(super) fn new() -> Self {
        Self(RwSignal::new(vec![LineFields::empty()]))
    }

    /// Those of a draft.
    pub(super) fn of(lines: &[DocumentLine]) -> Self {
        Self(RwSignal::new(lines.iter().map(LineFields::of).collect()))
    }

    /// As they are sent.
    pub(super) fn read(self) -> Vec<DraftLine> {
        self.0.with(|lines| lines.iter().map(LineFields::read).collect())
    }

    fn add(self) {
        self.0.update(|lines| lines.push(LineFields::empty()));
    }

    fn remove(self, place: usize) {
        self.0.update(|lines| {
            lines.remove(place);
        });
    }
}

/// Fields for each line, and the totals as the server counts them for this client.
#[component]
pub(super) fn LinesEditor(lines: Lines, #[prop(into)] client: Signal<Option<ClientId>>) -> impl IntoView {
    let words = &td().draft;
    let asked = settled(move || (client.get(), lines.read()));
    let quote = use_query(
        move || asked.get(),
        |(client, lines)| async move {
            let Some(client_id) = client else { return Ok(None) };
            // Lines that are not finished yet come to nothing; saving says why.
            Ok(api::billing::quote_draft(&NewDraft { client_id, lines }).await.ok())
        },
    );
    let quoted = Signal::derive(move || quote.data().get().flatten());
    view! {
        <div class="grid gap-6">
            {move || {
                let all = lines.0.get();
                let only = all.len() == 1;
                all.into_iter()
                    .enumerate()
                    .map(|(place, line)| view! { <LineCard lines place line only quoted /> })
                    .collect_view()
            }}
            <div class="flex flex-wrap items-start justify-between gap-4">
                <Button
                    text=words.add_line
                    icon=lu::LuPlus
                    disabled=Signal::derive(move || lines.0.with(Vec::len) >= LINES_MAX)
                    on_click=Callback::new(move |()| lines.add())
                />
                <div aria-live="polite" class="min-w-56">
                    {move || match (client.get(), quoted.get()) {
                        (None, _) => view! { <p class="text-sm text-ink-3">{td().draft.choose}</p> }.into_any(),
                        (_, Some(quote)) => view! { <Totals quote /> }.into_any(),
                        _ => ().into_any(),
                    }}
                </div>
            </div>
        </div>
    }
}

#[component]
fn LineCard(
    lines: Lines,
    place: usize,
    line: LineFields,
    /// There is no other: it cannot be removed.
    only: bool,
    quoted: Signal<Option<DraftQuote>>,
) -> impl IntoView {
    let words = &td().draft;
    let n = place.saturating_add(1).to_string();
    let name = move |field: &str| format!("lines.{place}.{field}");
    let comes_to = move || {
        quoted.with(|quote| {
            let quote = quote.as_ref()?;
            let amount = quote.lines.get(place)?;
            Some(format::money(shared::Money::rounded(*amount, quote.net.currency())))
        })
    };
    // Known once the client is.
    let currency = move || {
        quoted.with(|quote| quote.as_ref().map(|quote| quote.net.currency().to_string()).unwrap_or_default())
    };
    let remove = fill(words.remove_line, &[("n", &n)]);
    let form = use_context::<FormErrors>();
    view! {
        <fieldset class="grid gap-4 pb-6 border-b border-line">
            <legend class="font-semibold mb-3">{fill(words.line, &[("n", &n)])}</legend>
            <TextArea name=name("description") label=words.description value=line.description rows=2 required=true max_length=1000 />
            <div class="form-grid">
                <NumberField name=name("quantity") label=words.quantity value=line.quantity decimals=4 required=true />
                <TextField name=name("unit") label=words.unit value=line.unit max_length=20 />
                <NumberField name=name("unit_price") label=words.unit_price value=line.unit_price unit=currency decimals=4 required=true />
                <NumberField name=name("discount") label=words.discount value=line.discount unit=currency decimals=4 />
            </div>
            <div class="flex flex-wrap items-center justify-between gap-3">
                <CheckField name=name("tax_class") label=words.exempt value=line.exempt />
                <div class="flex items-center gap-3">
                    <span class="num strong">{comes_to}</span>
                    {(!only)
                        .then(|| {
                            view! {
                                <Button
                                    text=remove.clone()
                                    class="btn-ghost"
                                    icon=lu::LuTrash
                                    on_click=Callback::new(move |()| {
                                        lines.remove(place);
                                        touch(form);
                                    })
                                />
                            }
                        })}
                </div>
            </div>
        </fieldset>
    }
}

#[component]
fn Totals(quote: DraftQuote) -> impl IntoView {
    let mut rows = vec![(t().net.to_owned(), quote.net)];
    rows.extend(quote.taxes.iter().map(|tax| (crate::parts::sheet::rate(tax), tax.amount)));
    rows.push((t().total.to_owned(), quote.total));
    let row = |(name, value): (String, shared::Money)| {
        view! { <div><dt>{name}</dt><dd class="num">{format::money(value)}</dd></div> }
    };
    view! { <dl class="facts">{rows.into_iter().map(row).collect_view()}</dl> }
}
