//! A webhook receiver on loopback that answers by a script and remembers what it was sent.
//! It speaks just enough HTTP/1.1 for that, because the faults it must play are not HTTP.

use std::{
    collections::VecDeque,
    fmt,
    io::Write,
    net::SocketAddr,
    process::{Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

use crate::certificate::Certificate;

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct Request {
    /// `POST`.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Names in lower case, in the order of arrival.
    pub headers: Vec<(String, String)>,
    /// The body, byte for byte.
    pub body: Vec<u8>,
}

impl Request {
    /// The value of a header (name in lower case), or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value)
    }

    /// Asks a library that is not ours (`tests/verify`, whose packages `./dev test` installs)
    /// whether the signature is good; an answer is the reason why it is not.
    ///
    /// # Errors
    /// When the signature is not good, the time is more than five minutes off, or node is missing.
    pub fn verify(&self, secret: &str) -> Result<(), String> {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../verify/verify.mjs");
        let mut node = Command::new("node")
            .args([script, secret])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("node cannot be run: {error}"))?;
        let heard = serde_json::json!({
            "id": self.header("webhook-id"),
            "timestamp": self.header("webhook-timestamp"),
            "signature": self.header("webhook-signature"),
            "body": String::from_utf8_lossy(&self.body),
        });
        if let Some(mut stdin) = node.stdin.take() {
            stdin.write_all(heard.to_string().as_bytes()).map_err(|error| error.to_string())?;
        }
        let output = node.wait_with_output().map_err(|error| error.to_string())?;
        if output.status.success() && output.stdout == self.body {
            Ok(())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
        }
    }
}

/// What the receiver does with a request.
#[derive(Debug, Clone)]
pub enum Answer {
    /// Answers with this status, these headers and this body.
    Reply(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// Resets the connection without reading anything.
    ResetBefore,
    /// Reads the first bytes, then resets.
    ResetIn,
    /// Reads all, then resets.
    ResetAfter,
    /// Reads all, then closes politely without an answer.
    CloseAfter,
    /// Reads all, then says nothing for ever.
    Hang,
    /// Accepts, and does not even read.
    Deaf,
    /// Answers 200, then lets a byte of the body fall now and then, for ever.
    Drip(Duration),
    /// Answers with this status, and a body that never ends.
    Endless(u16),
    /// Answers with this status and promises more body than it sends before it closes.
    CutBody(u16),
    /// Lets a byte of the status line fall now and then, for ever.
    DripHead(Duration),
    /// Answers with these bytes, whatever they are.
    Raw(Vec<u8>),
    /// Speaks first, as servers of other protocols do, and reads nothing.
    Greet(Vec<u8>),
}

impl Answer {
    /// A status with nothing else.
    pub const fn status(status: u16) -> Self {
        Self::Reply(status, Vec::new(), Vec::new())
    }

    /// A status with one header.
    pub fn with(status: u16, name: &'static str, value: &str) -> Self {
        Self::Reply(status, vec![(name, value.to_owned())], Vec::new())
    }
}

type Before = Box<dyn Fn(&Request) + Send + Sync>;

struct Shared {
    script: Mutex<VecDeque<Answer>>,
    seen: watch::Sender<Vec<Request>>,
    connections: watch::Sender<usize>,
    before: Mutex<Option<Before>>,
}

/// A receiver; it ends when dropped.
pub struct Receiver {
    address: SocketAddr,
    scheme: &'static str,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Receiver {
    /// Listens on loopback and answers by the script, whose last answer goes on for ever.
    ///
    /// # Panics
    /// When loopback cannot be listened on.
    pub async fn start(script: impl IntoIterator<Item = Answer>) -> Self {
        Self::listen(script, None).await
    }

    /// The same behind TLS.
    ///
    /// # Panics
    /// When loopback cannot be listened on.
    pub async fn start_tls(
        script: impl IntoIterator<Item = Answer>,
        certificate: &Certificate,
    ) -> Self {
        Self::listen(script, Some(certificate.acceptor.clone())).await
    }

    async fn listen(
        script: impl IntoIterator<Item = Answer>,
        tls: Option<tokio_rustls::TlsAcceptor>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback can be listened on");
        let address = listener.local_addr().expect("an address");
        let scheme = if tls.is_some() { "https" } else { "http" };
        let shared = Arc::new(Shared {
            script: Mutex::new(script.into_iter().collect()),
            seen: watch::Sender::new(Vec::new()),
            connections: watch::Sender::new(0),
            before: Mutex::new(None),
        });
        let task = tokio::spawn(accept(listener, tls, shared.clone()));
        Self { address, scheme, shared, task }
    }

    /// Calls this with each request after it was read and before it is answered.
    pub fn before_answer(&self, act: impl Fn(&Request) + Send + Sync + 'static) {
        *lock(&self.shared.before) = Some(Box::new(act));
    }

    /// Replaces what is left of the script.
    pub fn script(&self, script: impl IntoIterator<Item = Answer>) {
        *lock(&self.shared.script) = script.into_iter().collect();
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// A URL that leads to it, by its literal address; behind TLS by the name `localhost`.
    pub fn url(&self, path: &str) -> String {
        let host = if self.scheme == "https" { "localhost" } else { "127.0.0.1" };
        format!("{}://{host}:{}{path}", self.scheme, self.port())
    }

    /// All requests read so far.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.seen.borrow().clone()
    }

    /// How many connections were made so far.
    pub fn connections(&self) -> usize {
        *self.shared.connections.borrow()
    }

    /// Waits until so many requests have been read.
    ///
    /// # Panics
    /// When they do not come within [`crate::PATIENCE`].
    pub async fn wait_for(&self, count: usize) -> Vec<Request> {
        let what = format!("{count} requests");
        crate::until(self.shared.seen.subscribe(), &what, |seen| seen.len() >= count).await;
        self.requests()
    }

