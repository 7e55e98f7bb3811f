//! `/admin/tax-rules`: read from top to bottom, the first match wins. Drag to reorder; a tester at the side.

use leptos::prelude::*;
use leptos_meta::Title;
use shared::billing::tax::{TaxRule, TaxRuleMove, TaxTest, UnreachableWhy};
use shared::{Permission, TaxRuleId};
use ui::{
    Badge, Button, Card, Confirm, Dialog, EmptyState, Form, FormErrors, Icon, Menu, MenuButton, PageHead,
    SelectField, TableWrap, TextField, Tone, lu, not_typed, settled, toast_ok,
};

use super::tax_preset::Preset;
use super::tax_rule_form::RuleForm;
use crate::i18n::{t, ta};
use crate::parts::rows::begin_drag;
use crate::parts::sheet::TaxWhy;
use crate::parts::{DeleteItem, Loaded, WouldHappen, submit, submit_with};
use crate::query::{Query, use_query};
use crate::session::may;
use crate::{api, format};

/// The rules, the tester, and presets to add.
#[component]
pub fn TaxRulesPage() -> impl IntoView {
    let rules = use_query(|| (), |()| api::billing::tax_rules());
    let edited = RwSignal::new(None::<Option<TaxRule>>);
    let preset_open = RwSignal::new(false);
    let acts = move || {
        may(Permission::TaxesEdit).then(|| {
            view! {
                <Button text=ta().add_preset on_click=Callback::new(move |()| preset_open.set(true)) />
                <Button
                    text=ta().add_rule
                    icon=lu::LuPlus
                    class="btn-primary"
                    on_click=Callback::new(move |()| edited.set(Some(None)))
                />
            }
        })
    };
    view! {
        <Title text=ta().tax_rules />
        <PageHead title=ta().tax_rules text=ta().tax_rules_text>
            {acts()}
        </PageHead>
        <div class="grid-2">
            <Card flush=true>
                <Loaded query=rules rows=10 let:list>
                    {if list.is_empty() {
                        view! {
                            <EmptyState icon=lu::LuPercent title=ta().no_rules text=ta().no_rules_text>
                                {acts()}
                            </EmptyState>
                        }
                            .into_any()
                    } else {
                        view! { <Rules list rules edited /> }.into_any()
                    }}
                </Loaded>
            </Card>
            <Tester />
        </div>
        <Dialog open=edited title=ta().tax_rule class="dialog-wide">
            {move || edited.get().map(|rule| view! { <RuleForm rule rules open=edited.into() /> })}
        </Dialog>
        <Dialog open=preset_open title=ta().add_preset>
            <Preset rules open=preset_open />
        </Dialog>
    }
}

#[component]
fn Rules(
    list: Vec<TaxRule>,
    rules: Query<Vec<TaxRule>>,
    edited: RwSignal<Option<Option<TaxRule>>>,
) -> impl IntoView {
    let dragged = RwSignal::new(None::<(TaxRuleId, u32)>);
    let over = RwSignal::new(None::<u32>);
    // What is asked about: a rule and its new place.
    let target = RwSignal::new(None::<(TaxRuleId, u32)>);
    let nowhere = (TaxRuleId(uuid::Uuid::nil()), 0);
    let read = StoredValue::new(list.iter().map(|rule| rule.id).collect::<Vec<_>>());
    let wanted = move || {
        let (id, position) = target.get_untracked().unwrap_or(nowhere);
        (id, TaxRuleMove { position, read: read.get_value() })
    };
    let moving = submit_with(
        move || {
            let (id, body) = wanted();
            api::billing::move_tax_rule(id, &body)
        },
        move |_| {
            target.set(None);
            rules.refetch();
        },
    );
    let move_to = Callback::new(move |to: (TaxRuleId, u32)| target.set(Some(to)));
    let last = u32::try_from(list.len()).unwrap_or(u32::MAX);
    view! {
        <TableWrap label=ta().tax_rules>
            <table class="table">
                <thead>
                    <tr>
                        <th>"#"</th>
                        <th>{ta().applies_to}</th>
                        <th>{ta().classes}</th>
                        <th>{ta().rates}</th>
                        <th>{ta().valid}</th>
                        <th>
                            <span class="sr-only">{t().actions}</span>
                        </th>
                    </tr>
                </thead>
                <tbody>
                    {list
                        .into_iter()
                        .map(|rule| view! { <RuleRow rule last dragged over move_to rules edited /> })
                        .collect_view()}
                </tbody>
            </table>
        </TableWrap>
        <Confirm
            open=target
            title=ta().move_rule
            text=ta().move_rule_text
            action=ta().move_rule
            danger=false
            busy=moving.busy
            on_confirm=moving.run
        >
            <WouldHappen ask=move || {
                let (id, body) = wanted();
                api::billing::rehearse_move_tax_rule(id, &body)
            } />
        </Confirm>
    }
}

