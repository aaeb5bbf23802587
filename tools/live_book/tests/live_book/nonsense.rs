//! Many at once, slow ones, and nonsense: the server answers whoever comes
//! next, and nothing is left.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::read_dir;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use fastrand::Rng;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::client::{Answer, Server, connect};

/// How many pieces of nonsense there are.
const NONSENSE: usize = 10_000;

fn descriptors(server: &Server) -> usize {
    read_dir(format!("/proc/{}/fd", server.running.pid())).unwrap().count()
}

/// How many it has when nobody asks for anything: those of the first requests
/// are closed a moment later.
fn descriptors_at_rest(server: &Server) -> usize {
    let deadline = Instant::now() + Duration::from_secs(2);
    let mut fewest = descriptors(server);
    while Instant::now() < deadline {
        fewest = fewest.min(descriptors(server));
        sleep(Duration::from_millis(20));
    }
    fewest
}

/// Waits until it has no more descriptors than before: a connection is closed
/// a moment after its client has gone.
fn see_that_descriptors_are_back(server: &Server, before: usize) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while descriptors(server) > before {
        let now = descriptors(server);
        assert!(Instant::now() < deadline, "{now} descriptors, not {before}");
        sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_thousand_at_once_are_answered() {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).unwrap();
    let server = Server::start();
    let before = descriptors_at_rest(&server);
    let friend = Speaker::friend(&server);
    let ours = friend.headers();
    let requests = [
        format!("GET / HTTP/1.1\r\n{ours}\r\n"),
        format!("GET /_live/course HTTP/1.1\r\n{ours}\r\n"),
        post(&ours, "run/lasting", "{\"chosen\":[0]}"),
        post(&ours, "kill/1", ""),
        post(&ours, "check/nobody", ""),
        format!("GET /_live/free HTTP/1.1\r\n{ours}\r\n"),
        format!("GET /_live/saves/nobody HTTP/1.1\r\n{ours}\r\n"),
    ];
    let mut all: Vec<_> = (0..1_000).map(|_| connect(server.port)).collect();
    for (stream, request) in all.iter_mut().zip(requests.iter().cycle()) {
        let (beginning, _) = request.split_once("Host").unwrap();
        stream.write_all(beginning.as_bytes()).unwrap();
    }
    for (stream, request) in all.iter_mut().zip(requests.iter().cycle()) {
        let (beginning, rest) = request.split_once("Host").unwrap();
        assert!(!beginning.is_empty());
        let rest = format!("Connection: close\r\nHost{rest}");
        stream.write_all(rest.as_bytes()).unwrap();
    }
    let mut statuses = BTreeMap::<_, BTreeSet<_>>::new();
    for (stream, number) in all.into_iter().zip((0..requests.len()).cycle()) {
        let answer = hear(stream);
        statuses.entry(number).or_default().insert(answer.status);
    }
    // One of them runs, or several one after the other; the others hear so.
    let busy = statuses.remove(&2).unwrap();
    assert!(busy.is_subset(&[200, 409].into()), "{busy:?}");
    assert!(busy.contains(&200));
    let statuses = statuses.into_values().collect::<Vec<_>>();
    assert_eq!(statuses, [200, 200, 200, 404, 200, 404].map(|it| [it].into()));
    see_that_descriptors_are_back(&server, before);
    let _ = server.finish();
}

