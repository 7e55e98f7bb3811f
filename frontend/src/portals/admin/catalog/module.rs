//! `/admin/modules/:key`: one module: whether it is active, how it is configured, what uses it.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use serde_json::{Map, Value};
use shared::Permission;
use shared::catalog::{
    ModuleConfiguration, ModuleDetail, ModuleInfo, ModuleKind, ModuleSchedule, ModuleStatus, ModuleTest,
    text_in,
};
use ui::{
    Breadcrumbs, Button, Card, Confirm, Crumb, Facts, Form, FormErrors, Note, Tone, lu, toast_bad, toast_ok,
};

use super::module_settings::schema_fields;
use crate::i18n::{self, fill, t, ta, td};
use crate::parts::{Arrived, Loaded, Part, StateBadge, submit, submit_with};
use crate::portals::admin::monitoring::{History, queue_word};
use crate::query::{Query, use_query};
use crate::session::may;
use crate::{api, format};

/// The page of a module.
#[component]
pub fn ModulePage() -> impl IntoView {
    let params = use_params_map();
    let key = Memo::new(move |_| params.with(|params| params.get("key")).unwrap_or_default());
    move || {
        let key = key.get();
        let module = use_query(move || key.clone(), api::catalog::module);
        view! {
            <Arrived query=module rows=8>
                <Loaded query=module let:detail>
                    <Head detail module />
                </Loaded>
                <div class="grid-2">
                    <Part query=module pick=configured let:before>
                        <Configuration before module />
                    </Part>
                    <Loaded query=module let:detail>
                        <About detail />
                    </Loaded>
                </div>
                <Part query=module pick=|detail: &ModuleDetail| detail.id let:id>
                    {id.map(|id| view! { <div class="mt-5"><History subject=id /></div> })}
                </Part>
            </Arrived>
        }
    }
}

/// What the form begins with: the schema and the values.
fn configured(detail: &ModuleDetail) -> (Value, Map<String, Value>) {
    (detail.module.info.configuration_schema.clone(), detail.configuration.clone())
}

/// Key and version, as they are now.
fn present(module: Query<ModuleDetail>) -> (String, i32) {
    let read = |detail: &ModuleDetail| (detail.module.info.key.clone(), detail.version);
    module.data().with_untracked(|detail| detail.as_ref().map(read)).unwrap_or_default()
}

#[component]
fn Head(detail: ModuleDetail, module: Query<ModuleDetail>) -> impl IntoView {
    let words = &td().modules;
    let name = detail.module.info.name.clone();
    let is_active = detail.module.status != ModuleStatus::Inactive;
    let leaving = RwSignal::new(false);
    let switch = move |act: &'static str, said: &'static str| {
        submit_with(
            move || {
                let (key, version) = present(module);
                api::catalog::switch_module(&key, act, version)
            },
            move |detail: ModuleDetail| {
                leaving.set(false);
                module.put(detail);
                toast_ok(said);
            },
        )
    };
    let activate = switch("activate", words.activated);
    let deactivate = switch("deactivate", words.deactivated);
    let test = submit_with(
        move || {
            let (key, _) = present(module);
            api::catalog::test_module(&key)
        },
        move |answer: ModuleTest| {
            module.refetch();
            if answer.ok {
                toast_ok(fill(td().modules.tested_ok, &[("message", &answer.message)]));
            } else {
                toast_bad(answer.message);
            }
        },
    );
    let acts = may(Permission::ModulesEdit).then(|| {
        let turn = if is_active {
            view! { <Button text=words.deactivate on_click=Callback::new(move |()| leaving.set(true)) /> }.into_any()
        } else {
            view! { <Button text=words.activate class="btn-primary" busy=activate.busy on_click=activate.run /> }.into_any()
        };
        view! {
            <Button text=words.test icon=lu::LuActivity busy=test.busy on_click=test.run />
            {turn}
        }
    });
    view! {
        <Title text=name.clone() />
        <Breadcrumbs crumbs=vec![Crumb::to(words.title, "/admin/modules"), Crumb::here(name.clone())] />
        <header class="page-head">
            <div>
                <div class="flex flex-wrap items-center gap-3">
                    <h1>{name}</h1>
                    <StateBadge state=detail.module.status.as_str() />
                </div>
                <p>{detail.module.info.description.clone()}</p>
            </div>
            <div class="page-actions">{acts}</div>
        </header>
        {detail.error.map(|error| view! { <div class="mb-5"><Note tone=Tone::Bad>{error}</Note></div> })}
        <Confirm
            open=leaving
            title=words.deactivate
            text=words.deactivate_text
            action=words.deactivate
            busy=deactivate.busy
            on_confirm=deactivate.run
        />
    }
}