/// Where a rule goes that is dropped before the one at `position`: that one moves up when the rule stood above it.
const fn before(position: u32, from: u32) -> u32 {
    if from < position { position - 1 } else { position }
}

fn why_unreachable(rule: &TaxRule) -> Option<&'static str> {
    rule.unreachable.as_ref().map(|unreachable| match unreachable.why {
        UnreachableWhy::NoClass => ta().unreachable_class,
        UnreachableWhy::NoDay => ta().unreachable_day,
        UnreachableWhy::Shadowed => ta().unreachable_shadowed,
    })
}

#[component]
fn RuleRow(
    rule: TaxRule,
    last: u32,
    dragged: RwSignal<Option<(TaxRuleId, u32)>>,
    over: RwSignal<Option<u32>>,
    move_to: Callback<(TaxRuleId, u32)>,
    rules: Query<Vec<TaxRule>>,
    edited: RwSignal<Option<Option<TaxRule>>>,
) -> impl IntoView {
    let (id, position) = (rule.id, rule.position);
    let delete_open = RwSignal::new(false);
    let delete = submit_with(
        move || api::billing::delete_tax_rule(id),
        move |_| {
            delete_open.set(false);
            rules.refetch();
            toast_ok(t().deleted);
        },
    );
    let input = rule.rule.clone();
    let named = input.region.as_deref().or(input.country.as_deref());
    let type_name = named.unwrap_or(ta().everywhere).to_owned();
    let place = match (&input.country, &input.region) {
        (Some(country), Some(region)) => format!("{country} · {region}"),
        (Some(country), None) => country.clone(),
        _ => ta().everywhere.to_owned(),
    };
    let classes: Vec<&str> = [
        (input.for_private, ta().class_private),
        (input.for_company, ta().class_company),
        (input.for_taxed_company, ta().class_taxed),
    ]
    .into_iter()
    .filter_map(|(on, text)| on.then_some(text))
    .collect();
    let classes = if classes.len() == 3 { t().all.to_owned() } else { classes.join(", ") };
    let rates: Vec<String> =
        input.rates.iter().map(|rate| format!("{} {} %", rate.name, rate.rate.normalize())).collect();
    let rates = if rates.is_empty() { ta().no_tax.to_owned() } else { rates.join(" + ") };
    let valid: Vec<String> = [
        input.valid_from.map(|day| format!("{} {}", t().from.to_lowercase(), format::day(day))),
        input.valid_to.map(|day| format!("{} {}", t().to.to_lowercase(), format::day(day))),
    ]
    .into_iter()
    .flatten()
    .collect();
    let unreachable = why_unreachable(&rule);
    let editable = may(Permission::TaxesEdit);
    let company = rule.company_name.clone();
    let stored = StoredValue::new(rule);
    view! {
        <tr
            class:drop-before=move || over.get() == Some(position) && dragged.get().is_some()
            class:opacity-60=unreachable.is_some()
            on:dragover=move |event| {
                event.prevent_default();
                over.set(Some(position));
            }
            on:drop=move |event| {
                event.prevent_default();
                if let Some((moved, from)) = dragged.get_untracked() {
                    let to = before(position, from);
                    if to != from {
                        move_to.run((moved, to));
                    }
                }
                dragged.set(None);
                over.set(None);
            }
        >
            <td>
                <div class="flex items-center gap-2">
                    {editable
                        .then(|| {
                            view! {
                                <span
                                    class="drag-handle"
                                    draggable="true"
                                    title=ta().drag_to_reorder
                                    on:dragstart=move |event| {
                                        begin_drag(&event);
                                        dragged.set(Some((id, position)));
                                    }
                                    on:dragend=move |_| {
                                        dragged.set(None);
                                        over.set(None);
                                    }
                                >
                                    <Icon icon=lu::LuGripVertical />
                                </span>
                            }
                        })}
                    <span class="num">{position}</span>
                </div>
            </td>
            <td>
                <span class="strong">{place}</span>
                <small class="sub">{company.unwrap_or_else(|| ta().all_companies.to_owned())}</small>
                {unreachable.map(|why| view! { <Badge text=why tone=Tone::Warn /> })}
            </td>
            <td>{classes}</td>
            <td>
                <span class="strong">{rates}</span>
                {(!input.note.is_empty()).then(|| view! { <small class="sub">{input.note.clone()}</small> })}
            </td>
            <td>{valid.join(" ")}</td>
            <td class="end">
                {editable
                    .then(|| {
                        view! {
                            <Menu label=t().actions>
                                <MenuButton
                                    text=t().edit
                                    icon=lu::LuPencil
                                    on_click=Callback::new(move |()| edited.set(Some(Some(stored.get_value()))))
                                />
                                {(position > 1)
                                    .then(|| {
                                        view! {
                                            <MenuButton
                                                text=ta().move_up
                                                icon=lu::LuArrowUp
                                                on_click=Callback::new(move |()| move_to.run((id, position - 1)))
                                            />
                                        }
                                    })}
                                {(position < last)
                                    .then(|| {
                                        view! {
                                            <MenuButton
                                                text=ta().move_down
                                                icon=lu::LuArrowDown
                                                on_click=Callback::new(move |()| move_to.run((id, position + 1)))
                                            />
                                        }
                                    })}
                                <DeleteItem open=delete_open />
                            </Menu>
                        }
                    })}
                <Confirm
                    open=delete_open
                    title=t().delete
                    text=ta().delete_rule_text
                    action=t().delete
                    busy=delete.busy
                    type_name
                    on_confirm=delete.run
                >
                    <WouldHappen ask=move || api::billing::rehearse_delete_tax_rule(id) />
                </Confirm>
            </td>
        </tr>
    }
}

