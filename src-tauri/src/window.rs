//! The window: built, brought forward when asked for again, told when the ledger changed. Beside
//! it, or alone, a small one for a line of text, which comes and goes by itself.

use std::{path::Path, sync::Arc};

use engine::{bell::Bell, ledger::SchedulerLock, place::Place};
use tauri::{
    AppHandle, Emitter, Manager, Theme, WebviewUrl, WebviewWindow, WebviewWindowBuilder,
    WindowEvent, Wry,
    webview::{Color, NewWindowResponse},
};
use wire::{
    EngineHost, Host,
    dto::{Empty, Open, Theme as Wanted},
};

use crate::{
    args::{self, Args},
    commands,
    door::Door,
    dropped,
};

const LABEL: &str = "main";
const QUICK: &str = "quick";
/// The page's own background in the dark theme.
const DARK: Color = Color(0x17, 0x18, 0x1c, 0xff);
/// Tells the UI to read again what it shows.
const CHANGED: &str = "changed";
/// Tells the UI what a second start was for, as `boot` tells it at the first.
const OPEN: &str = "open";

/// Shows the window and returns when it was closed.
///
/// # Errors
/// One sentence when there is no display or the window cannot be made.
pub fn run(args: Args) -> Result<(), String> {
    check_display()?;
    let context = tauri::generate_context!();
    // Desktops match a window to its desktop file by this name.
    #[cfg(target_os = "linux")]
    glib::set_prgname(Some(context.config().identifier.as_str()));
    #[cfg(target_os = "linux")]
    let _bus = outlived_bus();
    let place = Place::find(args.data_dir.as_deref()).map_err(|error| error.to_string())?;
    let single = tauri_plugin_single_instance::Builder::new()
        .dbus_id(args::instance_name(&context.config().identifier, &place.data))
        .callback(|app, words, _directory| come_forward(app, words))
        .build();
    tauri::Builder::default()
        .plugin(single)
        .invoke_handler(tauri::generate_handler![commands::call])
        .setup(move |app| {
            // Only the first window over a ledger comes here; a second start has ended by now.
            let handle = app.handle().clone();
            let data = place.data.clone();
            let opened = move |host: Arc<EngineHost>| {
                watch(handle.clone(), &data);
                tauri::async_runtime::spawn_blocking(move || start_service(&host));
            };
            let door = Arc::new(Door::new(place, args.data_dir.as_deref(), args.open, opened));
            app.manage(door.clone());
            if args.quick_add {
                build_quick(app.handle())?;
            } else {
                build(app.handle())?;
            }
            // The page will say it if this fails; here it only begins early.
            tauri::async_runtime::spawn_blocking(move || door.host().map(drop));
            Ok(())
        })
        .run(context)
        .map_err(|error| format!("the window could not be opened: {error}"))
}

fn build(app: &AppHandle) -> tauri::Result<()> {
    let window = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::default())
        .title("Carillon")
        .inner_size(1200.0, 800.0)
        .min_inner_size(760.0, 520.0);
    let window = finish(window, None)?;
    let app = app.clone();
    window.on_window_event(move |event| {
        if let WindowEvent::DragDrop(event) = event {
            dropped::carry(&app, LABEL, event);
        }
    });
    Ok(())
}

/// The page of the small window: a field, what is understood in it, and how it is read. It comes in
/// sight and takes the focus when its page says that the field takes keys: one that was there before
/// would swallow what is typed first.
fn build_quick(app: &AppHandle) -> tauri::Result<()> {
    let window = WebviewWindowBuilder::new(app, QUICK, WebviewUrl::App("index.html?quick".into()))
        .title("Quick add")
        .inner_size(560.0, 200.0)
        .resizable(false)
        .decorations(false)
        .always_on_top(true)
        .visible(false)
        .disable_drag_drop_handler()
        .center();
    finish(window, wanted_theme(app)).map(drop)
}

/// The look that the settings name; none when that is the system's, or nobody can say.
fn wanted_theme(app: &AppHandle) -> Option<Theme> {
    let settings = app.state::<Arc<Door>>().host().and_then(|host| host.get_settings(Empty {}));
    match settings.ok()?.theme {
        Wanted::System => None,
        Wanted::Light => Some(Theme::Light),
        Wanted::Dark => Some(Theme::Dark),
    }
}

