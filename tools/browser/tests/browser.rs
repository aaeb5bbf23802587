//! What the browser promises: it shows what a reader would see, tells all that
//! goes wrong in a page, and leaves nothing behind.

#![expect(clippy::unwrap_used, reason = "tests, also in their helpers")]

use std::io::Write as _;
use std::net::TcpListener;
use std::path::Path;

use browser::{Axe, Browser, Journal, Screen};
use procfs::process::all_processes;

/// A page that says so, as an address.
fn page_with(body: &str) -> String {
    format!(
        "data:text/html,<!doctype html><html lang=en><title>A page</title>{body}"
    )
}

#[test]
#[ignore = "needs chromium"]
fn it_leaves_no_process_and_no_profile_behind() {
    let browser = Browser::start();
    let page = browser.page();
    page.visit(&page_with("<p>Hello</p>"));
    assert_eq!(page.text("p"), "Hello");
    drop(page);
    let group = browser.group().cast_signed();
    let profile = browser.profile().to_owned();
    let names_profile =
        || everyone(|it| it.contains(profile.to_str().unwrap()));
    assert!(profile.exists());
    assert!(!names_profile().is_empty());
    drop(browser);
    assert!(!profile.exists());
    assert_eq!(names_profile(), Vec::<String>::new());
    let stats = all_processes().unwrap().flatten().flat_map(|it| it.stat());
    let left = stats.filter(|it| it.pgrp == group).count();
    assert_eq!(left, 0);
}

/// The command lines that look so.
fn everyone(looks: impl Fn(&str) -> bool) -> Vec<String> {
    let everyone = all_processes().unwrap().flatten();
    let lines = everyone.flat_map(|it| it.cmdline()).map(|it| it.join(" "));
    lines.filter(|line| looks(line)).collect()
}

#[test]
#[ignore = "needs chromium"]
fn it_tells_all_that_goes_wrong_in_a_page() {
    // Nobody answers there any more.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let browser = Browser::start();
    let page = browser.page();
    let address = served(&format!(
        "<link rel=icon href='data:,'>
        <script>
            console.log('all is well');
            console.error('seen', 1, {{}});
        </script>
        <script>undefined.length</script>
        <script>Promise.reject(new Error('not kept'))</script>
        <img src='{nobody}'>"
    ));
    page.visit(&address);
    let journal = page.take_journal();
    let tells = |text: &str| journal.errors.iter().any(|it| it.contains(text));
    assert!(tells("seen 1 Object"), "{journal:?}");
    assert!(tells("reading 'length'"), "{journal:?}");
    assert!(tells("not kept"), "{journal:?}");
    assert!(!tells("all is well"), "{journal:?}");
    assert_eq!(journal.requests_beyond(&address), [&nobody]);
    let failed = format!("net::ERR_CONNECTION_REFUSED {nobody}");
    assert_eq!(journal.failed_requests, [failed]);
    assert_eq!(page.take_journal(), Journal::default());
}

#[test]
fn a_longer_host_or_port_is_elsewhere() {
    let requests = [
        "http://127.0.0.1:3000",
        "http://127.0.0.1:3000/book/page.html?a#b",
        "data:,",
        "http://127.0.0.1:30001/",
        "http://127.0.0.1:3000.evil/",
        "http://127.0.0.1:3000@evil/",
    ];
    let requests = requests.map(str::to_owned).to_vec();
    let beyond = requests[3..].to_vec();
    let journal = Journal { requests, ..Journal::default() };
    assert_eq!(journal.requests_beyond("http://127.0.0.1:3000"), beyond);
    assert_eq!(journal.requests_beyond("http://127.0.0.1:3000/"), beyond);
}

#[test]
#[ignore = "needs chromium"]
fn keys_and_clicks_arrive_as_those_of_a_reader() {
    let browser = Browser::start();
    let page = browser.page();
    page.visit(&page_with(
        "<button id=first onclick='said.value = event.isTrusted'>First</button>
        <input id=said aria-label=Said>
        <a href='about:blank'>Away</a>",
    ));
    page.press("Tab");
    assert_eq!(page.focused(), "button #first First");
    page.press("Enter");
    page.wait_until("said.value === 'true'");
    page.press("Tab");
    assert_eq!(page.focused(), "input #said Said");
    page.type_text("!");
    // What Tab reaches is selected: the text takes its place.
    page.wait_until("said.value === '!'");
    page.press("Shift+Tab");
    assert_eq!(page.focused(), "button #first First");
    page.click("#said");
    assert_eq!(page.focused(), "input #said Said");
    page.leave_by(|| page.click("a"));
    assert_eq!(page.address(), "about:blank");
}

#[test]
#[ignore = "needs chromium"]
#[should_panic(expected = "something is above")]
fn what_is_covered_cannot_be_clicked() {
    let browser = Browser::start();
    let page = browser.page();
    page.visit(&page_with(
        "<button>Below</button><div style='position:fixed;inset:0'></div>",
    ));
    page.click("button");
}

#[test]
#[ignore = "needs chromium"]
fn a_phone_is_narrow_and_paper_is_paper() {
    let browser = Browser::start();
    let page = browser.page();
    page.show_on(Screen::PHONE);
    page.visit(&page_with("<meta name=viewport content='width=device-width'>"));
    let width: u32 = page.evaluate("innerWidth");
    assert_eq!(width, Screen::PHONE.width);
    let matches = |query| {
        page.evaluate::<bool>(&format!("matchMedia('{query}').matches"))
    };
    assert!(matches("(pointer: coarse)"));
    assert!(!matches("print"));
    page.show_on_paper();
    assert!(matches("print"));
}

#[test]
#[ignore = "needs chromium"]
fn without_javascript_a_page_can_still_be_asked() {
    let browser = Browser::start();
    let page = browser.page();
    page.disable_javascript();
    page.visit(&page_with(
        "<noscript>None</noscript><script>document.write('Some')</script>",
    ));
    assert_eq!(page.text("body").trim(), "None");
}

#[test]
#[ignore = "needs chromium"]
fn pages_do_not_share_what_they_store() {
    let browser = Browser::start();
    let address = served("Hi");
    let first = browser.page();
    first.visit(&address);
    first.execute("localStorage.setItem('it', 'there')");
    let second = browser.page();
    second.visit(&address);
    let seen: Option<String> = second.evaluate("localStorage.getItem('it')");
    assert_eq!(seen, None);
}

/// Serves a page that says so, as long as the test runs.
fn served(body: &str) -> String {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", server.local_addr().unwrap());
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len(),
    );
    std::thread::spawn(move || {
        for mut stream in server.incoming().flatten() {
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    address
}

#[test]
#[ignore = "needs chromium and axe-core"]
fn axe_names_the_rule_and_the_element() {
    let axe = Axe::find();
    let browser = Browser::start();
    let page = browser.page();
    page.visit(&page_with(
        "<main><h1>Hello</h1><p id=pale style='color:%23ccc'>Pale</p></main>",
    ));
    let violations = axe.look_at(&page);
    let [violation] = &violations[..] else { panic!("{violations:?}") };
    assert_eq!(violation.rule, "color-contrast");
    assert_eq!(violation.element, "#pale");
    page.execute("document.getElementById('pale').style.color = 'black'");
    assert_eq!(axe.look_at(&page), []);
}

#[test]
fn a_missing_axe_says_what_to_run() {
    let error = Axe::read(Path::new("/nowhere/axe.min.js")).unwrap_err();
    assert!(error.contains("npm ci --prefix tools/browser"), "{error}");
}
