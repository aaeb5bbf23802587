//! What stands before every page and every request: one guard, in front of
//! all of them, so that none can be forgotten.
//!
//! Any page of the web can make a browser send a request to this server, and
//! by a name of its own that leads here, read the answer. So each request
//! must name this server as we do, and whatever is more than reading must
//! come from one of our own pages.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha256};

use crate::keys::Keys;

/// What is below it is for our pages alone.
pub(crate) const API: &str = "/_live/";

/// The script and the style that pages load: a browser sends no header of
/// ours with these.
pub(crate) const ASSETS: &str = "/_live/page/";

/// Who is let in.
#[derive(Debug)]
pub(crate) struct Guard {
    /// What this server is called.
    hosts: [String; 2],
    pub(crate) keys: Keys,
    /// What a browser may load and run.
    policy: HeaderValue,
}

/// Why somebody is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    /// The request is for a server of another name.
    #[error("this server has another name")]
    Host,
    /// It comes from a page of another server, or from none.
    #[error("this is no page of this server")]
    Origin,
    /// The browser does not know the secret.
    #[error("open the address that `cargo book` printed")]
    Stranger,
}

impl Guard {
    /// The guard of the server at this port of the loopback address, whose
    /// pages have these `scripts` within them.
    ///
    /// # Errors
    ///
    /// None is known: it would be a policy that is no header.
    pub(crate) fn new<'page>(
        keys: Keys,
        port: u16,
        scripts: impl IntoIterator<Item = &'page str>,
    ) -> anyhow::Result<Self> {
        // A browser leaves out the port that is usual.
        let port = if port == 80 { String::new() } else { format!(":{port}") };
        let hosts = ["127.0.0.1", "localhost"].map(|it| format!("{it}{port}"));
        let policy = policy(scripts).parse()?;
        Ok(Self { hosts, keys, policy })
    }

    fn admit(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
    ) -> Result<(), Refusal> {
        let host = only(headers, header::HOST);
        let host = host.filter(|host| self.hosts.iter().any(|it| it == host));
        // A request may name a server in its first line as well.
        let other = uri.authority().is_some_and(|it| Some(it.as_str()) != host);
        let host = host.filter(|_| !other).ok_or(Refusal::Host)?;
        let origin = only(headers, header::ORIGIN);
        let ours = format!("http://{host}");
        if method != Method::GET && origin != Some(&ours) {
            return Err(Refusal::Origin);
        }
        let path = uri.path();
        if !path.starts_with(API) {
            return Ok(());
        }
        let is_known = self.keys.knows(headers);
        let is_ours = self.keys.is_from_page(headers);
        if !is_known || !(is_ours || path.starts_with(ASSETS)) {
            return Err(Refusal::Stranger);
        }
        Ok(())
    }
}

/// The value of a header that stands there once.
fn only(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).into_iter();
    let value = values.next().filter(|_| values.next().is_none());
    value?.to_str().ok()
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = match self {
            Self::Host => StatusCode::MISDIRECTED_REQUEST,
            Self::Origin | Self::Stranger => StatusCode::FORBIDDEN,
        };
        (status, format!("{self}\n")).into_response()
    }
}

/// Lets a request in or refuses it; either answer says what a browser may do
/// with it.
pub(crate) async fn stand(
    State(guard): State<Arc<Guard>>,
    request: Request,
    next: Next,
) -> Response {
    let (method, uri) = (request.method(), request.uri());
    let mut response = match guard.admit(method, uri, request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    };
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(header::CONTENT_SECURITY_POLICY, guard.policy.clone());
    response
}

/// mdBook has scripts within its pages, so exactly these are allowed, and any
/// style; but nothing comes from elsewhere, and no other page may show ours
/// within it.
fn policy<'page>(scripts: impl IntoIterator<Item = &'page str>) -> String {
    let hashes = scripts.into_iter().map(|script| {
        let hash = BASE64_STANDARD.encode(Sha256::digest(script));
        format!(" 'sha256-{hash}'")
    });
    format!(
        "default-src 'none'; script-src 'self'{}; \
         style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'; frame-ancestors 'none'; \
         base-uri 'none'; form-action 'none'",
        hashes.collect::<String>()
    )
}

const ALWAYS: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    // Nor load it as if it were a script or a picture, or hold its window.
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
];

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, Method, Uri, header};

    use super::{Guard, Refusal};
    use crate::keys::Keys;

    /// What becomes of a request to the server at `port` for this host.
    fn admitted(port: u16, host: &str) -> Result<(), Refusal> {
        let guard = Guard::new(Keys::new(port).unwrap(), port, []).unwrap();
        let host = HeaderValue::from_str(host).unwrap();
        let headers = HeaderMap::from_iter([(header::HOST, host)]);
        guard.admit(&Method::GET, &Uri::from_static("/"), &headers)
    }

    #[test]
    fn at_the_usual_port_its_name_has_none() {
        for (port, host) in [(80, "127.0.0.1"), (3210, "localhost:3210")] {
            assert_eq!(admitted(port, host), Ok(()), "{host}");
        }
        for (port, host) in [(80, "127.0.0.1:3210"), (3210, "127.0.0.1")] {
            assert_eq!(admitted(port, host), Err(Refusal::Host), "{host}");
        }
    }
}
