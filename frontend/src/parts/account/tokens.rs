//! API tokens: the list (staff see a client's as well), a new one whose secret is shown once, revoking.

use leptos::prelude::*;
use shared::Page;
use shared::identity::{NewToken, TokenCreated, TokenSummary};
use ui::{
    Button, CheckList, Column, Confirm, CopyId, Dialog, EmptyState, Form, FormErrors, ListState, Note,
    PageHead, SelectField, TextArea, TextField, Tone, lu, toast_ok, use_list,
};

use crate::api;
use crate::format;
use crate::i18n::{fill, t, tp};
use crate::parts::{DataTable, Loaded, submit, submit_with};
use crate::query::{Query, use_query};

/// The tokens at `base`: `/admin/me/tokens`, or `/clients/{id}/tokens`.
#[component]
pub fn Tokens(
    #[prop(into)] base: String,
    title: &'static str,
    /// Between the head and the list.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let words = &tp().token;
    let base = StoredValue::new(base);
    let list = use_list("-created_at");
    let rows = use_query(
        move || list.api_query(),
        move |query: String| api::account::tokens(&base.get_value(), &query),
    );
    let open = RwSignal::new(false);
    let created = RwSignal::new(None::<TokenCreated>);
    view! {
        <PageHead title text=words.text>
            <a class="btn" href="/api/docs/" target="_blank" rel="noopener">"API"</a>
            <Button
                text=words.new
                icon=lu::LuPlus
                class="btn-primary"
                on_click=Callback::new(move |()| {
                    created.set(None);
                    open.set(true);
                })
            />
        </PageHead>
        {children.map(|children| children())}
        <TokenTable base list rows />
        <Dialog open title=words.new class="dialog-wide">
            {move || match created.get() {
                Some(created) => view! { <Created created open /> }.into_any(),
                None => {
                    view! {
                        <Creating base done=Callback::new(move |token| {
                            created.set(Some(token));
                            rows.refetch();
                        }) />
                    }
                        .into_any()
                }
            }}
        </Dialog>
    }
}

/// The tokens that hold, and revoking one.
#[component]
pub fn TokenTable(
    base: StoredValue<String>,
    list: ListState,
    rows: Query<Page<TokenSummary>>,
    /// Whose each is.
    #[prop(optional)]
    owners: bool,
    #[prop(default = true)] revocable: bool,
) -> impl IntoView {
    let words = &tp().token;
    let revoking = RwSignal::new(None::<TokenSummary>);
    let asking = RwSignal::new(false);
    let revoke = submit_with(
        move || async move {
            match revoking.get_untracked() {
                Some(token) => api::account::revoke_token(&base.get_value(), token.id).await.map(|_| ()),
                None => Ok(()),
            }
        },
        move |()| {
            asking.set(false);
            toast_ok(words.revoked);
            rows.refetch();
        },
    );
    let mut columns = vec![
        Column::new("name", words.name, |row: &TokenSummary| {
            view! {
                <div>{row.name.clone()}</div>
                <div class="sub mono">{row.prefix.clone()} "…"</div>
            }
        })
        .sorted_by("name"),
        Column::new("scopes", words.scopes, |row: &TokenSummary| {
            view! { <span class="mono whitespace-normal">{row.scopes.join(", ")}</span> }
        }),
        Column::new("networks", words.networks, |row: &TokenSummary| row.networks.join(", ")).hidden(),
        Column::new("expires", words.expires, |row: &TokenSummary| {
            row.expires_at.map(format::date).unwrap_or_else(|| tp().token.expires_never.to_owned())
        })
        .sorted_by("expires_at"),
        Column::new("used", words.used, |row: &TokenSummary| {
            let at = row.last_used_at.map(format::date_time).unwrap_or_else(|| t().never.to_owned());
            view! {
                <div>{at}</div>
                <div class="sub num">{row.last_used_ip.clone()}</div>
            }
        })
        .sorted_by("last_used_at"),
    ];
    if owners {
        columns.insert(1, Column::new("owner", words.owner, |row: &TokenSummary| row.owner.clone()));
    }
    if revocable {
        let act = Column::new("actions", "", move |row: &TokenSummary| {
            let row = row.clone();
            view! {
                <Button
                    text=tp().token.revoke
                    class="btn-sm btn-danger"
                    on_click=Callback::new(move |()| {
                        revoking.set(Some(row.clone()));
                        asking.set(true);
                    })
                />
            }
        });
        columns.push(act.end());
    }
    let name = Signal::derive(move || revoking.get().map(|token| token.name).unwrap_or_default());
    view! {
        <DataTable
            query=rows
            list
            columns
            label=words.title
            empty=ViewFn::from(|| {
                view! { <EmptyState icon=lu::LuKeyRound title=tp().token.empty text=tp().token.empty_hint /> }
            })
        />
        <Confirm
            open=asking
            title=move || fill(words.revoke_title, &[("name", &name.get())])
            text=words.revoke_text
            action=words.revoke
            busy=revoke.busy
            on_confirm=revoke.run
        />
    }
}

