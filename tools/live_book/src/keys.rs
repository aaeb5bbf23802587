//! What lets a browser in: three secrets that last as long as the server.
//!
//! They keep out pages of the web, and whoever cannot see this user's
//! processes and browser. A browser sends its cookies to every server of this
//! machine, whatever its port: who opens a hostile one here gives it ours.
//!
//! | secret | where it is                        | whom it keeps out              |
//! | ------ | ---------------------------------- | ------------------------------ |
//! | launch | in the address that is printed     | whoever cannot read that, nor  |
//! |        |                                    | the command that opens it      |
//! | cookie | in the browser; no script reads it | other programs, other browsers |
//! | page   | in our pages, sent in a header     | pages of other servers here: a |
//! |        |                                    | cookie does not tell ports apart |

use axum::http::{HeaderMap, header};

/// The header that the pages send the page's secret in.
pub(crate) const PAGE_HEADER: &str = "x-live-book";

/// The secrets of one server.
#[derive(Clone, Debug)]
pub(crate) struct Keys {
    port: u16,
    /// In the printed address.
    pub(crate) launch: String,
    cookie: String,
    /// In our pages.
    pub(crate) page: String,
}

impl Keys {
    /// Fresh ones.
    ///
    /// # Errors
    ///
    /// Where the system has no random numbers.
    pub(crate) fn new(port: u16) -> anyhow::Result<Self> {
        let (launch, cookie, page) = (secret()?, secret()?, secret()?);
        Ok(Self { port, launch, cookie, page })
    }

    /// What a browser that has shown the launch secret is to keep.
    pub(crate) fn set_cookie(&self) -> String {
        let (name, value) = (self.cookie_name(), &self.cookie);
        format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict")
    }

    /// Cookies do not tell ports apart: two servers must not take each other's.
    fn cookie_name(&self) -> String {
        format!("live_book_{}", self.port)
    }

    /// Whether the browser has shown the launch secret before.
    pub(crate) fn knows(&self, headers: &HeaderMap) -> bool {
        let ours = format!("{}={}", self.cookie_name(), self.cookie);
        let cookies = headers.get_all(header::COOKIE).into_iter();
        let mut cookies = cookies
            .filter_map(|it| it.to_str().ok())
            .flat_map(|it| it.split(';'));
        cookies.any(|cookie| cookie.trim() == ours)
    }

    /// Whether one of our pages asks.
    pub(crate) fn is_from_page(&self, headers: &HeaderMap) -> bool {
        let shown = headers.get(PAGE_HEADER);
        shown.is_some_and(|it| it.as_bytes() == self.page.as_bytes())
    }
}

/// 128 bits that nobody can guess.
fn secret() -> anyhow::Result<String> {
    let bits = u128::from(getrandom::u64()?) << 64;
    Ok(format!("{:032x}", bits | u128::from(getrandom::u64()?)))
}
