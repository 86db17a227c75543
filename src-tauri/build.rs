//! Checks the window's capabilities and that the UI it is to carry is that of its sources, and prepares
//! its resources.

mod sources;

use std::path::Path;

fn main() {
    println!("cargo:rerun-if-changed=ui/dist");
    for part in sources::PARTS {
        println!("cargo:rerun-if-changed=ui/{part}");
    }
    if let Some(refusal) = sources::refusal(Path::new("ui")) {
        eprintln!("{refusal}");
        std::process::exit(1);
    }
    // What a window may do is part of the program: changed, it is built again.
    for part in ["build.rs", "sources.rs", "capabilities", "permissions"] {
        println!("cargo:rerun-if-changed=src-tauri/{part}");
    }
    // The configuration lies at the root, so Tauri has to be told where the rest is.
    let app = tauri_build::AppManifest::new()
        .permissions_path_pattern("./src-tauri/permissions/**/*.toml");
    let attributes = tauri_build::Attributes::new()
        .capabilities_path_pattern("./src-tauri/capabilities/**/*.json")
        .app_manifest(app);
    if let Err(error) = tauri_build::try_build(attributes) {
        eprintln!("the window's configuration was not accepted: {error:#}");
        std::process::exit(1);
    }
}