/// "This client, that day: rule 4, because …".
#[component]
fn Tester() -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let client = RwSignal::new(String::new());
    let on = RwSignal::new(String::new());
    let asked = settled(move || typed.get());
    let found = use_query(
        move || asked.get(),
        |typed| async move {
            let query =
                ui::list::encode(&[("search".to_owned(), typed), ("per_page".to_owned(), "20".to_owned())]);
            Ok(api::people::clients(query).await?.items)
        },
    );
    let options = Signal::derive(move || {
        found.data().with(|clients| {
            let clients = clients.iter().flatten();
            clients
                .map(|client| {
                    (
                        client.id.to_string(),
                        format!("{} · {}", client.name, client.country.clone().unwrap_or_default()),
                    )
                })
                .collect::<Vec<_>>()
        })
    });
    // Only a client who is seen in the list is chosen.
    let is_found = move || client.with(|client| options.with(|all| all.iter().any(|(id, _)| id == client)));
    // What is asked, and what was answered to what.
    let question = move || (client.get(), on.get());
    let put = StoredValue::new((String::new(), String::new()));
    let answer = RwSignal::new(None);
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || {
            put.set_value(untrack(question));
            let body = TaxTest {
                client_id: client.get_untracked().parse().unwrap_or(shared::ClientId(uuid::Uuid::nil())),
                company_id: None,
                on: on.get_untracked().parse().ok(),
            };
            api::billing::test_tax(&body)
        },
        move |decision| answer.set(Some((put.get_value(), decision))),
    );
    view! {
        <Card title=ta().tester text=ta().tester_text>
            <Form errors on_submit=send.run>
                // It only looks: nothing is lost when the page is left.
                <div class="grid gap-4" on:input=move |event| not_typed(&event)>
                    <TextField name="search" label=t().search value=typed kind="search" max_length=200 />
                    <SelectField name="client_id" label=ta().client value=client options />
                    <TextField name="on" label=t().date value=on kind="date" help=ta().empty_is_today />
                    <Button
                        text=ta().test
                        class="btn-primary"
                        submit=true
                        busy=send.busy
                        disabled=Signal::derive(move || !is_found())
                    />
                </div>
            </Form>
            {move || {
                answer
                    .get()
                    .filter(|(asked, _)| *asked == question())
                    .map(|(_, decision)| view! { <div class="mt-5 border-t border-line pt-4"><TaxWhy decision /></div> })
            }}
        </Card>
    }
}

#[cfg(test)]
mod tests {
    use super::before;

    #[test]
    fn a_rule_lands_where_the_line_was_drawn() {
        assert_eq!(before(2, 5), 2);
        assert_eq!(before(5, 2), 4);
        assert_eq!(before(3, 2), 2);
    }
}