#[test]
fn whoever_is_slow_is_dropped() {
    let server = Server::start();
    let before = descriptors_at_rest(&server);
    let host = format!("Host: 127.0.0.1:{}", server.port);
    let beginnings = [
        String::new(),
        "GE".to_owned(),
        format!("GET / HTTP/1.1\r\n{host}\r\n"),
        format!("POST / HTTP/1.1\r\n{host}\r\nContent-Length: 9\r\n\r\nhalf"),
        // It may be followed by another, and is not.
        format!("GET / HTTP/1.1\r\n{host}\r\n\r\n"),
    ];
    let start = Instant::now();
    let streams: Vec<_> = beginnings
        .iter()
        .map(|beginning| {
            let mut stream = connect(server.port);
            stream.write_all(beginning.as_bytes()).unwrap();
            stream
        })
        .collect();
    for (mut stream, beginning) in streams.into_iter().zip(&beginnings) {
        let mut bytes = Vec::new();
        let ended = stream.read_to_end(&mut bytes);
        let is_open = ended.is_err_and(|error| {
            [ErrorKind::WouldBlock, ErrorKind::TimedOut].contains(&error.kind())
        });
        assert!(!is_open, "still open after {beginning:?}");
    }
    // Ten seconds of patience; and a machine may be busy.
    assert!(start.elapsed() < Duration::from_mins(1));
    see_that_descriptors_are_back(&server, before);
    let _ = server.finish();
}

#[test]
fn whoever_does_not_read_is_dropped() {
    let server = Server::start();
    let before = descriptors_at_rest(&server);
    let host = format!("Host: 127.0.0.1:{}", server.port);
    let request = format!("GET / HTTP/1.1\r\n{host}\r\n\r\n");
    let mut stream = connect(server.port);
    stream.set_write_timeout(Some(Duration::from_secs(1))).unwrap();
    // More pages than there is room for on the way.
    while stream.write_all(request.as_bytes()).is_ok() {}
    see_that_descriptors_are_back(&server, before);
    drop(stream);
    let _ = server.finish();
}

/// Half of it is said by somebody whom the guard lets in.
#[test]
fn nonsense_does_no_harm() {
    let server = Server::start();
    let before = descriptors_at_rest(&server);
    let stranger = Speaker { port: server.port, secrets: String::new() };
    let friend = Speaker::friend(&server);
    assert_eq!(stranger.says_what_is_not_declared(), 403);
    assert_eq!(friend.says_what_is_not_declared(), 400);
    let speakers = [&stranger, &stranger, &friend, &friend];
    let heard = scope(|scope| {
        let threads = [0, 1, 2, 3].map(|seed| {
            scope.spawn(move || speakers[seed].talk_nonsense(seed as u64))
        });
        threads.map(|thread| thread.join().unwrap())
    });
    let [stranger, _, _, friend] = heard;
    println!("strangers heard {stranger:?}, friends {friend:?}");
    // Whoever is let in is seldom told to go.
    assert!(stranger[&403] > 2 * friend[&403], "{stranger:?}, {friend:?}");
    server.is_well();
    see_that_descriptors_are_back(&server, before);
    assert!(server.running.descendants().is_empty(), "somebody was started");
    let _ = server.finish();
}

/// Somebody who talks nonsense.
struct Speaker {
    port: u16,
    /// What lets it in, as headers.
    secrets: String,
}

impl Speaker {
    /// Somebody who is let in.
    fn friend(server: &Server) -> Self {
        let Server { port, cookie, page, .. } = server;
        let secrets = format!("Cookie: {cookie}\r\nX-Live-Book: {page}\r\n");
        Self { port: *port, secrets }
    }

    /// The answer tells whether it is let in.
    fn says_what_is_not_declared(&self) -> u16 {
        let headers = format!("{}Connection: close\r\n", self.headers());
        let wish = post(&headers, "run/lasting", "{\"chosen\":[99]}");
        let mut stream = connect(self.port);
        stream.write_all(wish.as_bytes()).unwrap();
        hear(stream).status
    }

    /// As our own pages send them, but for what it does not know.
    fn headers(&self) -> String {
        let Self { port, secrets } = self;
        let origin = format!("Origin: http://127.0.0.1:{port}\r\n");
        format!("Host: 127.0.0.1:{port}\r\n{secrets}{origin}")
    }

