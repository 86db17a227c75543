//! Where a ledger lies: in the directory that was named, or where the desktop keeps such things.

use std::{
    ffi::OsString,
    io,
    path::{Path, PathBuf},
};

/// What names a directory on the command line.
const OPTION: &str = "--data-dir";
/// What names it in the environment.
const VARIABLE: &str = "CARILLON_DATA_DIR";

/// The directories of one ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The ledger, its locks and its bell.
    pub data: PathBuf,
    /// The log and the high-water mark.
    pub state: PathBuf,
    /// What lasts only as long as one is logged in, where there is such a folder: one for each place, so
    /// that a copy which is tried out elsewhere says nothing of this ledger.
    pub runtime: Option<PathBuf>,
    /// What named it, the option or the variable; `None` for the usual place.
    pub named_by: Option<&'static str>,
}

/// Why there is no place.
#[derive(Debug, thiserror::Error)]
pub enum NoPlace {
    /// Nothing says where the user's files are.
    #[error(
        "there is no place for the ledger: none was named with --data-dir or CARILLON_DATA_DIR, \
         and neither HOME nor XDG_DATA_HOME is an absolute path"
    )]
    NoHome,
    /// The named directory cannot be made absolute.
    #[error("the directory {} cannot be found from here: {reason}", path.display())]
    Lost {
        /// As it was named.
        path: PathBuf,
        /// What the system said.
        reason: io::Error,
    },
}

impl Place {
    /// The place in this process's environment; `named` is what the user said with `--data-dir`.
    ///
    /// # Errors
    /// When nothing was named and there is no home.
    pub fn find(named: Option<&Path>) -> Result<Self, NoPlace> {
        Self::choose(named, |name| std::env::var_os(name))
    }

    /// As [`Place::find`], in a given environment. Everything lies under a named directory.
    ///
    /// # Errors
    /// When nothing was named and there is no home.
    pub fn choose(
        named: Option<&Path>,
        environment: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Self, NoPlace> {
        let variable =
            |name| environment(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        // The desktop's rules: a relative value is as good as none.
        let absolute = |name| variable(name).filter(|path| path.is_absolute());
        let runtime = |data: &Path| {
            let folder = absolute("XDG_RUNTIME_DIR")?.join("carillon");
            Some(folder.join(resolved(data).strip_prefix("/").ok()?))
        };
        let by_option = named.map(|path| (path.to_path_buf(), OPTION));
        let by_name = by_option.or_else(|| variable(VARIABLE).map(|path| (path, VARIABLE)));
        if let Some((path, by)) = by_name {
            let data =
                std::path::absolute(&path).map_err(|reason| NoPlace::Lost { path, reason })?;
            let (state, runtime) = (data.clone(), runtime(&data));
            return Ok(Self { data, state, runtime, named_by: Some(by) });
        }
        let below_home = |path: &str| absolute("HOME").map(|home| home.join(path));
        let data = absolute("XDG_DATA_HOME").or_else(|| below_home(".local/share"));
        let state = absolute("XDG_STATE_HOME").or_else(|| below_home(".local/state"));
        match (data, state) {
            (Some(data), state) => {
                let state = state.unwrap_or_else(|| data.clone()).join("carillon");
                let data = data.join("carillon");
                Ok(Self { runtime: runtime(&data), data, state, named_by: None })
            }
            (None, _) => Err(NoPlace::NoHome),
        }
    }
}

/// A path without links, as far as it is there: one place has one name, whichever way leads to it.
fn resolved(path: &Path) -> PathBuf {
    let there = path.ancestors().find_map(|part| Some((part, part.canonicalize().ok()?)));
    let Some((part, real)) = there else { return path.to_path_buf() };
    path.strip_prefix(part).map_or_else(|_| path.to_path_buf(), |rest| real.join(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_one_mark_whichever_link_leads_to_it() {
        let folder = tempfile::tempdir().expect("a temp folder");
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        std::fs::create_dir(&real).expect("a folder");
        std::os::unix::fs::symlink(&real, &link).expect("a link");
        let mark = |path: &Path| {
            let run = |name: &str| (name == "XDG_RUNTIME_DIR").then(|| "/run/user/1".into());
            Place::choose(Some(path), run).expect("a place").runtime.expect("a folder")
        };
        for rest in ["", "not there yet"] {
            assert_eq!(mark(&link.join(rest)), mark(&real.join(rest)));
        }
    }

    /// `NAME=value` by spaces; the answer is data and state, or the error.
    fn check(named: Option<&str>, environment: &str, wanted: &str) {
        let variable = |wanted: &str| {
            let mut pairs = environment.split_whitespace().filter_map(|pair| pair.split_once('='));
            pairs.find(|(name, _)| *name == wanted).map(|(_, value)| OsString::from(value))
        };
        let found = match Place::choose(named.map(Path::new), variable) {
            Ok(Place { data, state, named_by, .. }) => {
                format!("{} {} {named_by:?}", data.display(), state.display())
            }
            Err(error) => error.to_string(),
        };
        assert!(found.starts_with(wanted), "{named:?} {environment}: {found}");
    }

    #[test]
    fn a_named_directory_holds_everything() {
        check(
            Some("/x"),
            "HOME=/h CARILLON_DATA_DIR=/y XDG_DATA_HOME=/d",
            "/x /x Some(\"--data-dir\")",
        );
        check(
            None,
            "HOME=/h CARILLON_DATA_DIR=/y XDG_DATA_HOME=/d",
            "/y /y Some(\"CARILLON_DATA_DIR\")",
        );
    }

    #[test]
    fn otherwise_the_desktop_says_where() {
        check(None, "HOME=/h", "/h/.local/share/carillon /h/.local/state/carillon None");
        check(None, "HOME=/h CARILLON_DATA_DIR=", "/h/.local/share/carillon");
        check(None, "HOME=/h XDG_DATA_HOME=/d XDG_STATE_HOME=/s", "/d/carillon /s/carillon");
        check(None, "HOME=/h XDG_DATA_HOME=d", "/h/.local/share/carillon");
        check(None, "XDG_DATA_HOME=/d", "/d/carillon /d/carillon");
        check(None, "", "there is no place for the ledger");
    }

    #[test]
    fn what_lasts_while_the_computer_runs_is_kept_apart_for_each_place() {
        let runtime = |named: Option<&str>| {
            let variable = |name: &str| match name {
                "HOME" => Some(OsString::from("/h")),
                "XDG_RUNTIME_DIR" => Some(OsString::from("/run/1")),
                _ => None,
            };
            Place::choose(named.map(Path::new), variable).expect("a place").runtime
        };
        let folder = |path: &str| Some(PathBuf::from(path));
        assert_eq!(runtime(Some("/x/a")), folder("/run/1/carillon/x/a"));
        assert_eq!(runtime(None), folder("/run/1/carillon/h/.local/share/carillon"));
    }
}
