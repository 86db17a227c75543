//! How a notice looks: its lines, cut and cleaned, its buttons, and what is hinted about it.

use engine::courier::Notice;

use super::{DesktopAnswer, Labels};
use crate::text;

/// The most characters of the first line.
const SUMMARY: usize = 120;
/// The most characters of the rest.
const BODY: usize = 500;

/// What a notification service can do, as far as it matters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Capabilities {
    /// It shows buttons.
    pub(super) actions: bool,
    /// It reads markup in the body.
    pub(super) markup: bool,
}

impl Capabilities {
    #[cfg(target_os = "linux")]
    pub(super) fn read(words: &[String]) -> Self {
        let has = |word: &str| words.iter().any(|w| w == word);
        Self { actions: has("actions"), markup: has("body-markup") }
    }
}

/// The first line.
pub(super) fn summary(notice: &Notice, labels: &Labels) -> String {
    let line = text::line(&notice.title, SUMMARY);
    if line.is_empty() { labels.untitled.clone() } else { line }
}

/// The rest.
pub(super) fn body(notice: &Notice, labels: &Labels, capabilities: Capabilities) -> String {
    let whole = if notice.again {
        format!("{}\n{}", labels.again, notice.body)
    } else {
        notice.body.clone()
    };
    let lines = text::lines(&whole, BODY);
    if capabilities.markup { text::escape_markup(&lines) } else { text::strip_markup(&lines) }
}

/// Keys and labels by turns. A digest can only be opened: it acknowledges nothing.
#[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "no buttons there yet"))]
pub(super) fn actions(
    notice: &Notice,
    labels: &Labels,
    capabilities: Capabilities,
) -> Vec<(&'static str, String)> {
    let mut actions = Vec::new();
    if !capabilities.actions {
        return actions;
    }
    // A click on the notification itself.
    actions.push(("default", labels.open.clone()));
    if notice.digest_of.is_none() {
        if let Some(minutes) = notice.snooze_minutes {
            let label = labels.snooze.replace("{length}", &length(minutes));
            actions.push(("snooze", label));
        }
        actions.push(("done", labels.done.clone()));
    }
    actions.push(("open", labels.open.clone()));
    actions
}

/// Which button an action's key stands for; `None` for one we did not offer.
#[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "no buttons there yet"))]
pub(super) fn answer(action: &str) -> Option<DesktopAnswer> {
    match action {
        "snooze" => Some(DesktopAnswer::Snooze),
        "done" => Some(DesktopAnswer::Done),
        "open" | "default" => Some(DesktopAnswer::Open),
        _ => None,
    }
}

/// `45 min`, `1 h`, `1 h 30 min`, `2 d`: as people say it.
fn length(minutes: u32) -> String {
    match (minutes / 1440, minutes / 60, minutes % 60) {
        (days @ 1.., _, _) if minutes.is_multiple_of(1440) => format!("{days} d"),
        (_, 0, minutes) => format!("{minutes} min"),
        (_, hours, 0) => format!("{hours} h"),
        (_, hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice(body: &str) -> Notice {
        Notice {
            key: "occ_1".to_owned(),
            title: " Dentist\n".to_owned(),
            body: body.to_owned(),
            alarm: false,
            digest_of: None,
            snooze_minutes: Some(15),
            again: false,
        }
    }

    const ALL: Capabilities = Capabilities { actions: true, markup: true };
    const NONE: Capabilities = Capabilities { actions: false, markup: false };

    #[test]
    fn markup_of_the_text_is_shown_as_it_was_written() {
        let labels = Labels::default();
        let notice = notice("A & <b>B</b>\nlate");
        assert_eq!(summary(&notice, &labels), "Dentist");
        assert_eq!(body(&notice, &labels, ALL), "A &amp; &lt;b&gt;B&lt;/b&gt;\nlate");
        assert_eq!(body(&notice, &labels, NONE), "A & B\nlate");
    }

    #[test]
    fn texts_are_bounded_before_they_are_escaped() {
        let labels = Labels::default();
        let mut notice = notice(&"<".repeat(4 << 20));
        notice.title = "x".repeat(4 << 20);
        assert_eq!(summary(&notice, &labels).chars().count(), 120);
        let body = body(&notice, &labels, ALL);
        assert_eq!(body, format!("{}…", "&lt;".repeat(499)));
    }

    #[test]
    fn what_may_be_a_repetition_says_so_and_what_has_no_title_gets_one() {
        let labels = Labels::default();
        let mut notice = notice("10:00");
        notice.again = true;
        notice.title = "\0\n".to_owned();
        let text = body(&notice, &labels, ALL);
        assert_eq!(text, "Again: this may have been shown before\n10:00");
        assert_eq!(summary(&notice, &labels), "Reminder");
    }

    #[test]
    fn the_buttons_are_those_the_notice_and_the_desktop_allow() {
        let labels = Labels::default();
        let keys = |notice: &Notice, capabilities| {
            let actions = actions(notice, &labels, capabilities);
            actions.iter().map(|(key, label)| format!("{key}={label}")).collect::<Vec<_>>()
        };
        let single = notice("");
        let all = ["default=Open", "snooze=Snooze 15 min", "done=Done", "open=Open"];
        assert_eq!(keys(&single, ALL), all);
        assert!(keys(&single, NONE).is_empty());
        for (minutes, label) in [
            (60, "snooze=Snooze 1 h"),
            (90, "snooze=Snooze 1 h 30 min"),
            (1440, "snooze=Snooze 1 d"),
        ] {
            let long = Notice { snooze_minutes: Some(minutes), ..single.clone() };
            assert_eq!(keys(&long, ALL)[1], label);
        }
        let fixed = Notice { snooze_minutes: None, ..single.clone() };
        assert_eq!(keys(&fixed, ALL), ["default=Open", "done=Done", "open=Open"]);
        let digest = Notice { digest_of: Some(4), ..single };
        assert_eq!(keys(&digest, ALL), ["default=Open", "open=Open"]);
    }
}
