//! The form of a home company, shared by its tabs: it is always sent whole.

use leptos::prelude::*;
use rust_decimal::Decimal;
use shared::billing::company::{BankAccount, CompanyInput, ItemTexts, Labelled, Paper};
use shared::billing::tax::TaxRate;
use shared::{Currency, Language};
use ui::{Button, NumberField, SelectField, SwitchField, TextArea, TextField, lu};

use crate::i18n::{LANGUAGES, native_name, t, ta};
use crate::parts::address::{AddressFields, AddressForm};
use crate::parts::rows::Remove;
use crate::portals::admin::clients::currency_options;

/// A pair of texts of a list that grows and shrinks.
#[derive(Clone, Copy)]
pub(super) struct Pair {
    pub(super) name: RwSignal<String>,
    pub(super) value: RwSignal<String>,
}

impl Pair {
    fn new(name: &str, value: &str) -> Self {
        Self { name: RwSignal::new(name.to_owned()), value: RwSignal::new(value.to_owned()) }
    }
}

/// Up to three named rates.
pub(super) fn read_rates(pairs: RwSignal<Vec<Pair>>) -> Vec<TaxRate> {
    pairs.with(|pairs| {
        pairs
            .iter()
            .map(|pair| TaxRate {
                name: pair.name.get().trim().to_owned(),
                rate: shared::money::parse_decimal(&pair.value.get()).unwrap_or(Decimal::NEGATIVE_ONE),
            })
            .collect()
    })
}

pub(super) fn rate_pairs(rates: &[TaxRate]) -> RwSignal<Vec<Pair>> {
    RwSignal::new(
        rates.iter().map(|rate| Pair::new(&rate.name, &rate.rate.normalize().to_string())).collect(),
    )
}

/// A home company being edited.
#[derive(Clone, Copy)]
pub(super) struct CompanyForm {
    name: RwSignal<String>,
    address: AddressForm,
    email: RwSignal<String>,
    phone: RwSignal<String>,
    website: RwSignal<String>,
    currency: RwSignal<String>,
    pub(super) vat_id: RwSignal<String>,
    pub(super) tax_ids: RwSignal<Vec<Pair>>,
    pub(super) rates: RwSignal<Vec<Pair>>,
    bank: RwSignal<String>,
    iban: RwSignal<String>,
    bic: RwSignal<String>,
    account: RwSignal<String>,
    item_texts: [(Language, RwSignal<String>); LANGUAGES.len()],
    pay_to: RwSignal<String>,
    footer: RwSignal<String>,
    paper: RwSignal<String>,
    sender_name: RwSignal<String>,
    sender_email: RwSignal<String>,
    due_days: RwSignal<String>,
    embed_einvoice: RwSignal<bool>,
}

impl CompanyForm {
    pub(super) fn new(company: Option<&CompanyInput>) -> Self {
        let text =
            |pick: fn(&CompanyInput) -> &str| RwSignal::new(company.map(pick).unwrap_or_default().to_owned());
        let address = AddressForm::new(None);
        if let Some(company) = company {
            address.line1.set(company.line1.clone());
            address.line2.set(company.line2.clone());
            address.city.set(company.city.clone());
            address.postcode.set(company.postcode.clone());
            address.country.set(company.country.clone());
            address.region.set(company.region.clone().unwrap_or_default());
        }
        let pairs = |pairs: &[Labelled]| {
            pairs.iter().map(|pair| Pair::new(&pair.label, &pair.value)).collect::<Vec<_>>()
        };
        let item = |language: Language| {
            let text = company.and_then(|company| company.item_texts.get(&language));
            (language, RwSignal::new(text.map(|text| text.funds.clone()).unwrap_or_default()))
        };
        Self {
            name: text(|company| &company.name),
            address,
            email: text(|company| &company.email),
            phone: text(|company| &company.phone),
            website: text(|company| &company.website),
            currency: RwSignal::new(match company {
                Some(company) => company.currency.to_string(),
                None => currency_options().first().map(|(code, _)| code.clone()).unwrap_or_default(),
            }),
            vat_id: text(|company| &company.vat_id),
            tax_ids: RwSignal::new(company.map(|company| pairs(&company.tax_ids)).unwrap_or_default()),
            rates: rate_pairs(company.map(|company| company.fallback_rates.as_slice()).unwrap_or_default()),
            bank: text(|company| &company.bank.bank),
            iban: text(|company| &company.bank.iban),
            bic: text(|company| &company.bank.bic),
            account: text(|company| &company.bank.account),
            item_texts: LANGUAGES.map(item),
            pay_to: text(|company| &company.pay_to),
            footer: text(|company| &company.footer),
            paper: RwSignal::new(company.map_or(Paper::A4, |company| company.paper).to_string()),
            sender_name: text(|company| &company.sender_name),
            sender_email: text(|company| &company.sender_email),
            due_days: RwSignal::new(
                company.and_then(|company| company.due_days).map(|days| days.to_string()).unwrap_or_default(),
            ),
            embed_einvoice: RwSignal::new(company.is_some_and(|company| company.embed_einvoice)),
        }
    }

