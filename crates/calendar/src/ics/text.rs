//! The words of an event: title, place, notes, cut where they are longer than an event takes.

use super::{component::Component, read::Reader, value};

/// The longest title, place and notes, in bytes.
const LONGEST: [(&str, usize); 3] =
    [("SUMMARY", 500), ("LOCATION", 1_000), ("DESCRIPTION", 65_536)];

/// Title, place and notes; `None` where the file has no such property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Words {
    pub title: Option<String>,
    pub place: Option<String>,
    pub notes: Option<String>,
}

impl Reader<'_> {
    /// The words of a component. A title and a place are one line.
    pub fn words(&mut self, component: &Component<'_>) -> Words {
        let [title, place, notes] = LONGEST.map(|(name, most)| self.text_of(component, name, most));
        let line = |text: Option<String>| text.map(|t| t.replace(['\n', '\t'], " ").trim().into());
        Words { title: line(title).filter(|t: &String| !t.is_empty()), place: line(place), notes }
    }

    /// The link of a component, if it is one a person can follow; other URLs are kept unread.
    pub fn link(&self, component: &Component<'_>) -> String {
        let url = component.get("URL").map_or("", |p| p.value().trim());
        if is_link(url) { url.into() } else { String::new() }
    }

    fn text_of(&mut self, component: &Component<'_>, name: &str, most: usize) -> Option<String> {
        let property = component.get(name)?;
        let mut text = value::text(property.value());
        if text.len() > most {
            let reason = format!("{name} has {} bytes: it is cut after {most}", text.len());
            self.remarks.add(property.line, reason);
            let end = (0..=most).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            text.truncate(end);
        }
        Some(text)
    }
}

/// Whether this is a link of the web, short enough to be one.
pub(super) fn is_link(url: &str) -> bool {
    let scheme = url.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    matches!(scheme.as_deref(), Some("http" | "https"))
        && url.len() <= 2_000
        && !url.chars().any(|c| c.is_control() || c.is_whitespace())
}
