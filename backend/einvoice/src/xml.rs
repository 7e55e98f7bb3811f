//! Writing XML: elements in the order they are written, texts escaped.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

const NEVER_FAILS: &str = "memory takes everything";

pub(crate) struct Xml(Writer<Vec<u8>>);

impl Xml {
    /// A document with this root.
    pub(crate) fn document(
        root: &str,
        attributes: &[(&str, &str)],
        content: impl FnOnce(&mut Self),
    ) -> String {
        let mut xml = Self(Writer::new_with_indent(Vec::new(), b' ', 2));
        xml.event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)));
        xml.element_with(root, attributes, content);
        String::from_utf8(xml.0.into_inner()).expect("names and texts are UTF-8")
    }

    pub(crate) fn element(&mut self, name: &str, content: impl FnOnce(&mut Self)) {
        self.element_with(name, &[], content);
    }

    fn element_with(&mut self, name: &str, attributes: &[(&str, &str)], content: impl FnOnce(&mut Self)) {
        let mut start = BytesStart::new(name);
        for attribute in attributes {
            start.push_attribute(*attribute);
        }
        self.event(Event::Start(start));
        content(self);
        self.event(Event::End(BytesEnd::new(name)));
    }

    pub(crate) fn text(&mut self, name: &str, value: impl AsRef<str>) {
        self.text_with(name, &[], value);
    }

    pub(crate) fn text_with(&mut self, name: &str, attributes: &[(&str, &str)], value: impl AsRef<str>) {
        let value: String = value.as_ref().chars().filter(allowed).collect();
        self.element_with(name, attributes, |xml| xml.event(Event::Text(BytesText::new(&value))));
    }

    /// Writes nothing when there is nothing to say.
    pub(crate) fn text_if(&mut self, name: &str, value: &str) {
        if !value.trim().is_empty() {
            self.text(name, value);
        }
    }

    fn event(&mut self, event: Event<'_>) {
        self.0.write_event(event).expect(NEVER_FAILS);
    }
}

/// What XML 1.0 can hold.
fn allowed(c: &char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::Xml;

    #[test]
    fn texts_are_escaped_and_what_xml_cannot_hold_is_left_out() {
        let xml = Xml::document("a", &[("b", "\"&")], |xml| {
            xml.text("c", "<Ż & \u{0}\u{1f}>");
            xml.text_if("d", " ");
        });
        assert_eq!(
            xml,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a b=\"&quot;&amp;\">\n  <c>&lt;Ż &amp; &gt;</c>\n</a>"
        );
    }
}
