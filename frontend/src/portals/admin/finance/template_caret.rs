//! Where the caret is: lines and columns as the server counts them, offsets as the browser does.

use leptos::prelude::*;
use web_sys::HtmlTextAreaElement;

/// Line and column, from 1; columns are characters.
pub(super) type Place = (usize, usize);

/// The place of an offset in UTF-16 units.
fn place_of(text: &str, offset: usize) -> Place {
    let (mut line, mut column, mut passed) = (1, 1, 0);
    for letter in text.chars() {
        if passed >= offset {
            break;
        }
        passed += letter.len_utf16();
        (line, column) = if letter == '\n' { (line + 1, 1) } else { (line, column + 1) };
    }
    (line, column)
}

/// The offset of a place; the end of the line when it is shorter.
fn offset_of(text: &str, (line, column): Place) -> usize {
    let mut offset = 0;
    for (number, part) in (1..).zip(text.split('\n')) {
        if number == line {
            let before = part.chars().take(column.saturating_sub(1)).map(char::len_utf16);
            return offset + before.sum::<usize>();
        }
        offset += part.encode_utf16().count() + 1;
    }
    offset.saturating_sub(1)
}

/// `12:5: message` of the server, taken apart.
pub(super) fn read_fault(said: &str) -> (Option<Place>, &str) {
    let place = || {
        let (line, rest) = said.split_once(':')?;
        let (column, message) = rest.split_once(": ")?;
        Some(((line.parse().ok()?, column.parse().ok()?), message))
    };
    place().map_or((None, said), |(place, message)| (Some(place), message))
}

type Area = NodeRef<leptos::html::Textarea>;

fn area(node: Area) -> Option<HtmlTextAreaElement> {
    node.get_untracked()
}

/// Where the caret stands.
pub(super) fn place(node: Area) -> Place {
    let offset = area(node).and_then(|area| area.selection_start().ok().flatten()).unwrap_or(0);
    let text = area(node).map(|area| area.value()).unwrap_or_default();
    place_of(&text, usize::try_from(offset).unwrap_or(0))
}

/// Puts the caret at a place and brings it into sight.
pub(super) fn go(node: Area, place: Place) {
    let Some(area) = area(node) else { return };
    let text = area.value();
    let offset = u32::try_from(offset_of(&text, place)).unwrap_or(0);
    area.focus().ok();
    area.set_selection_range(offset, offset).ok();
    // Lines do not wrap: each has the same height.
    let lines = i32::try_from(text.split('\n').count()).unwrap_or(1).max(1);
    let above = i32::try_from(place.0).unwrap_or(1).saturating_sub(1);
    let top = area.scroll_height() / lines * above;
    area.set_scroll_top(top.saturating_sub(area.client_height() / 3));
}

/// Replaces what is selected, or inserts at the caret, which then stands behind it. Gives the whole text.
pub(super) fn insert(node: Area, text: &str) -> Option<String> {
    let area = area(node)?;
    area.focus().ok();
    area.set_range_text(text).ok()?;
    let from = area.selection_start().ok().flatten().unwrap_or(0);
    let behind = from + u32::try_from(text.encode_utf16().count()).unwrap_or(0);
    area.set_selection_range(behind, behind).ok();
    Some(area.value())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_offsets_agree_beyond_latin() {
        let text = "ab\nґ🙂c\n";
        for (place, offset) in [((1, 1), 0), ((1, 3), 2), ((2, 1), 3), ((2, 3), 6), ((2, 4), 7), ((3, 1), 8)]
        {
            assert_eq!((place_of(text, offset), offset_of(text, place)), (place, offset));
        }
        assert_eq!(offset_of(text, (1, 9)), 2, "the line is shorter");
    }

    #[test]
    fn faults_are_taken_apart() {
        assert_eq!(read_fault("12:5: expected: pattern"), (Some((12, 5)), "expected: pattern"));
        assert_eq!(read_fault("it gives 300 pages: at most 200"), (None, "it gives 300 pages: at most 200"));
    }
}
