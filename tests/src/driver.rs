//! A small WebDriver client for the real window: WebKitWebDriver starts the program, finds what a
//! person would find (by role and name), clicks and types. Whoever waits is answered by the
//! driver, which looks again whenever the page changes; so nothing here sleeps.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// How long the driver looks for something before it says that it is not there.
const PATIENCE: Duration = Duration::from_secs(20);
/// How much longer than the driver we wait for its answer.
const GRACE: Duration = Duration::from_secs(20);
/// A started driver listens within milliseconds; this is for a machine with a hundred things to do.
const START: Duration = Duration::from_secs(20);
/// The key under which WebDriver hands out elements.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Something in the window, as a person would call it.
#[derive(Debug, Clone)]
pub struct What {
    xpath: String,
    said: String,
}

impl What {
    fn new(said: String, xpath: String) -> Self {
        Self { xpath, said }
    }

    /// A button, by its name.
    pub fn button(name: &str) -> Self {
        let name = quoted(name);
        let words = format!("normalize-space(.)={name} or span[normalize-space(.)={name}]");
        let xpath = format!("//button[@aria-label={name} or (not(@aria-label) and ({words}))]");
        Self::new(format!("a button called {name}"), xpath)
    }

    /// A page in the sidebar.
    pub fn page(name: &str) -> Self {
        let name = quoted(name);
        let xpath = format!("//nav//button[span[normalize-space(.)={name}]]");
        Self::new(format!("the page {name}"), xpath)
    }

    /// The calendar's title, which asks for a date.
    pub fn goto() -> Self {
        let xpath = "//main//button[contains(@aria-label,\"Go to date\")] | //h1/button";
        Self::new("the calendar's title".into(), xpath.into())
    }

    /// A field or a choice among several, by its label.
    pub fn field(label: &str) -> Self {
        let label = quoted(label);
        let xpath = format!(
            "//*[@id=//label[normalize-space(.)={label}]/@for] | //label[normalize-space(.)={label}][input]"
        );
        Self::new(format!("a field labelled {label}"), xpath)
    }

    /// Whatever goes by this name.
    pub fn named(name: &str) -> Self {
        let xpath = format!("//*[@aria-label={}]", quoted(name));
        Self::new(format!("something called {name}"), xpath)
    }

    /// An occurrence in the calendar, whose name has all of these parts.
    pub fn chip(parts: &[&str]) -> Self {
        let says = |part: &&str| format!("contains(@aria-label,{})", quoted(part));
        let all = parts.iter().map(says).collect::<Vec<_>>().join(" and ");
        let xpath = format!("//main//button[@data-key][{all}]");
        Self::new(format!("a chip that says {}", parts.join(", ")), xpath)
    }

    /// Something among what rings next.
    pub fn up_next(title: &str) -> Self {
        let xpath =
            format!("//aside//*[@aria-label='Up next']//button[contains(.,{})]", quoted(title));
        Self::new(format!("{title} among what rings next"), xpath)
    }

    /// The line across the window that says what keeps reminders from ringing.
    pub fn banner(text: &str) -> Self {
        let xpath = format!("//*[@role='status'][contains(.,{})]", quoted(text));
        Self::new(format!("a banner that says '{text}'"), xpath)
    }

    /// Words anywhere on the page, in one piece.
    pub fn words(text: &str) -> Self {
        let xpath = format!("//main//*[normalize-space(text())={}]", quoted(text));
        Self::new(format!("the words '{text}'"), xpath)
    }

    /// A row of a list that has these words.
    pub fn row(text: &str) -> Self {
        let xpath = format!("//main//li[contains(.,{})]", quoted(text));
        Self::new(format!("a row with '{text}'"), xpath)
    }

    /// Something inside of this.
    #[must_use]
    pub fn with(&self, inner: &Self) -> Self {
        let xpath = format!("{}{}", self.xpath, inner.xpath);
        Self::new(format!("{} with {}", self.said, inner.said), xpath)
    }

    /// The page without this.
    #[must_use]
    pub fn gone(&self) -> Self {
        let xpath = format!("/html[not({})]", self.xpath);
        Self::new(format!("the end of {}", self.said), xpath)
    }
}

