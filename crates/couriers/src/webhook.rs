//! Webhooks by Standard Webhooks 1.0.0: one signed POST of stored bytes, and a report of what
//! became of it. Nothing is followed, repeated, cached or decompressed here, and what the other
//! side says is read within bounds. Left out on purpose: retries and breakers (the engine's).

mod body;
mod excerpt;
mod failure;
mod guard;
mod retry_after;
mod sign;
mod verdict;

use std::{
    fmt,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use calendar::network::Network;
use engine::{
    clock::Clock,
    courier::{BoxFuture, Courier, Handover, Message, Parcel, Report, Unavailable, WebhookCall},
    endpoint::{self, EndpointFault},
};
use reqwest::{
    Client, RequestBuilder, StatusCode, Url,
    header::{CONTENT_TYPE, HeaderMap, HeaderValue},
};
use tokio::time::timeout;

use self::{body::Outgoing, excerpt::Excerpt, guard::Guard};
pub use self::{
    guard::{Outside, SystemOutside},
    sign::{SigningFault, signature},
};

/// The largest body that is sent, in bytes.
pub const BODY_MAX: usize = 64 * 1024;

/// How long each part of an attempt may take, and how much of the answer is read.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Resolving the name.
    pub dns: Duration,
    /// Connecting, TLS included.
    pub connect: Duration,
    /// The whole attempt, the answer's body included.
    pub whole: Duration,
    /// How many bytes of the answer are read.
    pub read: usize,
    /// How many bytes of it are kept, escaped.
    pub keep: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            dns: Duration::from_secs(5),
            connect: Duration::from_secs(10),
            whole: Duration::from_secs(20),
            read: 16 * 1024,
            keep: 4 * 1024,
        }
    }
}

/// Clients for each class of network, without and with TLS.
type Clients = [(OnceLock<Client>, OnceLock<Client>); Network::ALL.len()];

/// The courier for signed webhooks. One for the life of the service.
pub struct WebhookCourier {
    clock: Arc<dyn Clock>,
    limits: Limits,
    outside: Arc<dyn Outside>,
    roots: Vec<Vec<u8>>,
    clients: Clients,
}

