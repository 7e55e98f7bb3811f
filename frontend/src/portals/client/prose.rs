//! Descriptions that staff wrote in Markdown, drawn without trusting them: no HTML of theirs, no pictures, and links only to the
//! web, to mail and inside this site.
//!
//! A small part of Markdown and not a library: a parser of all of it would be a tenth of what the pages may weigh.

use leptos::prelude::*;

/// A block of Markdown that descriptions use.
#[derive(Debug, PartialEq)]
enum Block<'a> {
    Heading(&'a str),
    Paragraph(String),
    /// A list; numbered ones begin with a number.
    List {
        start: Option<u32>,
        items: Vec<String>,
    },
}

/// A stretch of a line.
#[derive(Debug, PartialEq)]
enum Span<'a> {
    Text(&'a str),
    Code(&'a str),
    Strong(Vec<Self>),
    Soft(Vec<Self>),
    Link { to: &'a str, text: Vec<Self> },
}

/// The beginning of an item: the number, where it has one, and the rest of the line.
fn item(line: &str) -> Option<(Option<u32>, &str)> {
    if let Some(text) = ["- ", "* ", "+ "].iter().find_map(|mark| line.strip_prefix(mark)) {
        return Some((None, text.trim_start()));
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = line.split_at(digits);
    let text = rest.strip_prefix(". ").or_else(|| rest.strip_prefix(") "))?;
    Some((Some(number.parse().ok().filter(|_| digits < 6)?), text.trim_start()))
}

fn heading(line: &str) -> Option<&str> {
    let text = line.trim_start_matches('#');
    let level = line.len() - text.len();
    ((1..=6).contains(&level) && text.starts_with(' ')).then(|| text.trim().trim_end_matches('#').trim_end())
}

fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    // An empty line ends a paragraph; a list goes on with its next item.
    let mut apart = true;
    for line in text.lines() {
        let indented = line.starts_with([' ', '\t']);
        let line = line.trim();
        if line.is_empty() {
            apart = true;
            continue;
        }
        match (heading(line), item(line), blocks.last_mut()) {
            (Some(heading), ..) => blocks.push(Block::Heading(heading)),
            (_, Some((number, text)), Some(Block::List { start, items }))
                if start.is_some() == number.is_some() =>
            {
                items.push(text.to_owned());
            }
            // A line of a paragraph may begin with a number: `… since\n1999. Then`.
            (_, Some((number, text)), last)
                if apart
                    || number.is_none_or(|number| number == 1)
                    || !matches!(last, Some(Block::Paragraph(_))) =>
            {
                blocks.push(Block::List { start: number, items: vec![text.to_owned()] });
            }
            (_, _, Some(Block::Paragraph(paragraph))) if !apart => {
                paragraph.push(' ');
                paragraph.push_str(line);
            }
            (_, _, Some(Block::List { items, .. })) if (!apart || indented) && !items.is_empty() => {
                if let Some(item) = items.last_mut() {
                    item.push(' ');
                    item.push_str(line);
                }
            }
            _ => blocks.push(Block::Paragraph(line.to_owned())),
        }
        apart = false;
    }
    blocks
}

/// Whether a link may lead there: to the web, to mail, to a place of this site.
fn is_safe(to: &str) -> bool {
    let small = to.to_ascii_lowercase();
    let known = ["https://", "http://", "mailto:", "#"].iter().any(|begin| small.starts_with(begin));
    let own = to.starts_with('/') && !to.starts_with("//") && !to.contains('\\');
    (known || own) && !to.contains(|c: char| c.is_whitespace() || c.is_control())
}

/// Text between `mark` at the beginning of `rest` and the next one, and what follows. It neither begins nor ends with a space.
fn between<'a>(rest: &'a str, mark: &str) -> Option<(&'a str, &'a str)> {
    let inner = rest.strip_prefix(mark)?;
    let mut from = inner.chars().next()?.len_utf8();
    loop {
        let end = from + inner.get(from..)?.find(mark)?;
        let (text, after) = (&inner[..end], &inner[end + mark.len()..]);
        if mark.len() == 1 && after.starts_with(mark) {
            // `*soft **strong** soft*`
            from = end + 2;
            continue;
        }
        let tight = !text.starts_with(char::is_whitespace) && !text.ends_with(char::is_whitespace);
        // `**strong *soft***`: the mark of the outer one is the last of them.
        if tight && !after.starts_with('*') {
            return Some((text, after));
        }
        from = end + 1;
    }
}

/// `[text](to)` at the beginning: the text, where it leads, and what follows.
fn link(rest: &str) -> Option<(&str, &str, &str)> {
    let (text, after) = rest.strip_prefix('[')?.split_once("](")?;
    let (to, after) = after.split_once(')')?;
    (!text.is_empty() && !text.contains(['[', ']']) && is_safe(to)).then_some((text, to, after))
}

/// An address in the text: up to a space, without the full stop behind it.
fn address(rest: &str) -> Option<(&str, &str)> {
    let begins = rest.starts_with("https://") || rest.starts_with("http://");
    let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"')).unwrap_or(rest.len());
    let to = rest[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '*', '_', '\'']);
    (begins && is_safe(to) && to.len() > "https://".len()).then(|| rest.split_at(to.len()))
}

