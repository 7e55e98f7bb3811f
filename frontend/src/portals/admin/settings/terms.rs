//! `/admin/terms`: published versions of the terms of service, and publishing the next.

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos_meta::Title;
use shared::settings::{NewTerms, TermsVersion};
use shared::{Language, Page, Permission};
use ui::{
    Button, Column, Dialog, EmptyState, Form, FormErrors, Note, PageHead, Segment, TextArea, Tone, lu,
    toast_ok, use_list,
};

use crate::i18n::{self, fill, native_name, t, td};
use crate::parts::{DataTable, submit};
use crate::query::{Query, use_query};
use crate::session::may;
use crate::{api, format};

fn columns() -> Vec<Column<TermsVersion>> {
    let words = &td().terms;
    vec![
        Column::new("version", words.version, |terms: &TermsVersion| {
            let href = format!("/terms?version={}", terms.version);
            view! { <a class="row-link" href=href target="_blank" rel="external noopener">{terms.version}</a> }
        })
        .sorted_by("version"),
        Column::new("published_at", words.published, |terms: &TermsVersion| format::date_time(terms.published_at))
            .sorted_by("published_at"),
        Column::new("published_by", words.by, |terms: &TermsVersion| terms.published_by.clone()),
        Column::new("languages", t().language, |terms: &TermsVersion| {
            terms.texts.keys().map(|language| native_name(*language)).collect::<Vec<_>>().join(", ")
        }),
        Column::new("orders", words.orders, |terms: &TermsVersion| format::count(terms.orders)).end().sorted_by("orders"),
    ]
}

/// The terms of service.
#[component]
pub fn TermsPage() -> impl IntoView {
    let words = &td().terms;
    let list = use_list("-version");
    let versions = use_query(move || list.api_query(), api::settings::terms);
    let open = RwSignal::new(false);
    let publish = move || {
        may(Permission::SettingsEdit).then(|| {
            view! {
                <Button
                    text=words.publish
                    icon=lu::LuPlus
                    class="btn-primary"
                    on_click=Callback::new(move |()| open.set(true))
                />
            }
        })
    };
    view! {
        <Title text=words.title />
        <PageHead title=words.title text=words.text>{publish()}</PageHead>
        <DataTable
            query=versions
            list
            columns=columns()
            label=words.title
            empty=move || view! { <EmptyState icon=lu::LuScrollText title=words.none text=words.text>{publish()}</EmptyState> }
        />
        <Dialog open title=words.publish class="dialog-wide">
            {move || open.get().then(|| view! { <TermsForm versions open /> })}
        </Dialog>
    }
}

/// The next version, begun from the newest.
#[component]
fn TermsForm(versions: Query<Page<TermsVersion>>, open: RwSignal<bool>) -> impl IntoView {
    let words = &td().terms;
    let newest = versions.data().with_untracked(|page| {
        page.as_ref().and_then(|page| page.items.iter().max_by_key(|terms| terms.version).cloned())
    });
    let texts = Language::ALL
        .iter()
        .map(|language| {
            let text = newest.as_ref().and_then(|newest| newest.texts.get(language).cloned());
            (*language, RwSignal::new(text.unwrap_or_default()))
        })
        .collect::<Vec<_>>();
    let chosen = RwSignal::new(i18n::language().to_string());
    let languages =
        texts.iter().map(|(language, _)| (language.to_string(), native_name(*language).to_owned())).collect();
    let fields = texts.clone();
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || {
            let written: BTreeMap<Language, String> = texts
                .iter()
                .map(|(language, text)| (*language, text.get_untracked()))
                .filter(|(_, text)| !text.trim().is_empty())
                .collect();
            api::settings::publish_terms(&NewTerms { texts: written })
        },
        move |published: TermsVersion| {
            open.set(false);
            versions.refetch();
            toast_ok(fill(words.done, &[("version", &published.version.to_string())]));
        },
    );
    view! {
        <Form errors on_submit=send.run>
            <Note tone=Tone::Info>{words.note}</Note>
            <Segment label=t().language value=chosen options=languages on_change=move |language: String| chosen.set(language) />
            {fields
                .into_iter()
                .map(|(language, text)| {
                    view! {
                        <div hidden=move || chosen.with(|chosen| chosen != language.as_str())>
                            <TextArea
                                name=format!("texts.{language}")
                                label=fill(words.in_language, &[("language", native_name(language))])
                                help=words.markdown
                                value=text
                                rows=14
                                max_length=100_000
                            />
                        </div>
                    }
                })
                .collect_view()}
            <div class="form-bar">
                <Button text=t().cancel on_click=Callback::new(move |()| open.set(false)) />
                <Button text=words.publish class="btn-primary" submit=true busy=send.busy />
            </div>
        </Form>
    }
}