    /// The whole company as it stands in the fields.
    pub(super) fn read(self) -> CompanyInput {
        let trimmed = |signal: RwSignal<String>| signal.get().trim().to_owned();
        let address = self.address.read();
        CompanyInput {
            version: None,
            name: trimmed(self.name),
            line1: address.line1,
            line2: address.line2,
            city: address.city,
            postcode: address.postcode,
            country: address.country,
            region: address.region,
            email: trimmed(self.email),
            phone: trimmed(self.phone),
            website: trimmed(self.website),
            currency: self.currency.get().parse().unwrap_or(Currency::EUR),
            vat_id: trimmed(self.vat_id),
            tax_ids: self.tax_ids.with(|pairs| {
                pairs
                    .iter()
                    .map(|pair| Labelled { label: trimmed(pair.name), value: trimmed(pair.value) })
                    .collect()
            }),
            fallback_rates: read_rates(self.rates),
            bank: BankAccount {
                bank: trimmed(self.bank),
                iban: trimmed(self.iban),
                bic: trimmed(self.bic),
                account: trimmed(self.account),
            },
            item_texts: self
                .item_texts
                .iter()
                .map(|(language, text)| (*language, trimmed(*text)))
                .filter(|(_, text)| !text.is_empty())
                .map(|(language, funds)| (language, ItemTexts { funds }))
                .collect(),
            pay_to: trimmed(self.pay_to),
            footer: trimmed(self.footer),
            paper: self.paper.get().parse().unwrap_or(Paper::A4),
            sender_name: trimmed(self.sender_name),
            sender_email: trimmed(self.sender_email),
            due_days: self.due_days.get().parse().ok(),
            embed_einvoice: self.embed_einvoice.get(),
        }
    }
}

/// Name, address, contacts, currency.
#[component]
pub(super) fn GeneralFields(form: CompanyForm) -> impl IntoView {
    view! {
        <div class="form-grid">
            <TextField name="name" label=t().name value=form.name required=true wide=true max_length=200 />
            <AddressFields form=form.address prefix="" />
            <TextField name="email" label=t().email value=form.email kind="email" max_length=254 />
            <TextField name="phone" label=t().phone value=form.phone kind="tel" max_length=50 />
            <TextField name="website" label=ta().website value=form.website kind="url" max_length=200 />
            <SelectField name="currency" label=t().currency value=form.currency options=currency_options() />
            <TextField name="sender_name" label=ta().sender_name value=form.sender_name max_length=100 />
            <TextField name="sender_email" label=ta().sender_email value=form.sender_email kind="email" max_length=254 />
        </div>
    }
}

