//! API tokens: the list, a new one whose secret is shown once, revoking.

use leptos::prelude::*;
use shared::identity::{NewToken, TokenSummary};
use ui::{
    Button, Card, Confirm, CopyId, Dialog, EmptyState, Form, FormErrors, Note, TextArea, TextField, Tone,
    effect, lu, toast_ok,
};

use crate::i18n::{fill, t};
use crate::parts::{Loaded, submit, submit_with};
use crate::query::{Query, use_query};
use crate::{api, format};

/// Tokens below `base`: `/admin/me/tokens`, or `/clients/{id}/tokens`.
#[component]
pub fn Tokens(#[prop(into)] base: String) -> impl IntoView {
    let base = StoredValue::new(base);
    let tokens = use_query(move || base.get_value(), |base| async move { api::account::tokens(&base).await });
    let new_open = RwSignal::new(false);
    let secret = RwSignal::new(None::<String>);
    let secret_open = RwSignal::new(false);
    effect(move || secret_open.set(secret.with(Option::is_some)));
    effect(move || {
        if !secret_open.get() && secret.with_untracked(Option::is_some) {
            secret.set(None);
        }
    });
    view! {
        <Card
            title=t().api_tokens
            text=t().api_tokens_text
            flush=true
            tools=Box::new(move || {
                view! {
                    <Button
                        text=t().new_token
                        icon=lu::LuPlus
                        class="btn-sm btn-primary"
                        on_click=Callback::new(move |()| new_open.set(true))
                    />
                }
                    .into_any()
            })
        >
            <Loaded query=tokens rows=3 let:list>
                {if list.is_empty() {
                    view! { <EmptyState icon=lu::LuKey title=t().no_tokens /> }.into_any()
                } else {
                    view! {
                        <div class="table-wrap">
                            <table class="table">
                                <thead>
                                    <tr>
                                        <th>{t().name}</th>
                                        <th>{t().scopes}</th>
                                        <th>{t().last_used}</th>
                                        <th>{t().expires_at}</th>
                                        <th></th>
                                    </tr>
                                </thead>
                                <tbody>
                                    {list.into_iter().map(|token| view! { <Row token base tokens /> }).collect_view()}
                                </tbody>
                            </table>
                        </div>
                    }
                        .into_any()
                }}
            </Loaded>
        </Card>
        <Dialog open=new_open title=t().new_token>
            <NewTokenForm base tokens open=new_open secret />
        </Dialog>
        <Dialog open=secret_open title=t().secret>
            <Note tone=Tone::Warn>{t().token_secret_text}</Note>
            <div class="json">
                {move || secret.get().map(|secret| view! { <CopyId id=secret /> })}
            </div>
        </Dialog>
    }
}

#[component]
fn Row(token: TokenSummary, base: StoredValue<String>, tokens: Query<Vec<TokenSummary>>) -> impl IntoView {
    let id = token.id;
    let open = RwSignal::new(false);
    let revoke = submit_with(
        move || async move { api::account::revoke_token(&base.get_value(), id).await },
        move |_| {
            open.set(false);
            tokens.refetch();
            toast_ok(t().done);
        },
    );
    let used = token.last_used_at.map_or_else(|| t().never.to_owned(), format::date_time);
    view! {
        <tr>
            <th scope="row">
                {token.name.clone()} <small class="sub mono">{token.prefix} "…"</small>
            </th>
            <td class="mono">{token.scopes.join(", ")}</td>
            <td>{used} <small class="sub">{token.last_used_ip}</small></td>
            <td>{token.expires_at.map_or_else(|| t().never.to_owned(), format::date_time)}</td>
            <td class="end">
                <Button text=t().revoke class="btn-sm btn-danger" on_click=Callback::new(move |()| open.set(true)) />
                <Confirm
                    open
                    title=t().revoke
                    text=fill(t().revoke_token_text, &[("name", &token.name)])
                    action=t().revoke
                    busy=revoke.busy
                    on_confirm=revoke.run
                />
            </td>
        </tr>
    }
}

#[component]
fn NewTokenForm(
    base: StoredValue<String>,
    tokens: Query<Vec<TokenSummary>>,
    open: RwSignal<bool>,
    secret: RwSignal<Option<String>>,
) -> impl IntoView {
    let scopes =
        use_query(move || base.get_value(), |base| async move { api::account::token_scopes(&base).await });
    let (name, networks, expires) =
        (RwSignal::new(String::new()), RwSignal::new(String::new()), RwSignal::new(String::new()));
    let chosen = RwSignal::new(Vec::<String>::new());
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || async move {
            let body = NewToken {
                name: name.get_untracked().trim().to_owned(),
                scopes: chosen.get_untracked(),
                networks: networks.get_untracked().split_whitespace().map(ToOwned::to_owned).collect(),
                service: None,
                expires_at: format!("{}T23:59:59Z", expires.get_untracked()).parse().ok(),
            };
            api::account::create_token(&base.get_value(), &body).await
        },
        move |created| {
            open.set(false);
            tokens.refetch();
            secret.set(Some(created.secret));
        },
    );
    view! {
        <Form errors on_submit=send.run>
            <TextField name="name" label=t().name value=name required=true max_length=100 autofocus=true />
            <fieldset>
                <legend class="field-label mb-2">{t().scopes}</legend>
                <Loaded query=scopes rows=3 let:all>
                    <div class="grid gap-2 grid-cols-2">
                        {all
                            .scopes
                            .into_iter()
                            .map(|scope| {
                                let (mine, set) = (scope.clone(), scope.clone());
                                view! {
                                    <label class="check">
                                        <input
                                            type="checkbox"
                                            prop:checked=move || chosen.with(|chosen| chosen.contains(&mine))
                                            on:change=move |event| {
                                                let on = event_target_checked(&event);
                                                chosen
                                                    .update(|chosen| {
                                                        chosen.retain(|other| *other != set);
                                                        if on {
                                                            chosen.push(set.clone());
                                                        }
                                                    });
                                            }
                                        />
                                        <span class="mono">{scope}</span>
                                    </label>
                                }
                            })
                            .collect_view()}
                    </div>
                </Loaded>
            </fieldset>
            <TextArea name="networks" label=t().networks help=t().networks_help value=networks rows=2 mono=true />
            <TextField name="expires_at" label=t().expires_at value=expires kind="date" />
            <div class="form-bar">
                <Button text=t().create class="btn-primary" submit=true busy=send.busy />
            </div>
        </Form>
    }
}