    /// Waits for so long in vain.
    ///
    /// # Panics
    /// When a request comes.
    pub async fn hears_nothing_for(&self, time: Duration) {
        let (mut seen, before) = (self.shared.seen.subscribe(), self.requests().len());
        let came = tokio::time::timeout(time, seen.wait_for(|seen| seen.len() > before)).await;
        assert!(came.is_err(), "{:?}", self.requests());
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(
    listener: TcpListener,
    tls: Option<tokio_rustls::TlsAcceptor>,
    shared: Arc<Shared>,
) {
    // Ends with the receiver, which aborts it; connections are its children and end with it.
    let mut serving = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        shared.connections.send_modify(|count| *count += 1);
        let answer = next(&shared);
        let (tls, shared) = (tls.clone(), shared.clone());
        serving.spawn(async move {
            // A client that breaks off is no fault of the receiver.
            let _ = match tls {
                None => serve_tcp(stream, answer, &shared).await,
                Some(tls) => match tls.accept(stream).await {
                    Ok(stream) => serve(stream, answer, &shared).await,
                    Err(error) => Err(error),
                },
            };
        });
        while serving.try_join_next().is_some() {}
    }
}

fn next(shared: &Shared) -> Answer {
    let mut script = lock(&shared.script);
    let only = script.len() <= 1;
    let answer = if only { script.front().cloned() } else { script.pop_front() };
    answer.unwrap_or(Answer::status(204))
}

/// Resets need the bare socket: closing it while data is unread, or without lingering.
async fn serve_tcp(mut stream: TcpStream, answer: Answer, shared: &Shared) -> std::io::Result<()> {
    match answer {
        Answer::ResetBefore => stream.set_zero_linger(),
        Answer::ResetIn => {
            stream.set_zero_linger()?;
            stream.read_exact(&mut [0; 8]).await.map(|_| ())
        }
        Answer::ResetAfter => {
            stream.set_zero_linger()?;
            take(&mut stream, shared).await
        }
        other => serve(stream, other, shared).await,
    }
}

async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    answer: Answer,
    shared: &Shared,
) -> std::io::Result<()> {
    if matches!(answer, Answer::Deaf) {
        return std::future::pending().await;
    }
    if let Answer::Greet(bytes) = &answer {
        return stream.write_all(bytes).await;
    }
    take(&mut stream, shared).await?;
    match answer {
        Answer::Reply(status, headers, body) => {
            let mut head = format!("HTTP/1.1 {status} Scripted\r\n");
            for (name, value) in headers {
                head.push_str(&format!("{name}: {value}\r\n"));
            }
            if status >= 200 && status != 204 {
                head.push_str(&format!("content-length: {}\r\n", body.len()));
            }
            head.push_str("connection: close\r\n\r\n");
            stream.write_all(head.as_bytes()).await?;
            stream.write_all(&body).await?;
        }
        Answer::Drip(every) => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
            drip(&mut stream, every, std::iter::repeat(b'.')).await?;
        }
        Answer::DripHead(every) => {
            let head = b"HTTP/1.1 200 ".iter().copied();
            drip(&mut stream, every, head.chain(std::iter::repeat(b'O'))).await?;
        }
        Answer::Endless(status) => {
            stream.write_all(format!("HTTP/1.1 {status} X\r\n\r\n").as_bytes()).await?;
            // Ends when the client closes.
            loop {
                stream.write_all(&[b'x'; 4096]).await?;
            }
        }
        Answer::CutBody(status) => {
            let head = format!("HTTP/1.1 {status} X\r\ncontent-length: 100\r\n\r\ncut");
            stream.write_all(head.as_bytes()).await?;
        }
        Answer::Raw(bytes) => stream.write_all(&bytes).await?,
        Answer::Hang => return std::future::pending().await,
        Answer::Deaf
        | Answer::Greet(_)
        | Answer::CloseAfter
        | Answer::ResetBefore
        | Answer::ResetIn
        | Answer::ResetAfter => {}
    }
    stream.shutdown().await
}

async fn drip<S: AsyncWrite + Unpin>(
    stream: &mut S,
    every: Duration,
    bytes: impl Iterator<Item = u8>,
) -> std::io::Result<()> {
    let mut drops = tokio::time::interval(every);
    for byte in bytes {
        drops.tick().await;
        stream.write_all(&[byte]).await?;
        stream.flush().await?;
    }
    Ok(())
}

/// Reads one request, records it, and calls whoever wants to act before the answer.
async fn take<S: AsyncRead + Unpin>(stream: &mut S, shared: &Shared) -> std::io::Result<()> {
    let request = read(stream).await?;
    shared.seen.send_modify(|seen| seen.push(request.clone()));
    if let Some(act) = lock(&shared.before).as_ref() {
        act(&request);
    }
    Ok(())
}

async fn read<S: AsyncRead + Unpin>(stream: &mut S) -> std::io::Result<Request> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            break at + 4;
        }
        more(stream, &mut bytes).await?;
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.lines();
    let mut first = lines.next().unwrap_or_default().split(' ').map(str::to_owned);
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length: usize = length.and_then(|(_, value)| value.parse().ok()).unwrap_or(0);
    while bytes.len() < end + length {
        more(stream, &mut bytes).await?;
    }
    Ok(Request {
        method: first.next().unwrap_or_default(),
        path: first.next().unwrap_or_default(),
        headers,
        body: bytes[end..].to_vec(),
    })
}

async fn more<S: AsyncRead + Unpin>(stream: &mut S, bytes: &mut Vec<u8>) -> std::io::Result<()> {
    match stream.read_buf(bytes).await? {
        0 => Err(std::io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(()),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