/// The secret, shown only now.
#[component]
fn Created(created: TokenCreated, open: RwSignal<bool>) -> impl IntoView {
    let words = &tp().token;
    view! {
        <Note tone=Tone::Ok>{words.created_text}</Note>
        <div class="rounded bg-sunken border border-line px-4 py-3 overflow-x-auto">
            <CopyId id=created.secret />
        </div>
        <div class="form-bar">
            <Button text=ui::words().close class="btn-primary" on_click=Callback::new(move |()| open.set(false)) />
        </div>
    }
}

#[component]
fn Creating(base: StoredValue<String>, done: Callback<TokenCreated>) -> impl IntoView {
    let scopes = use_query(move || base.get_value(), |base: String| api::account::token_scopes(&base));
    view! {
        <Loaded query=scopes rows=5 let:scopes>
            <TokenForm base scopes=scopes.scopes done />
        </Loaded>
    }
}

/// Choices of how long a token holds, in days.
const DAYS: [i64; 4] = [7, 30, 90, 365];

#[component]
fn TokenForm(base: StoredValue<String>, scopes: Vec<String>, done: Callback<TokenCreated>) -> impl IntoView {
    let words = &tp().token;
    let (name, networks) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let expires = RwSignal::new("90".to_owned());
    let chosen = RwSignal::new(Vec::<String>::new());
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || {
            let days = expires.get_untracked().parse::<i64>().ok();
            let token = NewToken {
                name: name.get_untracked().trim().to_owned(),
                scopes: chosen.get_untracked(),
                networks: networks.get_untracked().split_whitespace().map(str::to_owned).collect(),
                service: None,
                expires_at: days.and_then(|days| {
                    jiff::Timestamp::from_second(format::now_seconds() + days * 86_400).ok()
                }),
            };
            api::account::create_token(&base.get_value(), &token)
        },
        move |token| done.run(token),
    );
    let mut options: Vec<(String, String)> = DAYS
        .iter()
        .map(|days| {
            let text = if *days == 365 {
                words.year.to_owned()
            } else {
                fill(words.days, &[("n", &days.to_string())])
            };
            (days.to_string(), text)
        })
        .collect();
    options.push(("never".to_owned(), words.expires_never.to_owned()));
    view! {
        <Form errors on_submit=send.run>
            <div class="form-grid">
                <TextField name="name" label=words.name value=name help=words.name_help required=true max_length=100 autofocus=true />
                <SelectField name="expires_at" label=words.expires value=expires options=Signal::stored(options) />
                <CheckList
                    name="scopes"
                    label=words.scopes
                    chosen
                    options=scopes
                        .into_iter()
                        .map(|scope| (scope.clone(), view! { <span class="mono">{scope}</span> }.into_any()))
                        .collect()
                />
                <TextArea name="networks" label=words.networks value=networks help=words.networks_help rows=3 mono=true />
            </div>
            <div class="form-bar">
                <Button
                    text=words.create
                    class="btn-primary"
                    submit=true
                    busy=send.busy
                    disabled=Signal::derive(move || chosen.with(Vec::is_empty))
                />
            </div>
        </Form>
    }
}
