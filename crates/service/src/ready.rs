//! Telling the one who started us that we are ready, or ending: systemd's `NOTIFY_SOCKET`.
//! Without that variable nobody asked.

use std::{ffi::OsStr, io, os::unix::net::UnixDatagram};

/// The service rings from now on.
pub fn ready() {
    tell("READY=1");
}

/// It claims no more, and finishes what it has in hand.
pub fn stopping() {
    tell("STOPPING=1");
}

/// A failure is only logged: systemd will say itself that it waited in vain.
fn tell(what: &str) {
    let Some(socket) = std::env::var_os("NOTIFY_SOCKET") else { return };
    if let Err(error) = send(&socket, what) {
        tracing::warn!(%error, "the service manager could not be told {what}");
    }
}

fn send(socket: &OsStr, what: &str) -> io::Result<()> {
    let ours = UnixDatagram::unbound()?;
    #[cfg(target_os = "linux")]
    if let Some(name) = std::os::unix::ffi::OsStrExt::as_bytes(socket).strip_prefix(b"@") {
        use std::os::{linux::net::SocketAddrExt, unix::net::SocketAddr};
        ours.send_to_addr(what.as_bytes(), &SocketAddr::from_abstract_name(name)?)?;
        return Ok(());
    }
    ours.send_to(what.as_bytes(), socket)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(by: &UnixDatagram) -> String {
        let mut buffer = [0; 64];
        let length = by.recv(&mut buffer).expect("a word");
        String::from_utf8_lossy(&buffer[..length]).into_owned()
    }

    #[test]
    fn a_socket_in_a_folder_hears_it() {
        let dir = tempfile::tempdir().expect("a temp folder");
        let path = dir.path().join("notify");
        let manager = UnixDatagram::bind(&path).expect("a socket");
        send(path.as_os_str(), "READY=1").expect("told");
        assert_eq!(heard(&manager), "READY=1");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn an_abstract_socket_hears_it() {
        use std::os::{linux::net::SocketAddrExt, unix::net::SocketAddr};
        let name = format!("carillon-test-{}", std::process::id());
        let address = SocketAddr::from_abstract_name(&name).expect("a name");
        let manager = UnixDatagram::bind_addr(&address).expect("a socket");
        send(OsStr::new(&format!("@{name}")), "STOPPING=1").expect("told");
        assert_eq!(heard(&manager), "STOPPING=1");
    }

    #[test]
    fn a_manager_that_is_gone_is_an_error_and_nothing_more() {
        send(OsStr::new("/nowhere/notify"), "READY=1").expect_err("nobody there");
    }
}
