//! Descriptions that staff wrote in Markdown, drawn without trusting them: text only, no HTML, no foreign links.

use leptos::prelude::*;

/// A block of Markdown that descriptions use: headings, lists, paragraphs.
enum Block {
    Heading(String),
    List(Vec<String>),
    Paragraph(String),
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    for line in text.lines().map(str::trim) {
        let item = line.strip_prefix("- ").or_else(|| line.strip_prefix("* "));
        match (line, item, blocks.last_mut()) {
            ("", _, _) => blocks.push(Block::Paragraph(String::new())),
            (_, Some(item), Some(Block::List(items))) => items.push(item.to_owned()),
            (_, Some(item), _) => blocks.push(Block::List(vec![item.to_owned()])),
            (line, _, _) if line.starts_with('#') => {
                blocks.push(Block::Heading(line.trim_start_matches('#').trim().to_owned()));
            }
            (line, _, Some(Block::Paragraph(paragraph))) if !paragraph.is_empty() => {
                paragraph.push(' ');
                paragraph.push_str(line);
            }
            (line, _, _) => blocks.push(Block::Paragraph(line.to_owned())),
        }
    }
    blocks.retain(|block| !matches!(block, Block::Paragraph(text) if text.is_empty()));
    blocks
}

/// `**bold**` and `*soft*` inside a line.
fn inline(text: &str) -> AnyView {
    text.split("**")
        .enumerate()
        .map(|(index, part)| {
            let part = part.replace(['*', '`'], "");
            if index % 2 == 1 { view! { <strong>{part}</strong> }.into_any() } else { part.into_any() }
        })
        .collect_view()
        .into_any()
}

/// A description.
#[component]
pub(super) fn Prose(text: String) -> impl IntoView {
    let blocks = blocks(&text)
        .into_iter()
        .map(|block| match block {
            Block::Heading(text) => view! { <h3 class="mt-2">{inline(&text)}</h3> }.into_any(),
            Block::Paragraph(text) => view! { <p>{inline(&text)}</p> }.into_any(),
            Block::List(items) => view! {
                <ul class="list-disc pl-5 grid gap-1">
                    {items.iter().map(|item| view! { <li>{inline(item)}</li> }).collect_view()}
                </ul>
            }
            .into_any(),
        })
        .collect_view();
    view! { <div class="grid gap-3 text-ink-2">{blocks}</div> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_lists_and_headings_are_told_apart() {
        let kinds: Vec<_> = blocks("# Title\n\nOne\ntwo\n\n- a\n- b\n")
            .iter()
            .map(|block| match block {
                Block::Heading(text) => format!("h:{text}"),
                Block::List(items) => format!("l:{}", items.join(",")),
                Block::Paragraph(text) => format!("p:{text}"),
            })
            .collect();
        assert_eq!(kinds, ["h:Title", "p:One two", "l:a,b"]);
    }
}