/// Text as XPath has it. Our own texts have no double quotes in them.
fn quoted(text: &str) -> String {
    assert!(!text.contains('"'), "XPath has no way to say {text}");
    format!("\"{text}\"")
}

/// A driver with its session: one window.
pub struct Driver {
    child: Child,
    address: SocketAddr,
    session: String,
    patience: Duration,
    log: PathBuf,
}

impl Driver {
    /// Starts a driver (a `Command` of it, with the environment the window is to have) and a
    /// window: this program with these arguments. Both write to `log`.
    ///
    /// # Panics
    /// When one of them does not start in time; it says what they wrote.
    pub async fn open(mut command: Command, program: &Path, words: &[&str], log: &Path) -> Self {
        let file = fs::File::options().create(true).append(true).open(log).expect("a log");
        command
            .args(["--host=127.0.0.1", "--port=0"])
            .env("TAURI_AUTOMATION", "true")
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .stdin(Stdio::null())
            .stdout(file.try_clone().expect("a log"))
            .stderr(file);
        let child = command.spawn().expect("WebKitWebDriver starts (package webkit2gtk-driver)");
        let address = listening(child.id()).await;
        let mut driver = Self {
            child,
            address,
            session: String::new(),
            patience: PATIENCE,
            log: log.to_path_buf(),
        };
        let options = json!({ "binary": program, "args": words });
        let wanted = json!({ "browserName": "wry", "webkitgtk:browserOptions": options });
        let asked = json!({ "capabilities": { "alwaysMatch": wanted } });
        let made = driver.ask("POST", "/session", &asked).await;
        let made = made.unwrap_or_else(|said| panic!("no window: {said}\n{}", driver.said()));
        driver.session = made["sessionId"].as_str().expect("a session has an id").to_owned();
        driver.set_patience(PATIENCE).await;
        driver
    }

    /// What driver and window wrote.
    pub fn said(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// The window's process: the driver's only child.
    ///
    /// # Panics
    /// When there is none.
    pub fn window(&self) -> u32 {
        let id = self.child.id();
        let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children"));
        let children = children.expect("the driver lives");
        children.split_whitespace().next().and_then(|pid| pid.parse().ok()).expect("a window")
    }

    /// From now on things are looked for so long.
    ///
    /// # Panics
    /// When the window is gone.
    pub async fn set_patience(&mut self, patience: Duration) {
        let wait = u64::try_from(patience.as_millis()).expect("not for ever");
        self.must("POST", "/timeouts", &json!({ "implicit": wait })).await;
        self.patience = patience;
    }

    /// Waits until this is there.
    ///
    /// # Panics
    /// When it does not come in time; it says what the window shows instead.
    pub async fn see(&self, what: &What) -> Seen<'_> {
        let asked = json!({ "using": "xpath", "value": what.xpath });
        match self.in_session("POST", "/element", &asked).await {
            Ok(found) => {
                let id = found[ELEMENT].as_str().expect("an element has an id").to_owned();
                Seen { driver: self, id, said: what.said.clone() }
            }
            Err(said) => panic!("{} did not come: {said}\n{}", what.said, self.shows().await),
        }
    }

    /// Waits until this is there, and clicks it.
    ///
    /// # Panics
    /// When it does not come, or cannot be clicked.
    pub async fn click(&self, what: &What) {
        self.see(what).await.click().await;
    }

    /// Everything a person can read, and every name a screen reader says.
    async fn shows(&self) -> String {
        let script = "return document.body.innerText + '\\n' + [...document.querySelectorAll('[aria-label]')]\
            .map((e) => e.getAttribute('aria-label')).join('\\n')";
        let asked = json!({ "script": script, "args": [] });
        match self.in_session("POST", "/execute/sync", &asked).await {
            Ok(text) => format!("the window shows:\n{}", text.as_str().unwrap_or_default()),
            Err(said) => format!("the window shows nothing: {said}\n{}", self.said()),
        }
    }

    /// What the window shows, as PNG.
    ///
    /// # Panics
    /// When the window is gone.
    pub async fn picture(&self) -> Vec<u8> {
        use base64::Engine;
        let coded = self.must("GET", "/screenshot", &Value::Null).await;
        let coded = coded.as_str().expect("a picture is text").to_owned();
        base64::engine::general_purpose::STANDARD.decode(coded).expect("base64")
    }

