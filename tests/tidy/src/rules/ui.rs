//! What the UI's folders may import.

use super::lines_saying;
use crate::{
    Finding, Source,
    scan::{View, view},
};

fn is_arithmetic(source: &Source) -> bool {
    source.is_under("ui/src/time") || source.is_under("ui/src/layout")
}

/// `platform/` is the only door to the host.
pub fn platform_is_the_only_door(source: &Source) -> Vec<Finding> {
    if !source.is_under("ui/src") || source.is_under("ui/src/platform") || !source.is_code() {
        return Vec::new();
    }
    let text = view(source, View::CodeAndQuotes);
    lines_saying(
        source,
        &text,
        &["@tauri-apps", "__TAURI__", "__TAURI_INTERNALS__"],
        "only ui/src/platform/ speaks with the host; use the platform's own functions",
    )
}

/// `time/` and `layout/` are plain functions on civil dates and minutes.
pub fn arithmetic_knows_no_framework(source: &Source) -> Vec<Finding> {
    if !is_arithmetic(source) {
        return Vec::new();
    }
    let instead =
        "time/ and layout/ are plain arithmetic; what draws belongs into views/ or shared/";
    if source.ends_with(".svelte") || source.ends_with(".svelte.ts") {
        return vec![Finding::at(source, 1, instead)];
    }
    let text = view(source, View::CodeAndQuotes);
    let imports = [
        "svelte",
        ".svelte",
        "bits-ui",
        "lucide",
        "document.",
        "window.",
        "/platform",
        "/state/",
        "/views/",
    ];
    let is_import = |line: &&str| {
        line.contains(" from ") || line.contains("document.") || line.contains("window.")
    };
    let only_imports: String = text
        .lines()
        .map(|line| format!("{}\n", Some(line).filter(is_import).unwrap_or("")))
        .collect();
    lines_saying(source, &only_imports, &imports, instead)
}

/// A local-zone `Date` in layout is how a calendar draws the wrong day.
pub fn arithmetic_knows_no_instants(source: &Source) -> Vec<Finding> {
    if !is_arithmetic(source) || source.is_test_file() {
        return Vec::new();
    }
    let asks = [
        "Date.now(",
        "new Date()",
        ".getDate(",
        ".getDay(",
        ".getMonth(",
        ".getFullYear(",
        ".getHours(",
        ".getMinutes(",
        ".getTimezoneOffset(",
        "Temporal.Now",
    ];
    lines_saying(
        source,
        &view(source, View::Code),
        &asks,
        "take civil dates and minutes as the host sends them (UTC methods of Date are arithmetic and allowed)",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tried::{bad, good};

    #[test]
    fn only_the_platform_speaks_with_the_host() {
        let rule = platform_is_the_only_door;
        let import = "import { invoke } from '@tauri-apps/api/core';";
        good(rule, "ui/src/platform/tauri.ts", import);
        good(rule, "ui/src/views/Month.svelte", "<script>\n// @tauri-apps is elsewhere\n</script>");
        bad(rule, "ui/src/state/events.ts", import, "ui/src/platform/");
        bad(
            rule,
            "ui/src/views/X.svelte",
            &format!("<script lang=\"ts\">\n{import}\n</script>"),
            "platform",
        );
    }

    #[test]
    fn arithmetic_imports_no_framework() {
        let rule = arithmetic_knows_no_framework;
        good(
            rule,
            "ui/src/layout/pack.ts",
            "import { days } from '../time/civil';\nconst window = 3;",
        );
        good(rule, "ui/src/views/month.ts", "import { tick } from 'svelte';");
        bad(rule, "ui/src/layout/pack.ts", "import { tick } from 'svelte';", "plain arithmetic");
        bad(rule, "ui/src/time/civil.ts", "document.title = x;", "document.");
        bad(rule, "ui/src/time/Clock.svelte", "<p></p>", "plain arithmetic");
    }

    #[test]
    fn arithmetic_reads_no_local_date() {
        let rule = arithmetic_knows_no_instants;
        good(rule, "ui/src/time/civil.ts", "new Date(Date.UTC(y, m, d)).getUTCDay()");
        bad(rule, "ui/src/time/civil.ts", "const d = new Date();", "civil dates");
        bad(rule, "ui/src/layout/pack.ts", "when.getDay()", ".getDay(");
    }
}