impl fmt::Debug for WebhookCourier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookCourier").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl WebhookCourier {
    /// A courier that trusts what this computer trusts and asks its resolver.
    pub fn new(clock: Arc<dyn Clock>, limits: Limits) -> Self {
        Self {
            clock,
            limits,
            outside: Arc::new(SystemOutside),
            roots: Vec::new(),
            clients: Default::default(),
        }
    }

    /// Asks these names instead of the system's resolver.
    pub fn with_outside(self, outside: Arc<dyn Outside>) -> Self {
        Self { outside, ..self }
    }

    /// Trusts these root certificates (DER) besides the system's.
    pub fn with_roots(self, roots: Vec<Vec<u8>>) -> Self {
        Self { roots, ..self }
    }

    /// The client for calls of this kind, built when first needed. A failure is not kept: what
    /// was missing may be there the next time.
    fn client(&self, network: Network, transport: Transport) -> Result<&Client, &'static str> {
        let (plain, tls) = match network {
            Network::Public => &self.clients[0],
            Network::Private => &self.clients[1],
            Network::Loopback => &self.clients[2],
        };
        let slot = match transport {
            Transport::Plain => plain,
            Transport::Tls => tls,
        };
        if let Some(client) = slot.get() {
            return Ok(client);
        }
        let client = self.build(network, transport)?;
        Ok(slot.get_or_init(|| client))
    }

    fn build(&self, network: Network, transport: Transport) -> Result<Client, &'static str> {
        // The process has one provider; whoever came first has chosen, and any will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let guard = Guard::new(network, self.outside.clone(), self.limits.dns);
        let mut roots = Vec::new();
        for der in &self.roots {
            let root = reqwest::Certificate::from_der(der);
            roots.push(root.map_err(|_| "a root certificate cannot be read")?);
        }
        let builder = Client::builder();
        // Reading the system's roots takes time and memory, and fails where there are none.
        let builder = match transport {
            Transport::Plain => builder.tls_certs_only([]),
            Transport::Tls => builder.tls_certs_merge(roots),
        };
        builder
            .user_agent(concat!("Carillon/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .pool_max_idle_per_host(0)
            .connect_timeout(self.limits.connect)
            .tls_version_min(reqwest::tls::Version::TLS_1_2)
            .http1_only()
            .dns_resolver(guard)
            .build()
            .map_err(|_| "the root certificates of this computer cannot be read")
    }

    async fn attempt(&self, call: &WebhookCall) -> Report {
        let ready = match self.prepare(call) {
            Ok(ready) => ready,
            Err(report) => return report,
        };
        let client = match self.client(call.network, Transport::of(&ready.url)) {
            Ok(client) => client,
            Err(words) => return verdict::later(words),
        };
        let sent = Arc::new(AtomicBool::new(false));
        let body = Outgoing::new(call.body.clone(), sent.clone());
        let request =
            client.post(ready.url.clone()).headers(ready.headers).body(reqwest::Body::wrap(body));
        let mut heard = Heard::default();
        // What was heard stays heard when the time is over.
        let exchange = timeout(self.limits.whole, self.exchange(request, &mut heard)).await;
        if let Some(head) = &heard.head {
            return self.judge(call, &ready.url, head, &heard.body);
        }
        let sent = sent.load(Ordering::Acquire);
        match exchange {
            Ok(Err(error)) => failure::report(&failure::Cut {
                error: &error,
                sent,
                network: call.network,
                outside: self.outside.as_ref(),
            }),
            Ok(Ok(())) | Err(_) if sent => failure::silent(),
            Ok(Ok(())) | Err(_) => failure::slow(),
        }
    }

    /// Sends, and reads what is read of the answer.
    async fn exchange(&self, request: RequestBuilder, heard: &mut Heard) -> reqwest::Result<()> {
        let mut response = request.send().await?;
        heard.head = Some((response.status(), response.headers().clone()));
        while heard.body.len() < self.limits.read {
            let Some(chunk) = response.chunk().await? else { break };
            let room = self.limits.read - heard.body.len();
            heard.body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        }
        Ok(())
    }

    /// An answer is judged by its status alone: a body that drips, breaks off or never ends
    /// changes nothing about what was answered.
    fn judge(&self, call: &WebhookCall, url: &Url, head: &Head, body: &[u8]) -> Report {
        let (status, headers) = head;
        verdict::judge(&verdict::Answer {
            status: *status,
            headers,
            body,
            url,
            excerpt: &Excerpt::new(call, url, self.limits.keep),
            now: self.clock.now().wall,
        })
    }

    /// Everything that can be found wrong before anybody is called.
    fn prepare(&self, call: &WebhookCall) -> Result<Ready, Report> {
        let url = endpoint::check_url(&call.url, call.network).map_err(|fault| {
            verdict::never(&match fault {
                // The address is part of the URL, which is a secret.
                EndpointFault::OtherNetwork { .. } | EndpointFault::Reserved(_) => {
                    format!("its address is outside the network {}: not called", call.network)
                }
                other => format!("not called: {other}"),
            })
        })?;
        if call.body.len() > BODY_MAX {
            return Err(verdict::never(&format!(
                "not called: the body is {} bytes long, allowed are {BODY_MAX}",
                call.body.len()
            )));
        }
        let at = self.clock.now().wall.as_second();
        let headers =
            headers(call, at).map_err(|fault| verdict::never(&format!("not called: {fault}")))?;
        Ok(Ready { url, headers })
    }
}

impl Courier for WebhookCourier {
    /// Always ready: whether there is a network matters only to calls that leave this computer.
    fn probe(&self) -> Result<(), Unavailable> {
        Ok(())
    }

    fn hand_over(&self, parcel: Parcel) -> BoxFuture<'_, Report> {
        Box::pin(async move {
            match &parcel.message {
                Message::Webhook(call) => self.attempt(call).await,
                Message::Notice(_) => verdict::never("a desktop notice is no webhook: not sent"),
            }
        })
    }

    /// What was posted cannot be taken back.
    fn withdraw<'a>(&'a self, _key: &'a str) -> BoxFuture<'a, ()> {
        Box::pin(async {})
    }
}

/// How a call travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Transport {
    Plain,
    Tls,
}

impl Transport {
    fn of(url: &Url) -> Self {
        if url.scheme() == "https" { Self::Tls } else { Self::Plain }
    }
}

type Head = (StatusCode, HeaderMap);

/// What was heard of an answer so far.
#[derive(Default)]
struct Heard {
    head: Option<Head>,
    body: Vec<u8>,
}

struct Ready {
    url: Url,
    headers: HeaderMap,
}

fn headers(call: &WebhookCall, at: i64) -> Result<HeaderMap, SigningFault> {
    let mut map = HeaderMap::new();
    let value = |text: String| HeaderValue::from_str(&text).map_err(|_| SigningFault::Id);
    map.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    map.insert("webhook-id", value(call.id.clone())?);
    map.insert("webhook-timestamp", HeaderValue::from(at));
    let mut signed = value(signature(&call.secrets, &call.id, at, &call.body)?)?;
    signed.set_sensitive(true);
    map.insert("webhook-signature", signed);
    map.insert("idempotency-key", value(format!("\"{}\"", call.id))?);
    Ok(map)
}

/// The outcome and the line for the ledger.
fn report(handover: Handover, status: Option<u16>, detail: String) -> Report {
    Report { handover, status, detail }
}
