//! Pictures of products, groups, attributes and options.

use leptos::prelude::*;
use shared::Permission;
use shared::catalog::{ImageInput, ImageSlot, Images};
use ui::{Card, toast_ok};

use crate::api;
use crate::i18n::{t, ta, td};
use crate::parts::{AskButton, ChooseFile, Chosen, submit_with};
use crate::session::may;

/// An uploaded icon in a row of a list.
pub(super) fn thumbnail(hash: Option<&String>) -> impl IntoView + use<> {
    hash.map(|hash| {
        let src = api::shop::image(hash);
        view! { <img class="inline-block size-6 mr-2 rounded object-contain" src=src alt="" loading="lazy" /> }
    })
}

/// Both pictures of the record at `path`: `/admin/products/{id}`.
#[component]
pub(super) fn Pictures(path: String, images: Images, done: Callback<()>) -> impl IntoView {
    let [icon, background] =
        [ImageSlot::Icon, ImageSlot::Background].map(|slot| format!("{path}/images/{slot}"));
    view! {
        <Card title=td().shop.pictures text=td().shop.pictures_text>
            <div class="grid gap-5">
                <Picture path=icon hash=images.icon label=ta().icon done />
                <Picture path=background hash=images.background label=td().shop.background done />
            </div>
        </Card>
    }
}

/// One picture: seen, chosen, taken away.
#[component]
pub(super) fn Picture(
    path: String,
    hash: Option<String>,
    label: &'static str,
    done: Callback<()>,
) -> impl IntoView {
    let path = StoredValue::new(path);
    let chosen = StoredValue::new(String::new());
    let read = StoredValue::new(hash.clone());
    let saved = move |_| {
        toast_ok(t().saved);
        done.run(());
    };
    let send = submit_with(
        move || {
            let body = ImageInput { content: chosen.get_value(), read: read.get_value() };
            api::catalog::set_image(&path.get_value(), &body)
        },
        saved,
    );
    let remove = submit_with(
        move || {
            let (path, read) = (path.get_value(), read.get_value().unwrap_or_default());
            api::catalog::delete_image(&path, &read)
        },
        saved,
    );
    let choose = Callback::new(move |file: Chosen| {
        chosen.set_value(file.content);
        send.run.run(());
    });
    let is_set = hash.is_some();
    view! {
        <div class="flex flex-wrap items-center gap-3" role="group" aria-label=label>
            <span class="field-label">{label}</span>
            {hash
                .map(|hash| {
                    let src = api::shop::image(&hash);
                    view! { <img class="max-h-16 max-w-40 rounded border border-line bg-sunken" src=src alt=label /> }
                })}
            {may(Permission::ProductsEdit)
                .then(|| {
                    view! {
                        <ChooseFile
                            text=td().company.change_logo
                            accept="image/png,image/jpeg,image/webp"
                            class="btn btn-sm"
                            on_chosen=choose
                        />
                        {is_set
                            .then(|| {
                                view! {
                                    <AskButton
                                        text=td().shop.remove
                                        question=t().delete_picture_text
                                        act=remove
                                        class="btn-sm btn-ghost"
                                    />
                                }
                            })}
                    }
                })}
        </div>
    }
}