/// Tax ids and the rates that hold when no rule matches.
#[component]
pub(super) fn TaxFields(form: CompanyForm) -> impl IntoView {
    view! {
        <div class="stack-y">
            <TextField name="vat_id" label=ta().eu_vat_id value=form.vat_id max_length=20 />
            <Pairs title=ta().tax_ids prefix="tax_ids" first="label" second="value" pairs=form.tax_ids most=10 />
            <Rates title=ta().fallback_rates prefix="fallback_rates" pairs=form.rates />
        </div>
    }
}

/// What stands on documents: bank, texts, footer, paper, days until due.
#[component]
pub(super) fn InvoiceFields(form: CompanyForm) -> impl IntoView {
    let papers = Paper::ALL
        .iter()
        .map(|paper| (paper.to_string(), paper.to_string().to_uppercase()))
        .collect::<Vec<_>>();
    view! {
        <div class="form-grid">
            <TextField name="bank.bank" label=ta().bank value=form.bank max_length=100 />
            <TextField name="bank.bic" label="BIC" value=form.bic max_length=11 mono=true />
            <TextField name="bank.iban" label="IBAN" value=form.iban max_length=42 mono=true />
            <TextField name="bank.account" label=ta().bank_account value=form.account max_length=50 mono=true />
            {form
                .item_texts
                .map(|(language, text)| {
                    view! {
                        <TextField
                            name=format!("item_texts.{language}.funds")
                            label=format!("{} · {}", ta().item_text, native_name(language))
                            help="{YEAR} {MONTH} {DAY}"
                            value=text
                            wide=true
                            max_length=300
                        />
                    }
                })}
            <TextArea name="pay_to" label=ta().pay_to value=form.pay_to rows=3 max_length=1000 />
            <TextArea name="footer" label=ta().footer value=form.footer rows=2 max_length=500 />
            <SelectField name="paper" label=ta().paper value=form.paper options=papers />
            <NumberField name="due_days" label=ta().due_days value=form.due_days help=ta().empty_is_setting />
            <SwitchField
                name="embed_einvoice"
                label=ta().embed_einvoice
                help=ta().embed_einvoice_help
                value=form.embed_einvoice
            />
        </div>
    }
}

/// Named values of a list that grows and shrinks.
#[component]
pub(super) fn Pairs(
    title: &'static str,
    prefix: &'static str,
    first: &'static str,
    second: &'static str,
    pairs: RwSignal<Vec<Pair>>,
    most: usize,
    #[prop(optional)] numbers: bool,
) -> impl IntoView {
    let rows = move || {
        pairs
            .get()
            .into_iter()
            .enumerate()
            .map(|(index, pair)| {
                let value_name = format!("{prefix}.{index}.{second}");
                view! {
                    <div class="flex items-end gap-3">
                        <div class="flex-1">
                            <TextField
                                name=format!("{prefix}.{index}.{first}")
                                label=t().name
                                value=pair.name
                                max_length=50
                            />
                        </div>
                        <div class="flex-1">
                            {if numbers {
                                view! {
                                    <NumberField name=value_name label=ta().rate value=pair.value unit="%" decimals=3 />
                                }
                                    .into_any()
                            } else {
                                view! { <TextField name=value_name label=ta().value value=pair.value max_length=100 /> }
                                    .into_any()
                            }}
                        </div>
                        <Remove rows=pairs index />
                    </div>
                }
            })
            .collect_view()
    };
    view! {
        <fieldset class="wide grid gap-3">
            <legend class="field-label mb-2">{title}</legend>
            {rows}
            <div>
                <Button
                    text=t().add
                    icon=lu::LuPlus
                    class="btn-sm"
                    disabled=Signal::derive(move || pairs.with(Vec::len) >= most)
                    on_click=Callback::new(move |()| pairs.update(|pairs| pairs.push(Pair::new("", ""))))
                />
            </div>
        </fieldset>
    }
}

/// Up to three named rates in per cent.
#[component]
pub(super) fn Rates(title: &'static str, prefix: &'static str, pairs: RwSignal<Vec<Pair>>) -> impl IntoView {
    view! { <Pairs title prefix first="name" second="rate" pairs most=3 numbers=true /> }
}
