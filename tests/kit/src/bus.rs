//! A private session bus: a `dbus-daemon` of its own for each test, in a directory of its own,
//! ended by its pid when dropped. It can be stopped and started again at the same address.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};

use tempfile::TempDir;

/// A running private bus.
#[derive(Debug)]
pub struct Bus {
    folder: TempDir,
    address: String,
    announced: String,
    daemon: Option<Child>,
    // Programs the bus starts write there too, and would fail if nobody held the other end.
    output: Option<BufReader<ChildStdout>>,
}

impl Bus {
    /// A fresh bus, ready to be used.
    ///
    /// # Panics
    /// When `dbus-daemon` is not installed or does not start.
    pub fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("bus").tempdir().expect("a temporary folder");
        let address = format!("unix:path={}", folder.path().join("bus").display());
        fs::create_dir(folder.path().join("services")).expect("a folder for services");
        let config = config(&address, &folder.path().join("services"));
        fs::write(folder.path().join("session.conf"), config).expect("the bus configuration");
        let mut bus =
            Self { folder, address, announced: String::new(), daemon: None, output: None };
        bus.restart();
        bus
    }

    /// Where it listens, as `DBUS_SESSION_BUS_ADDRESS` says it.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The same as the bus itself says it, with the guid of its present life.
    pub fn announced(&self) -> &str {
        &self.announced
    }

    /// Makes a name activatable: the bus runs the program when the name is called.
    /// Takes effect at the next [`Bus::restart`] or `ReloadConfig`.
    pub fn activatable(&self, name: &str, exec: &str) {
        let text = format!("[D-BUS Service]\nName={name}\nExec={exec}\n");
        let file = self.folder.path().join("services").join(format!("{name}.service"));
        fs::write(file, text).expect("the service file");
    }

    /// Ends the bus: everybody connected loses their connection.
    pub fn stop(&mut self) {
        if let Some(mut daemon) = self.daemon.take() {
            let _ = daemon.kill();
            let _ = daemon.wait();
        }
        let _ = fs::remove_file(self.folder.path().join("bus"));
    }

    /// Ends it if it runs, and starts another one at the same address.
    ///
    /// # Panics
    /// When `dbus-daemon` is not installed or does not start.
    pub fn restart(&mut self) {
        self.stop();
        let mut config = std::ffi::OsString::from("--config-file=");
        config.push(self.folder.path().join("session.conf"));
        let mut daemon = Command::new("dbus-daemon")
            .arg(config)
            .args(["--nofork", "--nosyslog", "--print-address=1"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("dbus-daemon starts (package dbus)");
        let mut line = String::new();
        let out = daemon.stdout.take().expect("its output is piped");
        let mut output = BufReader::new(out);
        output.read_line(&mut line).expect("its output can be read");
        self.output = Some(output);
        self.daemon = Some(daemon);
        assert!(line.starts_with("unix:"), "dbus-daemon did not say where it listens: '{line}'");
        self.announced = line.trim_end().to_owned();
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        self.stop();
    }
}

fn config(address: &str, services: &Path) -> String {
    format!(
        r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>{address}</listen>
  <auth>EXTERNAL</auth>
  <servicedir>{}</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#,
        services.display()
    )
}
