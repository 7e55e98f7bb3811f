//! The ledger of a range of days as a file.

use leptos::prelude::*;
use shared::billing::ledger::ExportFormat;
use ui::{Button, Icon, SelectField, TextField, lu};

use crate::api;
use crate::i18n::{t, td};
use crate::parts::range::instant;

/// Asks for days and format; the file is downloaded by a link.
#[component]
pub(super) fn LedgerExport(open: RwSignal<bool>) -> impl IntoView {
    let words = &td().ledger;
    let (from, to) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let format = RwSignal::new(ExportFormat::Csv.to_string());
    let formats = vec![
        (ExportFormat::Csv.to_string(), words.csv.to_owned()),
        (ExportFormat::Beancount.to_string(), words.beancount.to_owned()),
    ];
    let href = move || {
        let (first, last) = (instant(&from.get(), false)?, instant(&to.get(), true)?);
        (first < last).then(|| api::billing::ledger_export(&format.get(), &first, &last))
    };
    let file = move || if format.with(|format| format == "csv") { "ledger.csv" } else { "ledger.beancount" };
    view! {
        <div class="grid gap-5">
            <p class="text-ink-2">{words.export_text}</p>
            <div class="form-grid">
                <TextField name="from" label=t().from value=from kind="date" required=true />
                <TextField name="to" label=t().to value=to kind="date" required=true />
                <SelectField name="format" label=words.format value=format options=formats wide=true />
            </div>
            <div class="form-bar">
                <Button text=t().cancel on_click=Callback::new(move |()| open.set(false)) />
                {move || match href() {
                    Some(href) => {
                        view! {
                            <a class="btn btn-primary" href=href download=file() rel="external" on:click=move |_| open.set(false)>
                                <Icon icon=lu::LuDownload />
                                {words.download}
                            </a>
                        }
                            .into_any()
                    }
                    None => view! { <span class="sub">{words.days}</span> }.into_any(),
                }}
            </div>
        </div>
    }
}
