//! The Debian package: built from the programs under test, unpacked, and started from there.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use acceptance::{
    desktop::kill,
    home::{Home, program},
};
use calendar::{delivery::State, id::ChannelId};
use engine::{Engine, ledger::SchedulerLock};

const ID: &str = "org.carillon.Carillon";

/// Runs it and gives what it printed.
fn printed(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} ended with {}:\n{said}", output.status);
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// The package's files, unpacked below this folder.
fn unpacked(folder: &Path) -> PathBuf {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../packaging/deb");
    let mut build = Command::new(script);
    build.args([program("carillon"), program("carillon-desktop"), folder.join("built")]);
    let package = printed(build.env("DEB_COMPRESSION", "none"));
    let root = folder.join("root");
    printed(Command::new("dpkg-deb").arg("--extract").arg(package).arg(&root));
    root
}

/// A command of the home, with the package's program in place of the built one.
fn packed(home: &Home, root: &Path, name: &str) -> Command {
    let like = home.command(name);
    let mut command = Command::new(root.join("usr/bin").join(name));
    command.env_clear().envs(like.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.env_remove("CARILLON_BIN_DIR").args(like.get_args());
    command
}

/// A process that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().unwrap_or(());
        self.0.wait().map(drop).unwrap_or(());
    }
}

/// A display without a screen, and its name.
fn display() -> (Running, String) {
    let mut server = Command::new("Xvfb")
        .args(["-displayfd", "1", "-screen", "0", "1280x900x24", "-nolisten", "tcp"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("Xvfb starts (package xvfb)");
    let output = server.stdout.take().expect("its output is piped");
    let mut number = String::new();
    BufReader::new(output).read_line(&mut number).expect("it says its number");
    assert!(!number.trim().is_empty(), "Xvfb found no free display");
    (Running(server), format!(":{}", number.trim()))
}

#[test]
fn the_package_holds_all_that_a_desktop_looks_for() {
    let folder = tempfile::tempdir().expect("a temp folder");
    let root = unpacked(folder.path());
    let share = root.join("usr/share");
    let read = |path: PathBuf| {
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let entry = read(share.join(format!("applications/{ID}.desktop")));
    let starts =
        ["", " --new", " --quick-add"].map(|words| format!("Exec=carillon-desktop{words}"));
    for line in starts.iter().chain([&format!("Icon={ID}")]) {
        assert!(entry.lines().any(|found| found == line), "{line} is not in\n{entry}");
    }
    let unit = read(root.join("usr/lib/systemd/user/carillon.service"));
    assert!(unit.contains("ExecStart=/usr/bin/carillon daemon"), "{unit}");
    assert!(unit.contains("WantedBy=graphical-session.target"), "{unit}");
    for (path, words) in [
        ("bash-completion/completions/carillon", "daemon"),
        ("zsh/vendor-completions/_carillon", "daemon"),
        ("fish/vendor_completions.d/carillon.fish", "daemon"),
        ("doc/carillon/copyright", "MIT or Apache-2.0"),
    ] {
        assert!(read(share.join(path)).contains(words), "{path} does not say {words}");
    }
    let mut pages = vec!["man/man1/carillon.1.gz".to_owned()];
    pages.push("man/man1/carillon-desktop.1.gz".to_owned());
    let sizes = [16, 24, 32, 48, 64, 128, 256, 512];
    pages.extend(sizes.map(|size| format!("icons/hicolor/{size}x{size}/apps/{ID}.png")));
    pages.push(format!("icons/hicolor/scalable/apps/{ID}.svg"));
    for state in ["", "-paused", "-attention", "-problem"] {
        pages.push(format!("icons/hicolor/symbolic/apps/{ID}{state}-symbolic.svg"));
    }
    for path in pages {
        let size = fs::metadata(share.join(&path)).map_or(0, |found| found.len());
        assert!(size > 100, "{path} is missing or empty");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_programs_start_from_the_package() {
    let home = Home::new();
    let root = unpacked(home.folder());
    let (_server, name) = display();

    let mut service = packed(&home, &root, "carillon");
    let child = service.arg("daemon").arg("--no-tray").stderr(Stdio::null()).spawn();
    let service = Running(child.expect("the service starts"));
    let leader = home.until("a service", |engine| SchedulerLock::holder(&engine.dir())).await;
    assert_eq!(leader.0, service.0.id(), "the package's own service leads");

    let mut window = packed(&home, &root, "carillon-desktop");
    let child = window.env("DISPLAY", &name).stderr(Stdio::null()).spawn();
    let window = Running(child.expect("the window starts"));
    let mut search = Command::new("timeout");
    search.args(["60", "xdotool", "search", "--sync", "--onlyvisible", "--name", "^Carillon$"]);
    let shown = printed(search.env("DISPLAY", &name));
    let mut whose = Command::new("xdotool");
    whose.arg("getwindowpid").args(shown.lines().next()).env("DISPLAY", &name);
    assert_eq!(printed(&mut whose), window.0.id().to_string(), "the package's own window");
    let mut class = Command::new("xprop");
    class.arg("-id").args(shown.lines().next()).arg("WM_CLASS").env("DISPLAY", &name);
    assert!(printed(&mut class).contains(ID), "desktops match the window to its desktop file");
    drop(window);
    drop(service);
    the_window_starts_the_service(&home, &root, &name).await;
}

/// A window that finds no service starts the package's own, which outlives it.
async fn the_window_starts_the_service(home: &Home, root: &Path, display: &str) {
    let leads = |engine: &Engine| SchedulerLock::holder(&engine.dir());
    assert_eq!(leads(&home.engine), None, "no service runs");
    let mut window = packed(home, root, "carillon-desktop");
    let child = window.env("DISPLAY", display).stderr(Stdio::null()).spawn();
    let window = Running(child.expect("the window starts"));
    let (pid, _) = home.until("a service started by the window", leads).await;
    let service = Led(pid);
    let path = fs::read_link(format!("/proc/{pid}/exe")).expect("it runs");
    assert!(path.ends_with("root/usr/bin/carillon"), "the package's own: {}", path.display());
    drop(window);
    home.note("Tea", Duration::from_secs(1), ChannelId::DESKTOP);
    // There is nobody who shows it here; that this is noticed says that the service goes on.
    home.until_in(State::Held, 1).await;
    drop(service);
}

/// A service that somebody else started, ended with the test.
struct Led(u32);

impl Drop for Led {
    fn drop(&mut self) {
        kill(self.0);
    }
}
