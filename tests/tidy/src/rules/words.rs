//! Words that do not belong into what is committed.

use super::lines_saying;
use crate::{
    Finding, Source,
    scan::{View, view},
};

/// What is not built yet is a line in the README or an issue, not a note in the code.
pub fn nothing_is_left_to_do(source: &Source) -> Vec<Finding> {
    if source.is_tidy()
        || !(source.is_code() || source.ends_with(".sql") || source.ends_with(".css"))
    {
        return Vec::new();
    }
    lines_saying(
        source,
        &source.text,
        &["TODO", "FIXME", "XXX", "HACK", "todo!", "unimplemented!"],
        "do it now, or leave it out and say so in the README",
    )
}

/// A test that does not run proves nothing.
pub fn no_test_is_ignored(source: &Source) -> Vec<Finding> {
    if source.is_tidy() || !source.is_code() {
        return Vec::new();
    }
    let ways: &[&str] = match source.ends_with(".rs") {
        true => &["#[ignore", ", ignore)]", ", ignore ="],
        false => &[
            "it.skip",
            "test.skip",
            "describe.skip",
            "it.only",
            "test.only",
            "describe.only",
            "it.todo",
            "test.todo",
        ],
    };
    lines_saying(
        source,
        &view(source, View::Code),
        ways,
        "let it run, or assert the wrong result and say why it is wrong",
    )
}

/// A sleep makes a test slow when it is right and wrong when the machine is slow.
pub fn no_test_sleeps(source: &Source) -> Vec<Finding> {
    if source.is_tidy() || !source.is_code() {
        return Vec::new();
    }
    // Time passes there when nobody has anything to do, and costs nothing.
    let is_simulated = source.is_under("tests/sim/src") || source.is_under("tests/disk/src");
    let begin = if is_simulated { usize::MAX } else { source.tests_begin() };
    let instead = "wait for a signal (a channel, a file, a bus message) or set the test's clock";
    let text = view(source, View::Code);
    let ways: &[&str] = match source.ends_with(".rs") {
        true => &["thread::sleep", "time::sleep", "sleep("],
        false => &["waitForTimeout(", "setTimeout("],
    };
    let mut found = lines_saying(source, &text, ways, instead);
    found.retain(|finding| finding.line >= begin);
    if source.ends_with(".rs") {
        // Blocking a thread for a while is wrong in the product as well.
        let blocks = lines_saying(source, &text, &["thread::sleep"], instead);
        found.extend(blocks.into_iter().filter(|finding| finding.line < begin));
    }
    found
}

/// What cannot be must be said: `expect("BUG: …")`; what may be is an error or an outcome.
pub fn nothing_is_unwrapped(source: &Source) -> Vec<Finding> {
    if !source.ends_with(".rs") {
        return Vec::new();
    }
    let begin = source.tests_begin();
    let text = view(source, View::Code);
    let mut found = lines_saying(
        source,
        &text,
        &[".unwrap()", ".unwrap_err()"],
        "say why it cannot fail with expect(\"BUG: …\"), or return the error",
    );
    found.retain(|finding| finding.line < begin);
    found
}

/// What is committed must mean the same on every machine.
pub fn no_path_of_a_machine(source: &Source) -> Vec<Finding> {
    if source.is_tidy() {
        return Vec::new();
    }
    let homes = [concat!("/wo", "rk/"), concat!("/ro", "ot/"), "/Users/", "/home/", "C:\\Users\\"];
    let lines = source.text.lines().enumerate();
    let of_a_machine = lines.filter_map(|(n, line)| {
        homes.iter().find(|home| begins_a_path(line, home)).map(|home| (n, home))
    });
    of_a_machine
        .map(|(n, home)| {
            Finding::at(
                source,
                n + 1,
                format!(
                    "`{home}…` is a path of one machine: use a relative one, or ask the environment"
                ),
            )
        })
        .collect()
}

/// Whether `home` stands there as the beginning of a path, with something behind it.
fn begins_a_path(line: &str, home: &str) -> bool {
    line.match_indices(home).any(|(at, _)| {
        let inside = |c: char| c.is_alphanumeric() || "._-~}".contains(c);
        let before = line[..at].chars().next_back();
        let after = line[at + home.len()..].chars().next();
        !before.is_some_and(inside) && after.is_some_and(|c| c.is_ascii_alphanumeric())
    })
}