/// What is configured for all products; sent whole, with the version that was read.
#[component]
fn Configuration(before: (Value, Map<String, Value>), module: Query<ModuleDetail>) -> impl IntoView {
    let words = &td().modules;
    let (schema, values) = before;
    let settings = RwSignal::new(values);
    let errors = FormErrors::new();
    let save = submit(
        errors,
        move || {
            let (key, version) = present(module);
            let body = ModuleConfiguration { version, configuration: settings.get_untracked() };
            api::catalog::configure_module(&key, &body)
        },
        move |detail: ModuleDetail| {
            settings.set(detail.configuration.clone());
            module.put(detail);
            toast_ok(t().saved);
        },
    );
    view! {
        <Card title=words.configuration text=words.configuration_text>
            <Form errors on_submit=save.run>
                {schema_fields(Some(&schema), settings, "configuration")}
                <div class="form-bar">
                    <Button
                        text=t().save
                        class="btn-primary"
                        submit=true
                        busy=save.busy
                        disabled=!may(Permission::ModulesEdit)
                    />
                </div>
            </Form>
        </Card>
    }
}

/// What a module brings to the schedule; it leads there while it is shown there.
fn scheduled(info: &ModuleInfo, status: ModuleStatus) -> AnyView {
    let shown = status.takes_products() && may(Permission::SchedulerView);
    let href = format!("/admin/scheduler?category=module.{}", info.key);
    let entry = |entry: &ModuleSchedule| {
        let text = text_in(&entry.texts, i18n::language());
        let title = text.map_or_else(|| entry.key.clone(), |text| text.title.clone());
        let cron = view! { <small class="sub mono">{entry.cron.clone()}</small> };
        if shown {
            view! { <div><a class="link" href=href.clone()>{title}</a> " " {cron}</div> }.into_any()
        } else {
            view! { <div>{title} " " {cron}</div> }.into_any()
        }
    };
    let entries: Vec<_> = info.schedule.iter().map(entry).collect();
    if entries.is_empty() { "—".into_any() } else { entries.into_any() }
}

#[component]
fn About(detail: ModuleDetail) -> impl IntoView {
    let words = &td().modules;
    let schedule = scheduled(&detail.module.info, detail.module.status);
    let info = detail.module.info;
    let kind = match info.kind {
        ModuleKind::Provisioning => td().queues.provisioning,
    };
    let at = |at: Option<jiff::Timestamp>| at.map_or_else(|| "—".to_owned(), format::date_time).into_any();
    let permissions: Vec<&str> = info.permissions.iter().map(|permission| permission.as_str()).collect();
    let queues: Vec<&str> = info.queues.iter().map(|queue| queue_word(*queue)).collect();
    let rows = vec![
        (ta().key.to_owned(), view! { <span class="mono">{info.key}</span> }.into_any()),
        (ta().version.to_owned(), info.version.into_any()),
        (t().kind.to_owned(), kind.into_any()),
        (words.author.to_owned(), info.author.into_any()),
        (
            ta().permissions.to_owned(),
            view! { <span class="mono">{permissions.join(", ")}</span> }.into_any(),
        ),
        (ta().queue.to_owned(), queues.join(", ").into_any()),
        (ta().scheduler.to_owned(), schedule),
        (ta().services.to_owned(), format::count(detail.services).into_any()),
        (words.active_since.to_owned(), at(detail.activated_at)),
        (words.tested.to_owned(), at(detail.tested_at)),
    ];
    let uses: Vec<_> = detail
        .products
        .into_iter()
        .map(|product| {
            let retired = product.retired.then(|| view! { <small class="sub">{ta().retired}</small> });
            view! {
                <li><a class="link" href=format!("/admin/products/{}", product.id)>{product.name}</a> " " {retired}</li>
            }
        })
        .collect();
    let none = uses.is_empty().then(|| view! { <p class="text-ink-2">{words.no_uses}</p> });
    view! {
        <div class="stack-y">
            <Card title=ta().facts>
                <Facts rows />
            </Card>
            <Card title=words.uses text=words.uses_text>
                {none}
                <ul class="grid gap-2">{uses}</ul>
            </Card>
        </div>
    }
}
