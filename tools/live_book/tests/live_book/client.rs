//! A server at work, and a client that can send what no browser would.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::thread::sleep;
use std::time::{Duration, Instant};

use lesson_check::{Run, Running, Signal};
use serde_json::Value;

use crate::place::{DEEDS, Place};

/// Far more than any answer needs: a machine may be busy.
const PATIENCE: Duration = Duration::from_secs(100);

/// A server, and what a browser knows that has opened its address.
pub(crate) struct Server {
    pub(crate) running: Running,
    pub(crate) port: u16,
    pub(crate) launch: String,
    pub(crate) cookie: String,
    pub(crate) page: String,
    pub(crate) place: Place,
}

/// What came back: empty, where nothing did.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

/// A request, as our own pages send it until something of it is changed.
#[derive(Clone)]
pub(crate) struct Request {
    port: u16,
    method: &'static str,
    target: String,
    headers: Vec<(&'static str, String)>,
    body: String,
}

/// A stream of events that is being read.
pub(crate) struct Events(BufReader<TcpStream>);

impl Server {
    pub(crate) fn start() -> Self {
        Self::of(Place::new())
    }

    pub(crate) fn of(place: Place) -> Self {
        let program = place.live_book(&["--no-open", "--port", "0"]);
        let mut running = program.deadline(PATIENCE * 3).start();
        let line = running.wait_for("The book is at ");
        let (_, address) = line.split_once("127.0.0.1:").unwrap();
        let (port, launch) = address.trim().split_once("/?token=").unwrap();
        let (port, launch) = (port.parse().unwrap(), launch.to_owned());
        let (cookie, page) = (String::new(), String::new());
        let mut this = Self { running, port, launch, cookie, page, place };
        let answer = this.get(&format!("/?token={}", this.launch)).send();
        let cookie = answer.header("set-cookie").unwrap();
        cookie.split(';').next().unwrap().clone_into(&mut this.cookie);
        let page = this.get("/").with("Cookie", &this.cookie).send();
        let (_, rest) =
            page.body.split_once("\"live-book\" content=\"").unwrap();
        rest.split('"').next().unwrap().clone_into(&mut this.page);
        this
    }

    /// A request of somebody who only knows the port.
    pub(crate) fn get(&self, target: &str) -> Request {
        let host = format!("127.0.0.1:{}", self.port);
        let headers = vec![("Host", host)];
        let (target, body) = (target.to_owned(), String::new());
        Request { port: self.port, method: "GET", target, headers, body }
    }

    /// A request of our own page that only reads.
    pub(crate) fn ask(&self, target: &str) -> Request {
        self.get(target)
            .with("Cookie", &self.cookie)
            .with("X-Live-Book", &self.page)
    }

    /// A request of our own page that does something.
    pub(crate) fn post(&self, target: &str) -> Request {
        let origin = format!("http://127.0.0.1:{}", self.port);
        self.ask(target).method("POST").with("Origin", &origin)
    }

    pub(crate) fn wish(&self, name: &str, body: &str) -> Request {
        self.post(&format!("/_live/run/{name}"))
            .with("Content-Type", "application/json")
            .body(body)
    }

    /// Has the demonstration do a deed.
    pub(crate) fn run(&self, name: &str, deed: &str) -> Events {
        let number = DEEDS.iter().position(|it| *it == deed).unwrap();
        self.wish(name, &format!("{{\"chosen\":[{number}]}}")).events()
    }

    /// Waits until the first line of a run that waits.
    pub(crate) fn run_until_it_waits(&self, deed: &str) -> Events {
        let mut events = self.run("lasting", deed);
        events.until("line");
        events
    }

    pub(crate) fn is_well(&self) {
        let answer = self.ask("/_live/course").send();
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    /// Ends it, and sees that nothing is left.
    pub(crate) fn finish(self) -> Run {
        self.running.signal(Signal::TERM);
        self.running.finish().success()
    }
}

impl Request {
    pub(crate) fn method(mut self, method: &'static str) -> Self {
        self.method = method;
        self
    }

    pub(crate) fn target(mut self, target: &str) -> Self {
        target.clone_into(&mut self.target);
        self
    }

    /// One more header.
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(its_name, _)| *its_name != name);
        self
    }

    /// Another value for a header.
    pub(crate) fn instead(self, name: &'static str, value: &str) -> Self {
        self.without(name).with(name, value)
    }

    pub(crate) fn body(mut self, body: &str) -> Self {
        body.clone_into(&mut self.body);
        self
    }

    fn open(&self, version: &str) -> TcpStream {
        let Self { port, method, target, headers, body } = self;
        let mut text = format!("{method} {target} HTTP/{version}\r\n");
        for (name, value) in headers {
            let _ = write!(text, "{name}: {value}\r\n");
        }
        if *method == "POST" {
            let _ = write!(text, "Content-Length: {}\r\n", body.len());
        }
        let _ = write!(text, "Connection: close\r\n\r\n{body}");
        let mut stream = connect(*port);
        stream.write_all(text.as_bytes()).unwrap();
        stream
    }

    pub(crate) fn send(&self) -> Answer {
        let mut bytes = Vec::new();
        // It may be reset once the answer is there, as not all was read.
        let _ = self.open("1.1").read_to_end(&mut bytes);
        Answer::of(&bytes)
    }

    pub(crate) fn status(&self) -> u16 {
        self.send().status
    }

    /// In HTTP/1.0 a stream comes as it is, and not in chunks.
    pub(crate) fn events(&self) -> Events {
        let mut stream = BufReader::new(self.open("1.0"));
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            let length = stream.read_line(&mut head).unwrap();
            assert!(length > 0, "it ends in its head: {head}");
        }
        assert!(head.contains(" 200 "), "{head}");
        Events(stream)
    }
}

/// Waits until something is so; `otherwise` is what is wrong if it never is.
pub(crate) fn wait_until(
    patience: Duration,
    otherwise: &str,
    is_so: impl Fn() -> bool,
) {
    let deadline = Instant::now() + patience;
    while !is_so() {
        assert!(Instant::now() < deadline, "{otherwise}");
        sleep(Duration::from_millis(10));
    }
}

pub(crate) fn connect(port: u16) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

impl Answer {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            return Self::default();
        };
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Self { status, head: head.to_owned(), body: body.to_owned() }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|it| it.split_once(": "));
        let (_, value) =
            lines.find(|(its_name, _)| its_name.eq_ignore_ascii_case(name))?;
        Some(value)
    }
}

impl Events {
    /// The next event; none, at the end.
    pub(crate) fn next(&mut self) -> Option<Value> {
        let mut line = String::new();
        let length = self.0.read_line(&mut line).unwrap();
        (length > 0).then(|| serde_json::from_str(&line).unwrap())
    }

    /// The next event of this name.
    pub(crate) fn until(&mut self, name: &str) -> Value {
        loop {
            let event = self.next();
            let event = event.unwrap_or_else(|| panic!("no event {name}"));
            if event["event"] == name {
                return event;
            }
        }
    }

    pub(crate) fn rest(mut self) -> Vec<Value> {
        std::iter::from_fn(|| self.next()).collect()
    }
}