    /// A fourth of the nonsense, a connection for each piece, and what came
    /// back. Some of it begins what it does not end, and stays silent until
    /// all is said.
    fn talk_nonsense(&self, seed: u64) -> BTreeMap<u16, usize> {
        let mut rng = Rng::with_seed(seed);
        let mut silent = Vec::new();
        let mut heard = BTreeMap::new();
        for _ in 0..NONSENSE / 4 {
            let mut stream = connect(self.port);
            // Nobody is obliged to take in all of it.
            let _ = stream.write_all(&self.nonsense(&mut rng));
            if rng.u8(..) < 2 {
                silent.push(stream);
                continue;
            }
            let _ = stream.shutdown(Shutdown::Write);
            *heard.entry(hear(stream).status).or_default() += 1;
        }
        heard
    }

    fn nonsense(&self, rng: &mut Rng) -> Vec<u8> {
        let ours = self.headers();
        let whole = format!("GET /_live/course HTTP/1.1\r\n{ours}\r\n");
        let number = rng.u64(..);
        let text = match rng.u8(..17) {
            0 => {
                let length = rng.usize(..300);
                return (0..length).map(|_| rng.u8(..)).collect();
            }
            1 => whole[..rng.usize(..whole.len())].to_owned(),
            2 => {
                let huge = "x".repeat(rng.usize(..40_000));
                format!("GET / HTTP/1.1\r\n{ours}X-Huge: {huge}\r\n\r\n")
            }
            3 => format!("{number:x}\u{e9} / HTTP/1.1\r\n{ours}\r\n"),
            4 => format!("GET / HTTP/{number}\r\n{ours}\r\n"),
            5 => format!(
                "POST /_live/run/lasting HTTP/1.1\r\n{ours}\
                 Transfer-Encoding: chunked\r\n\r\n{number:x}z\r\n-1\r\n"
            ),
            6 => format!(
                "POST /_live/kill/{number} HTTP/1.1\r\n{ours}\
                 Content-Length: {number}\r\nContent-Length: 1\r\n\r\n"
            ),
            7 => {
                let many = "X-Many: 1\r\n".repeat(rng.usize(..300));
                format!("GET / HTTP/1.1\r\n{ours}{many}\r\n")
            }
            8 => {
                let path = graphic(rng, 20);
                format!("GET /{path} HTTP/1.1\r\n{ours}\r\n")
            }
            9 => {
                let length = rng.usize(..200);
                post(&ours, "run/lasting", &graphic(rng, length))
            }
            10 => {
                // There are fourteen options.
                let chosen = number % 1_000 + 14;
                let json = format!("{{\"chosen\":[{chosen}]}}");
                post(&ours, "run/lasting", &json)
            }
            11 => post(&ours, &format!("check/{}", graphic(rng, 11)), ""),
            12 => post(&ours, &format!("kill/{}", number % 40_000), ""),
            13 => post(&ours, "stop", &graphic(rng, 20)),
            14 => {
                let name = graphic(rng, 11);
                format!("GET /_live/saves/{name} HTTP/1.1\r\n{ours}\r\n")
            }
            15 => format!("GET /_live/free?{number} HTTP/1.1\r\n{ours}\r\n"),
            _ => {
                // One byte of a good one is another.
                let mut bytes = whole.into_bytes();
                let at = rng.usize(..bytes.len());
                bytes[at] = rng.u8(..);
                return bytes;
            }
        };
        text.into_bytes()
    }
}

fn graphic(rng: &mut Rng, length: usize) -> String {
    (0..length).map(|_| rng.char('!'..='~')).collect()
}

fn post(headers: &str, to: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST /_live/{to} HTTP/1.1\r\n{headers}\
         Content-Type: application/json\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    )
}

/// Reads the answer to its end.
fn hear(mut stream: TcpStream) -> Answer {
    let mut bytes = Vec::new();
    if let Err(error) = stream.read_to_end(&mut bytes) {
        let is_open = [ErrorKind::WouldBlock, ErrorKind::TimedOut]
            .contains(&error.kind());
        assert!(!is_open, "no answer, and no end");
    }
    let answer = Answer::of(&bytes);
    assert!(answer.status < 500, "{answer:?}");
    answer
}
