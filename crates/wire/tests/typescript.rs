//! The generated TypeScript is what the Rust types say. `UPDATE_WIRE=1` rewrites it.

use std::path::Path;
use std::{env, fs};

use wire::typescript::files;

#[test]
fn the_windows_types_are_fresh() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/src/wire");
    let update = env::var_os("UPDATE_WIRE").is_some();
    if update {
        fs::create_dir_all(&folder).expect("make the folder");
    }
    for (name, wanted) in files() {
        let path = folder.join(name);
        if update {
            fs::write(&path, &wanted).expect("write the types");
        }
        let found = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            found == wanted,
            "ui/src/wire/{name} is stale: run UPDATE_WIRE=1 cargo test -p wire"
        );
    }
}

#[test]
fn a_request_crosses_as_command_and_arguments() {
    let text = r#"{"cmd":"range","args":{"from":"2026-11-16","to":"2026-11-23"}}"#;
    let request: wire::Request = serde_json::from_str(text).expect("parse");
    let wire::Request::Range(query) = request else { panic!("another command: {request:?}") };
    assert_eq!((query.from.as_str(), query.second_zone), ("2026-11-16", None));
}