fn finish(
    window: WebviewWindowBuilder<'_, Wry, AppHandle>,
    theme: Option<Theme>,
) -> tauri::Result<WebviewWindow> {
    let window = window
        // Our page and no other, whatever a calendar's text may link to.
        .on_navigation(|address| {
            address.scheme() == "tauri" || address.host_str() == Some("tauri.localhost")
        })
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .build()?;
    // Until the page is painted, not a white flash in a dark room.
    if theme.map_or_else(|| window.theme(), Ok)? == Theme::Dark {
        window.set_background_color(Some(DARK))?;
    }
    Ok(window)
}

/// A second start over the same ledger ends at once and leaves its words here.
fn come_forward(app: &AppHandle, words: Vec<String>) {
    let asked = args::parse(words.into_iter().skip(1).map(Into::into)).unwrap_or_else(|sentence| {
        eprintln!("carillon-desktop: {sentence}");
        Args::default()
    });
    let shown = if asked.quick_add { show_quick(app) } else { show(app, asked.open) };
    if let Err(error) = shown {
        eprintln!("carillon-desktop: the window could not be brought forward: {error}");
    }
}

/// The small window comes alone; the large one stays where it is. Asked for once more, it comes in
/// sight whatever its page does.
fn show_quick(app: &AppHandle) -> tauri::Result<()> {
    match app.get_webview_window(QUICK) {
        Some(window) => window.show().and_then(|()| window.set_focus()),
        None => build_quick(app),
    }
}

fn show(app: &AppHandle, open: Option<Open>) -> tauri::Result<()> {
    let Some(window) = app.get_webview_window(LABEL) else {
        app.state::<Arc<Door>>().open_next(open);
        return build(app);
    };
    let shown = window.unminimize().and_then(|()| window.show()).and_then(|()| window.set_focus());
    if let Some(open) = open {
        tell(app, OPEN, open);
    }
    shown
}

/// Starts the service unless one runs. The page says *Reminders are off* while none does, so a
/// failure is only noted here.
fn start_service(host: &EngineHost) {
    if let Err(fault) = host.start_service(Empty {}) {
        eprintln!("carillon-desktop: the service was not started: {fault}");
    }
}

/// Without the bell the window is only slower to notice what others wrote, and without the watch
/// on the service's lock, that the service is gone.
fn watch(app: AppHandle, data_dir: &Path) {
    let gone = app.clone();
    if let Err(error) = Bell::in_dir(data_dir).watch(move || tell(&app, CHANGED, ())) {
        eprintln!(
            "carillon-desktop: changes by others show late: the bell beside the ledger cannot be watched: {error}"
        );
    }
    if let Err(error) = SchedulerLock::watch_release(data_dir, move || tell(&gone, CHANGED, ())) {
        eprintln!("carillon-desktop: the end of the service shows late: {error}");
    }
}

fn tell(app: &AppHandle, event: &str, what: impl serde::Serialize + Clone) {
    if let Err(error) = app.emit(event, what) {
        eprintln!("carillon-desktop: the page could not be told {event}: {error}");
    }
}

/// The toolkit's connection to the session bus, which ends the process with the bus unless told
/// otherwise. Kept, as the toolkit makes another one when nobody holds it; none without a bus.
#[cfg(target_os = "linux")]
fn outlived_bus() -> Option<gio::DBusConnection> {
    let bus = gio::bus_get_sync(gio::BusType::Session, gio::Cancellable::NONE).ok()?;
    bus.set_exit_on_close(false);
    Some(bus)
}

#[cfg(target_os = "linux")]
fn check_display() -> Result<(), String> {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if set("DISPLAY") || set("WAYLAND_DISPLAY") {
        return Ok(());
    }
    Err("there is no display to open a window on (DISPLAY and WAYLAND_DISPLAY are not set): \
         start it from a desktop session, or use the command line, `carillon`"
        .to_owned())
}

#[cfg(not(target_os = "linux"))]
fn check_display() -> Result<(), String> {
    Ok(())
}
