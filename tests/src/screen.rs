//! A virtual screen, and what a window manager would do on it.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use rustix::process::{Pid, Signal, kill_process};
use x11rb::{
    connection::Connection,
    errors::ReplyError,
    protocol::xproto::{Atom, AtomEnum, ClientMessageEvent, ConnectionExt, EventMask, Window},
    rust_connection::RustConnection,
};

/// Two numbers a window manager and a window agree on.
const PROTOCOLS: &[u8] = b"WM_PROTOCOLS";
const DELETE: &[u8] = b"WM_DELETE_WINDOW";

/// A virtual screen; its number is its own choice.
pub struct Screen {
    server: Child,
    /// What DISPLAY is to say.
    pub name: String,
}

impl Screen {
    /// Starts one.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start() -> Self {
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1360x860x24", "-nolisten", "tcp"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb starts (package xvfb)");
        let mut number = String::new();
        let out = server.stdout.take().expect("its output is piped");
        BufReader::new(out).read_line(&mut number).expect("its output can be read");
        let number = number.trim();
        assert!(!number.is_empty(), "Xvfb came up without a display");
        Self { server, name: format!(":{number}") }
    }

    /// Asks a window to close, as its title bar's button does (ICCCM 4.2.8.1).
    ///
    /// # Panics
    /// When no visible window has this title, or the screen is gone.
    pub fn close(&self, title: &str) {
        let asked = self.ask_to_close(title).expect("the screen answers");
        assert!(asked, "no window called {title} can be closed");
    }

    fn ask_to_close(&self, title: &str) -> Result<bool, ReplyError> {
        let (screen, number) = x11rb::connect(Some(&self.name)).expect("the screen is there");
        let root = screen.setup().roots[number].root;
        let atom = |name: &[u8]| -> Result<Atom, ReplyError> {
            Ok(screen.intern_atom(false, name)?.reply()?.atom)
        };
        let (protocols, delete) = (atom(PROTOCOLS)?, atom(DELETE)?);
        let mut is_asked = false;
        for window in screen.query_tree(root)?.reply()?.children {
            let takes = property(&screen, window, protocols, AtomEnum::ATOM)?;
            let takes = takes.chunks_exact(4).any(|atom| atom == delete.to_ne_bytes());
            let name = property(&screen, window, AtomEnum::WM_NAME.into(), AtomEnum::ANY)?;
            if !takes || name != title.as_bytes() {
                continue;
            }
            let data = [delete, x11rb::CURRENT_TIME, 0, 0, 0];
            let message = ClientMessageEvent::new(32, window, protocols, data);
            screen.send_event(false, window, EventMask::NO_EVENT, message)?.check()?;
            is_asked = true;
        }
        Ok(is_asked)
    }
}

/// The bytes of a window's property; none when it has it not.
fn property(
    screen: &RustConnection,
    window: Window,
    name: Atom,
    kind: AtomEnum,
) -> Result<Vec<u8>, ReplyError> {
    const WORDS: u32 = 64;
    Ok(screen.get_property(false, window, name, kind, 0, WORDS)?.reply()?.value)
}

impl Drop for Screen {
    fn drop(&mut self) {
        // Asked to end, it takes its lock file and socket with it.
        let pid = Pid::from_child(&self.server);
        kill_process(pid, Signal::TERM).unwrap_or(());
        self.server.wait().map(drop).unwrap_or(());
    }
}