/// What stands at the beginning of `rest` if it is more than text, and what follows.
fn special<'a>(rest: &'a str, in_word: bool) -> Option<(Span<'a>, &'a str)> {
    if let Some((code, after)) = rest.strip_prefix('`').and_then(|inner| inner.split_once('`')) {
        return (!code.is_empty()).then_some((Span::Code(code), after));
    }
    if let Some((text, to, after)) = link(rest) {
        return Some((Span::Link { to, text: spans(text) }, after));
    }
    if let Some((to, after)) = address(rest).filter(|_| !in_word) {
        return Some((Span::Link { to, text: vec![Span::Text(to)] }, after));
    }
    // `a_b_c` is a name.
    let marks = if in_word { ["**", "*"].as_slice() } else { &["**", "__", "*", "_"] };
    marks.iter().find_map(|mark| {
        let (text, after) = between(rest, mark)?;
        let inner = spans(text);
        Some((if mark.len() == 2 { Span::Strong(inner) } else { Span::Soft(inner) }, after))
    })
}

/// A line, taken apart. What is no Markdown stays as it was written.
fn spans(text: &str) -> Vec<Span<'_>> {
    let mut spans = Vec::new();
    let (mut begin, mut at) = (0, 0);
    while let Some(next) = text[at..].chars().next() {
        let rest = &text[at..];
        // `\*` is an asterisk.
        if next == '\\' && rest[1..].starts_with(|c: char| c.is_ascii_punctuation()) {
            spans.push(Span::Text(&text[begin..at]));
            begin = at + 1;
            at += 2;
            continue;
        }
        let in_word = text[..at].ends_with(char::is_alphanumeric);
        match special(rest, in_word) {
            Some((span, after)) => {
                spans.extend([Span::Text(&text[begin..at]), span]);
                at = text.len() - after.len();
                begin = at;
            }
            None => at += next.len_utf8(),
        }
    }
    spans.push(Span::Text(&text[begin..]));
    spans.retain(|span| *span != Span::Text(""));
    spans
}

fn drawn(spans: &[Span<'_>]) -> AnyView {
    let draw = |span: &Span<'_>| match span {
        Span::Text(text) => (*text).to_owned().into_any(),
        Span::Code(text) => view! { <code class="mono">{(*text).to_owned()}</code> }.into_any(),
        Span::Strong(spans) => view! { <strong>{drawn(spans)}</strong> }.into_any(),
        Span::Soft(spans) => view! { <em>{drawn(spans)}</em> }.into_any(),
        Span::Link { to, text } => {
            let rel = (!to.starts_with(['/', '#'])).then_some("external noopener");
            view! { <a class="link" href=(*to).to_owned() rel=rel>{drawn(text)}</a> }.into_any()
        }
    };
    spans.iter().map(draw).collect_view().into_any()
}

fn inline(text: &str) -> AnyView {
    drawn(&spans(text))
}

