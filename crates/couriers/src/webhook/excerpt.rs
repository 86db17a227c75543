//! What may be kept of an answer: cut, without anything secret it may repeat (echo servers send
//! back URLs), and escaped, so that it stays one line and cannot paint on anybody's screen.

use engine::courier::WebhookCall;
use reqwest::Url;

use crate::text::{is_control, is_direction};

/// Path segments shorter than this are words like `hook`; longer ones may be keys.
const SEGMENT_MIN: usize = 8;
/// Values of the query shorter than this are no keys.
const VALUE_MIN: usize = 4;
/// How much of a header is kept.
const SHORT: usize = 200;
const BLOT: &str = "[...]";

pub(super) struct Excerpt {
    secrets: Vec<String>,
    keep: usize,
}

impl Excerpt {
    pub(super) fn new(call: &WebhookCall, url: &Url, keep: usize) -> Self {
        let mut secrets = vec![call.url.clone(), url.as_str().to_owned()];
        secrets.extend(url.query().map(|query| format!("{}?{query}", url.path())));
        secrets.extend(url.query().map(str::to_owned));
        secrets.extend(url.host_str().map(str::to_owned));
        secrets.push(url.path().to_owned());
        let segments = url.path_segments().into_iter().flatten();
        secrets.extend(segments.filter(|s| s.len() >= SEGMENT_MIN).map(str::to_owned));
        for (_, value) in url.query_pairs().filter(|(_, value)| value.len() >= VALUE_MIN) {
            secrets.push(value.into_owned());
        }
        for secret in &call.secrets {
            secrets.push(secret.clone());
            secrets.extend(secret.strip_prefix("whsec_").map(str::to_owned));
        }
        secrets.retain(|secret| secret.len() >= VALUE_MIN);
        // The longest first, or a part would hide the whole.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Self { secrets, keep }
    }

    /// A header's value.
    pub(super) fn short(&self, bytes: &[u8]) -> String {
        self.cut(bytes, SHORT)
    }

    /// A body.
    pub(super) fn long(&self, bytes: &[u8]) -> String {
        self.cut(bytes, self.keep)
    }

    fn cut(&self, bytes: &[u8], keep: usize) -> String {
        let mut text = String::from_utf8_lossy(bytes).into_owned();
        for secret in &self.secrets {
            if text.contains(secret.as_str()) {
                text = text.replace(secret.as_str(), BLOT);
            }
        }
        escape(text.trim(), keep)
    }
}

/// One line of at most `keep` bytes, an ellipsis more when something was cut.
fn escape(text: &str, keep: usize) -> String {
    let mut line = String::new();
    for c in text.chars() {
        let before = line.len();
        match c {
            '\n' | '\r' | '\t' | '\\' => line.extend(c.escape_default()),
            c if is_control(c) || is_direction(c) => line.extend(c.escape_unicode()),
            c => line.push(c),
        }
        if line.len() > keep {
            line.truncate(before);
            line.push('…');
            break;
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use calendar::network::Network;

    use super::*;

    fn excerpt(url: &str, keep: usize) -> Excerpt {
        let call = WebhookCall {
            id: "occ_1".to_owned(),
            url: url.to_owned(),
            secrets: vec!["whsec_Y2FuYXJ5c2VjcmV0Y2FuYXJ5c2VjcmV0".to_owned()],
            network: Network::Loopback,
            body: Vec::new(),
        };
        Excerpt::new(&call, &Url::parse(url).expect("a URL"), keep)
    }

    #[test]
    fn an_echo_of_what_is_secret_is_blotted_out() {
        let excerpt = excerpt("http://hidden.localhost/hook/canarykey1?token=canary%202&a=b", 4096);
        let echo = "GET /hook/canarykey1?token=canary%202&a=b to hidden.localhost, key canarykey1, \
                    token 'canary 2', whsec_Y2FuYXJ5c2VjcmV0Y2FuYXJ5c2VjcmV0 is Y2FuYXJ5c2VjcmV0Y2FuYXJ5c2VjcmV0";
        let kept = excerpt.long(echo.as_bytes());
        for canary in ["canary", "hidden", "Y2FuYXJ5"] {
            assert!(!kept.contains(canary), "{kept}");
        }
    }

    #[test]
    fn what_is_kept_is_one_bounded_line() {
        let excerpt = excerpt("http://localhost/", 16);
        assert_eq!(excerpt.long(b" a\r\nb\tc\\ "), "a\\r\\nb\\tc\\\\");
        assert_eq!(excerpt.long("\u{1b}[2J\u{202e}".as_bytes()), "\\u{1b}[2J…");
        assert_eq!(excerpt.long(b"0123456789abcdef"), "0123456789abcdef");
        assert_eq!(excerpt.long(b"0123456789abcdefg"), "0123456789abcdef…");
        assert_eq!(excerpt.long(b"\xff\xfe"), "\u{fffd}\u{fffd}");
    }
}
