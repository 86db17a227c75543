//! Checks the window's capabilities and prepares its resources.

fn main() {
    // What a window may do is part of the program: changed, it is built again.
    for part in ["build.rs", "capabilities", "permissions"] {
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
