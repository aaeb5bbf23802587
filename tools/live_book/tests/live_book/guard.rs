//! Whom the server lets in, and to what.

use std::fs;
use std::net::TcpStream;

use crate::client::Server;

const TARGETS: [&str; 5] =
    ["/", "/index.html", "/no_page", "/_live/course", "/_live/page/live.js"];

#[test]
fn it_listens_at_the_loopback_address_only() {
    let server = Server::start();
    let end = format!(":{:04X}", server.port);
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"]
        .map(|table| fs::read_to_string(table).unwrap_or_default());
    let listening = tables.iter().flat_map(|it| it.lines()).filter_map(|it| {
        let words: Vec<_> = it.split_whitespace().collect();
        // 0A is LISTEN.
        (words[3] == "0A" && words[1].ends_with(&end)).then_some(words[1])
    });
    let expected = format!("0100007F{end}");
    assert_eq!(listening.collect::<Vec<_>>(), [expected]);
    // Every address 127.x.y.z is this machine's: only one of them answers.
    assert!(TcpStream::connect(("127.0.0.2", server.port)).is_err());
    let _ = server.finish();
}

#[test]
fn a_request_for_another_name_is_refused_whatever_it_asks_for() {
    let server = Server::start();
    let port = server.port;
    let ours = format!("127.0.0.1:{port}");
    let foreign = [
        "evil.example".to_owned(),
        format!("evil.example:{port}"),
        "127.0.0.1".to_owned(),
        format!("127.0.0.1:{}", port.wrapping_add(1)),
        format!("[::1]:{port}"),
        format!("localhost.:{port}"),
        String::new(),
    ];
    for target in TARGETS {
        let request = server.ask(target);
        for host in &foreign {
            let status = request.clone().instead("Host", host).status();
            assert_eq!(status, 421, "{target} of {host:?}");
        }
        assert_eq!(request.clone().without("Host").status(), 421, "{target}");
        let two = request.clone().with("Host", &ours);
        assert_eq!(two.status(), 421, "{target} with two");
        let absolute = format!("http://evil.example:{port}{target}");
        assert_eq!(request.target(&absolute).status(), 421, "{absolute}");
    }
    let localhost = format!("localhost:{port}");
    let request = server.ask("/").instead("Host", &localhost);
    assert_eq!(request.status(), 200);
    let _ = server.finish();
}

#[test]
fn whatever_is_more_than_reading_comes_from_our_own_pages() {
    let server = Server::start();
    let port = server.port;
    let foreign = [
        "http://evil.example".to_owned(),
        format!("http://127.0.0.1:{}", port.wrapping_add(1)),
        format!("https://127.0.0.1:{port}"),
        format!("http://localhost:{port}"),
        "null".to_owned(),
        String::new(),
    ];
    let run = server.wish("lasting", "{\"chosen\":[0]}");
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "HEAD", "ODD"] {
        let request = run.clone().method(method);
        for origin in &foreign {
            let status = request.clone().instead("Origin", origin).status();
            assert_eq!(status, 403, "{method} from {origin:?}");
        }
        assert_eq!(request.without("Origin").status(), 403, "{method}");
    }
    let kill = server.post("/_live/kill/1").without("Origin");
    assert_eq!(kill.status(), 403);
    let check = server.post("/_live/check/hello_world").without("Origin");
    assert_eq!(check.status(), 403);
    assert_eq!(server.post("/_live/stop").without("Origin").status(), 403);
    let _ = server.finish();
}

#[test]
fn the_printed_address_gives_a_cookie_that_no_script_can_read() {
    let server = Server::start();
    let right = server.get(&format!("/?token={}", server.launch)).send();
    assert_eq!(right.status, 303, "{right:?}");
    assert_eq!(right.header("location"), Some("/"));
    let cookie = right.header("set-cookie").unwrap();
    for part in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.split("; ").any(|it| it == part), "{cookie}");
    }
    let wrong = server.get("/?token=0123").send();
    assert_eq!(wrong.status, 200);
    assert_eq!(wrong.header("set-cookie"), None);
    // A path that looks like another server's address leads to no such place.
    let elsewhere = format!("//evil.example/?token={}", server.launch);
    let elsewhere = server.get(&elsewhere).send();
    assert_eq!((elsewhere.status, elsewhere.header("location")), (404, None));
    let _ = server.finish();
}

#[test]
fn without_the_secrets_there_is_the_book_and_nothing_else() {
    let server = Server::start();
    let stock = server.get("/").send();
    assert_eq!(stock.status, 200);
    assert!(stock.body.contains("A page."), "{stock:?}");
    assert!(!stock.body.contains("_live"), "{stock:?}");
    for target in [
        "/_live/course",
        "/_live/none",
        "/_live/free",
        "/_live/saves/hello_world",
    ] {
        let request = server.ask(target);
        let status = |it: crate::client::Request| it.status();
        assert_eq!(status(request.clone().without("Cookie")), 403, "{target}");
        let wrong = request.clone().instead("X-Live-Book", "0123");
        assert_eq!(status(wrong), 403, "{target}");
        assert_eq!(status(request.without("X-Live-Book")), 403, "{target}");
    }
    let run = server.wish("lasting", "{\"chosen\":[0]}");
    assert_eq!(run.clone().without("Cookie").status(), 403);
    assert_eq!(run.without("X-Live-Book").status(), 403);
    let script = server.get("/_live/page/live.js");
    assert_eq!(script.status(), 403);
    assert_eq!(script.with("Cookie", &server.cookie).status(), 200);
    let _ = server.finish();
}