/// A lock file written behind a mirror would send everybody to that mirror.
pub fn packages_come_from_the_public_registry(source: &Source) -> Vec<Finding> {
    let (key, registry) = match source.path.rsplit('/').next() {
        // The client is told to name no address, so that everybody asks the registry they have.
        Some("package-lock.json") => ("\"resolved\": \"", "file:"),
        Some("Cargo.lock") => {
            ("source = \"", "registry+https://github.com/rust-lang/crates.io-index")
        }
        _ => return Vec::new(),
    };
    let elsewhere =
        |line: &str| line.split(key).nth(1).is_some_and(|from| !from.starts_with(registry));
    let lines = source.text.lines().enumerate().filter(|(_, line)| elsewhere(line));
    lines
        .map(|(n, _)| {
            Finding::at(
                source,
                n + 1,
                format!("a package from elsewhere: make the lock file name {registry}"),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tried::{bad, good};

    #[test]
    fn nothing_is_left_for_later() {
        good(nothing_is_left_to_do, "a.rs", "let todos = 1;");
        good(nothing_is_left_to_do, "README.md", "TODO");
        bad(nothing_is_left_to_do, "a.rs", "// TODO later", "do it now");
        bad(nothing_is_left_to_do, "ui/a.svelte", "<p>FIXME</p>", "FIXME");
    }

    #[test]
    fn every_test_runs() {
        good(
            no_test_is_ignored,
            "a.rs",
            "#[test]\n#[cfg_attr(not(x), allow(dead_code))]\nfn ignored() {}",
        );
        good(no_test_is_ignored, "a.test.ts", "it('skips a day', () => {})");
        bad(no_test_is_ignored, "a.rs", "#[test]\n#[ignore = \"slow\"]", "let it run");
        bad(no_test_is_ignored, "a.test.ts", "describe.only('x', () => {})", "describe.only");
    }

    #[test]
    fn no_test_waits_for_time_to_pass() {
        let rule = no_test_sleeps;
        good(
            rule,
            "crates/e/src/a.rs",
            "async fn a() { tokio::time::sleep(x).await }\n#[cfg(test)]\nmod tests {}",
        );
        good(rule, "tests/tests/a.rs", "let asleep = 1; // sleep(1)");
        good(rule, "ui/src/a.ts", "setTimeout(f, 8000)");
        bad(rule, "crates/e/src/a.rs", "fn a() { std::thread::sleep(x) }", "wait for a signal");
        bad(rule, "crates/e/src/a.rs", "#[cfg(test)]\nmod tests { fn a() { sleep(x) } }", "signal");
        bad(rule, "tests/tests/a.rs", "tokio::time::sleep(x).await", "time::sleep");
        good(rule, "tests/sim/src/a.rs", "tokio::time::sleep(x).await");
        bad(rule, "tests/sim/src/a.rs", "std::thread::sleep(x)", "thread::sleep");
        bad(rule, "ui/src/a.test.ts", "await page.waitForTimeout(100)", "waitForTimeout");
    }

    #[test]
    fn nothing_in_the_product_is_unwrapped() {
        let rule = nothing_is_unwrapped;
        good(
            rule,
            "a.rs",
            "x.unwrap_or(1); x.expect(\"BUG: …\")\n#[cfg(test)]\nmod tests { x.unwrap() }",
        );
        good(rule, "tests/tests/a.rs", "x.unwrap()");
        bad(rule, "a.rs", "x.unwrap()", "expect(\"BUG");
    }

    #[test]
    fn no_machine_is_named() {
        let rule = no_path_of_a_machine;
        good(rule, "README.md", "in /home/… or wherever; see docs");
        for text in [concat!("cd /wo", "rk/main"), "/home/ana/.config", "C:\\Users\\Ana"] {
            bad(rule, "README.md", text, "a path of one machine");
        }
    }

    #[test]
    fn no_mirror_is_locked_in() {
        let rule = packages_come_from_the_public_registry;
        good(rule, "ui/package-lock.json", "\"resolved\": \"file:../a\",");
        good(
            rule,
            "Cargo.lock",
            "source = \"registry+https://github.com/rust-lang/crates.io-index\"",
        );
        bad(
            rule,
            "ui/package-lock.json",
            "\"resolved\": \"https://mirror.example/a/-/a-1.tgz\",",
            "file:",
        );
        bad(rule, "Cargo.lock", "source = \"git+https://example.org/a\"", "crates.io");
    }
}