/// A description.
#[component]
pub(super) fn Prose(text: String) -> impl IntoView {
    let blocks = blocks(&text)
        .into_iter()
        .map(|block| match block {
            Block::Heading(text) => view! { <h3 class="mt-2">{inline(text)}</h3> }.into_any(),
            Block::Paragraph(text) => view! { <p>{inline(&text)}</p> }.into_any(),
            Block::List { start, items } => {
                let items = items.iter().map(|item| view! { <li>{inline(item)}</li> }).collect_view().into_any();
                match start {
                    Some(start) => {
                        view! { <ol class="list-decimal pl-6 grid gap-1" start=start.to_string()>{items}</ol> }.into_any()
                    }
                    None => view! { <ul class="list-disc pl-5 grid gap-1">{items}</ul> }.into_any(),
                }
            }
        })
        .collect_view();
    view! { <div class="grid gap-3 text-ink-2">{blocks}</div> }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        let block = |block: Block<'_>| match block {
            Block::Heading(text) => format!("h:{text}"),
            Block::List { start: None, items } => format!("l:{}", items.join(",")),
            Block::List { start: Some(start), items } => format!("{start}:{}", items.join(",")),
            Block::Paragraph(text) => format!("p:{text}"),
        };
        blocks(text).into_iter().map(block).collect()
    }

    /// Spans as text: `<b>`, `<i>`, `<c>`, `<to|…>`.
    fn shown(text: &str) -> String {
        fn all(spans: &[Span<'_>]) -> String {
            let one = |span: &Span<'_>| match span {
                Span::Text(text) => (*text).to_owned(),
                Span::Code(text) => format!("<c:{text}>"),
                Span::Strong(spans) => format!("<b:{}>", all(spans)),
                Span::Soft(spans) => format!("<i:{}>", all(spans)),
                Span::Link { to, text } => format!("<{to}|{}>", all(text)),
            };
            spans.iter().map(one).collect()
        }
        all(&spans(text))
    }

    #[test]
    fn paragraphs_lists_and_headings_are_told_apart() {
        assert_eq!(told("# Title\n\nOne\ntwo\n\n- a\n- b\n"), ["h:Title", "p:One two", "l:a,b"]);
        assert_eq!(told("One\n\nTwo\n## Next\nThree"), ["p:One", "p:Two", "h:Next", "p:Three"]);
        assert_eq!(told("#1 in hosting\n####### seven"), ["p:#1 in hosting ####### seven"]);
    }

    #[test]
    fn numbered_lists_are_lists() {
        let terms = "1. We host.\n2. You pay,\n   in advance.\n\n3. Both are glad.\n\nThat is all.";
        assert_eq!(told(terms), ["1:We host.,You pay, in advance.,Both are glad.", "p:That is all."]);
        assert_eq!(told("4) four\n5) five\n- other"), ["4:four,five", "l:other"]);
        assert_eq!(told("Founded in\n1999. Then grown."), ["p:Founded in 1999. Then grown."]);
        assert_eq!(told("Steps:\n1. one\n2. two"), ["p:Steps:", "1:one,two"]);
        assert_eq!(told("3.5 GB"), ["p:3.5 GB"]);
    }

    #[test]
    fn emphasis_code_and_links_are_drawn_and_the_rest_stays() {
        assert_eq!(shown("**bold** and *soft* and _soft_"), "<b:bold> and <i:soft> and <i:soft>");
        assert_eq!(shown("**very *much* so**"), "<b:very <i:much> so>");
        assert_eq!(
            shown("**very *much*** and *so **much** more*"),
            "<b:very <i:much>> and <i:so <b:much> more>"
        );
        assert_eq!(shown("use `a * b` or `x`"), "use <c:a * b> or <c:x>");
        assert_eq!(
            shown("2 * 3 * 4 = 24, a ** b, snake_case_name"),
            "2 * 3 * 4 = 24, a ** b, snake_case_name"
        );
        assert_eq!(shown("5* hotel, \\*not soft\\*, a lone ` tick"), "5* hotel, *not soft*, a lone ` tick");
        assert_eq!(shown("see [our **terms**](/terms)."), "see </terms|our <b:terms>>.");
        assert_eq!(
            shown("[mail](mailto:a@b.pl), https://example.com/a_b_c."),
            "<mailto:a@b.pl|mail>, <https://example.com/a_b_c|https://example.com/a_b_c>."
        );
        assert_eq!(shown("żółć **ąę** 🙂*x*"), "żółć <b:ąę> 🙂<i:x>");
    }

    #[test]
    fn links_lead_nowhere_else() {
        for to in [
            "javascript:alert(1",
            "JavaScript:x",
            "data:text/html,x",
            "//evil.example",
            "/\\evil",
            "vbscript:x",
            "a b",
        ] {
            assert!(!is_safe(to), "{to}");
            assert!(!shown(&format!("[x]({to})")).contains('|'), "{to}");
        }
        for to in ["https://a.b", "HTTP://a.b", "mailto:x@y.z", "/terms#2", "#part"] {
            assert!(is_safe(to), "{to}");
        }
        assert_eq!(shown("<script>alert(1)</script>"), "<script>alert(1)</script>");
    }
}