#[test]
fn what_is_not_there_cannot_be_asked_for() {
    let server = Server::start();
    let deep = "/a".repeat(2_000);
    let targets = [
        "/no_page",
        "/../Cargo.toml",
        "/..%2fCargo.toml",
        "/%2e%2e/Cargo.toml",
        "/%00",
        "/_live/page/..%2flive.js",
        "/_live/page/Cargo.toml",
        "/_live/saves/nobody",
        "/_live/saves/hello_worl",
        "/_live/saves/..%2f01_hello_world",
        &deep,
    ];
    for target in targets {
        assert_eq!(server.ask(target).status(), 404, "{target}");
    }
    for name in ["nobody", "..%2flasting", "hello_world", "%00", "--help"] {
        let run = server.wish(name, "{\"chosen\":[0]}");
        assert_eq!(run.status(), 404, "{name}");
    }
    // A beginning of a name is none, though it is for `cargo course`.
    for name in ["nobody", "lasting", "hello", "1.1", "%00", "--help"] {
        let check = server.post(&format!("/_live/check/{name}"));
        assert_eq!(check.status(), 404, "{name}");
    }
    for target in ["run/lasting", "check/hello_world", "kill/1"] {
        let status = server.ask(&format!("/_live/{target}")).status();
        assert_eq!(status, 405, "{target}");
    }
    let _ = server.finish();
}

#[test]
fn a_wish_is_one_that_is_declared() {
    let server = Server::start();
    let long = format!("{{\"chosen\":[{}0]}}", "0,".repeat(2_500));
    let wishes = [
        ("", 400),
        ("nonsense", 400),
        ("{\"chosen\":[0]", 400),
        ("{}", 422),
        ("[0]", 422),
        ("{\"chosen\":[-1]}", 422),
        ("{\"chosen\":[0.5]}", 422),
        ("{\"chosen\":[\"tell\"]}", 422),
        ("{\"chosen\":[99999999999999999999999]}", 422),
        ("{\"chosen\":[0],\"arguments\":[\"more\"]}", 422),
        // Well said, but not declared.
        ("{\"chosen\":[]}", 400),
        ("{\"chosen\":[0,0]}", 400),
        ("{\"chosen\":[99]}", 400),
        (&long, 413),
    ];
    for (wish, status) in wishes {
        let answer = server.wish("lasting", wish).send();
        assert_eq!(answer.status, status, "{wish}: {answer:?}");
    }
    let wish = server.wish("lasting", "{\"chosen\":[0]}");
    let plain = wish.instead("Content-Type", "text/plain");
    assert_eq!(plain.status(), 415);
    for pid in ["-1", "x", "99999999999", "%00"] {
        let status = server.post(&format!("/_live/kill/{pid}")).status();
        assert_eq!(status, 400, "{pid}");
    }
    let _ = server.finish();
}

#[test]
fn every_answer_says_what_a_browser_may_do_with_it() {
    let server = Server::start();
    let targets = TARGETS.map(|target| server.ask(target));
    let refused = server.get("/_live/course").instead("Host", "evil.example");
    for request in targets.iter().chain([&refused]) {
        let answer = request.send();
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.contains("frame-ancestors 'none'"), "{answer:?}");
        assert!(policy.contains("default-src 'none'"), "{answer:?}");
        let scripts = policy.split("; ").find(|it| it.contains("script-src"));
        let scripts = scripts.unwrap();
        assert!(scripts.contains("'self' 'sha256-"), "{answer:?}");
        assert!(!scripts.contains("unsafe"), "{answer:?}");
        let others = [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("cache-control", "no-store"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
        ];
        for (name, value) in others {
            assert_eq!(answer.header(name), Some(value), "{answer:?}");
        }
        let head = answer.head.to_lowercase();
        assert!(!head.contains("access-control-"), "{answer:?}");
    }
    let _ = server.finish();
}

#[test]
fn a_program_gets_its_declared_arguments_and_a_small_environment() {
    let server = Server::start();
    let run = server.wish("lasting", "{\"chosen\":[0]}");
    let run = run.with("X-Odd", "from_the_browser").events();
    let events = run.rest();
    let lines = events.iter().filter(|event| event["event"] == "line");
    let lines: Vec<_> =
        lines.map(|event| event["text"].as_str().unwrap()).collect();
    let arguments: Vec<_> =
        lines.iter().filter_map(|it| it.strip_prefix("argument ")).collect();
    assert_eq!(arguments, ["tell"]);
    let known =
        ["PATH", "HOME", "LANG", "TMPDIR", "MP_TRACE", "LESSON_CHECK_FAMILY"];
    for line in &lines {
        let secrets = [&server.cookie, &server.page, &server.launch];
        assert!(!secrets.iter().any(|it| line.contains(*it)), "{line}");
        assert!(!line.contains("from_the_browser"), "{line}");
        let Some(variable) = line.strip_prefix("variable ") else { continue };
        let (name, _) = variable.split_once('=').unwrap();
        assert!(known.contains(&name), "{line}");
    }
    let _ = server.finish();
}

#[test]
fn there_is_one_run_at_a_time() {
    let server = Server::start();
    let events = server.run_until_it_waits("wait");
    let second = server.wish("lasting", "{\"chosen\":[0]}").send();
    assert_eq!(second.status, 409, "{second:?}");
    let check = server.post("/_live/check/hello_world");
    assert_eq!(check.status(), 409);
    drop(events);
    server.run("lasting", "tell").until("ended");
    let _ = server.finish();
}