    async fn must(&self, method: &str, path: &str, body: &Value) -> Value {
        let answer = self.in_session(method, path, body).await;
        answer.unwrap_or_else(|said| panic!("{method} {path}: {said}\n{}", self.said()))
    }

    async fn in_session(&self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        self.ask(method, &format!("/session/{}{path}", self.session), body).await
    }

    /// One request, and its answer or the refusal in words.
    async fn ask(&self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        let talk = talk(self.address, method, path, body);
        let answer = tokio::time::timeout(self.patience + GRACE, talk).await;
        let answer = answer.map_err(|_| format!("no answer to {path}"))?;
        let text = answer.map_err(|error| format!("the driver is gone: {error}"))?;
        let mut answer: Value = serde_json::from_str(&text).map_err(|e| format!("{e}: {text}"))?;
        let value = answer["value"].take();
        match value.get("error") {
            Some(error) => Err(format!("{error}: {}", value["message"])),
            None => Ok(value),
        }
    }
}

impl Drop for Driver {
    /// The driver goes; who wants the window to go as well closes it first. Ending the session
    /// would not do it: that ends the page, and leaves an empty window if the driver dies early.
    fn drop(&mut self) {
        self.child.kill().unwrap_or(());
        self.child.wait().map(drop).unwrap_or(());
    }
}

/// Something that is there.
pub struct Seen<'a> {
    driver: &'a Driver,
    id: String,
    said: String,
}

impl Seen<'_> {
    /// Clicks its middle.
    ///
    /// # Panics
    /// When it is gone or covered.
    pub async fn click(&self) {
        self.ask("POST", "/click", &json!({})).await;
    }

    /// Types over what is in it.
    ///
    /// # Panics
    /// When it is gone or no field.
    pub async fn fill(&self, text: &str) {
        self.ask("POST", "/clear", &json!({})).await;
        self.ask("POST", "/value", &json!({ "text": text })).await;
    }

    /// Presses keys in it.
    ///
    /// # Panics
    /// When it is gone or takes no keys.
    pub async fn press(&self, keys: &str) {
        self.ask("POST", "/value", &json!({ "text": keys })).await;
    }

    /// Its name, as a screen reader says it.
    ///
    /// # Panics
    /// When it is gone.
    pub async fn name(&self) -> String {
        let name = self.ask("GET", "/attribute/aria-label", &Value::Null).await;
        name.as_str().unwrap_or_default().to_owned()
    }

    async fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        let path = format!("/element/{}{path}", self.id);
        let answer = self.driver.in_session(method, &path, body).await;
        match answer {
            Ok(value) => value,
            Err(said) => panic!("{}: {said}\n{}", self.said, self.driver.shows().await),
        }
    }
}

/// One HTTP exchange over a connection of its own.
async fn talk(to: SocketAddr, method: &str, path: &str, body: &Value) -> std::io::Result<String> {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {to}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    let mut stream = TcpStream::connect(to).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    Ok(answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
}

/// Where this process listens, as soon as it does. It chose a free port itself and tells nobody,
/// and there is no signal for it: the kernel's list is looked at again and again for a while.
async fn listening(pid: u32) -> SocketAddr {
    let look = async {
        let mut again = tokio::time::interval(Duration::from_millis(20));
        loop {
            again.tick().await;
            if let Some(port) = port_of(pid) {
                return SocketAddr::from(([127, 0, 0, 1], port));
            }
        }
    };
    tokio::time::timeout(START, look).await.expect("the driver listens in time")
}

/// The port one of the process's sockets listens on.
fn port_of(pid: u32) -> Option<u16> {
    let sockets: Vec<String> = fs::read_dir(format!("/proc/{pid}/fd"))
        .ok()?
        .filter_map(|entry| fs::read_link(entry.ok()?.path()).ok())
        .filter_map(|link| Some(link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.into()))
        .collect();
    let table = fs::read_to_string(format!("/proc/{pid}/net/tcp")).ok()?;
    table.lines().find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let listens = fields.get(3) == Some(&"0A");
        let ours = sockets.iter().any(|inode| fields.get(9) == Some(&inode.as_str()));
        let port = fields.get(1)?.split_once(':')?.1;
        if listens && ours { u16::from_str_radix(port, 16).ok() } else { None }
    })
}
