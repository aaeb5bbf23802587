//! An exercise that fails, hangs, does not compile and passes, checked again at
//! each save.

use browser::Screen;

use crate::panel::Panel;
use crate::place::Place;
use crate::reader::Reader;

pub(crate) const MAIN: &str =
    "exercises/06_queue_ipc/02_join_before_drain/src/main.rs";
const TESTS: &str =
    "exercises/06_queue_ipc/02_join_before_drain/tests/check.rs";
const LESSON: &str = "crates/queue_ipc/src/lib.rs";
const SOLUTION: &str = "solutions/06_queue_ipc/02_join_before_drain";
pub(crate) const COMMAND: &str = "cargo course check join_before_drain";

/// It starts more processes than any exercise needs.
const BOMB: &str = r#"#[test]
fn it_is_a_bomb() {
    let start = |_| std::process::Command::new("sleep").arg("20").spawn();
    let all: Vec<_> = (0..400).filter_map(|it| start(it).ok()).collect();
    all.into_iter().for_each(|mut child| drop(child.wait()));
}
"#;

/// How far the sidebar says that the reader is.
const PROGRESS: &str = "[...document.querySelectorAll('.sidebar .chapter a')]\
    .find((it) => it.pathname.endsWith('/queue_ipc.html'))\
    .querySelector('.live-progress').textContent";

pub(crate) fn an_exercise_fails_hangs_and_passes(reader: &Reader) {
    let page = reader.open("queue_ipc.html");
    let panel = Panel::of(&page, COMMAND);
    let progress = || page.evaluate::<String>(PROGRESS);
    assert!(progress().starts_with("0/2"), "{}", progress());

    // The stub.
    panel.go();
    panel.wait_until_says("Not yet: ");
    let failed = panel.text(".is-failed");
    assert!(failed.starts_with('✗'), "{failed}");
    assert!(failed.contains("it came to a `todo!`"), "{failed}");
    assert!(panel.text("").contains("Each save is checked from now on."));
    reader.assert_no_faults(&page);

    // A save is checked without a click. It hangs.
    save(&panel, &reader.place, "wrong/still_joined_first.rs");
    panel.wait_until_says("Not yet: ");
    let failed = panel.text(".is-failed pre");
    assert!(failed.contains("worker waits for a message"), "{failed}");
    assert!(panel.text(".is-ok").starts_with('✓'), "{}", panel.text(".is-ok"));
    reader.assert_faultless(&page);

    // The compiler refuses it.
    panel.forget();
    reader
        .place
        .edit(MAIN, |main| format!("{main}\nconst IT: u8 = \"<b>x</b>\";\n"));
    panel.wait_until_says("It does not compile.");
    let told = panel.text("> pre");
    assert!(told.contains("error[E0308]: mismatched types"), "{told}");
    assert!(told.contains("<b>x</b>"), "{told}");
    assert!(!panel.shows(".live-tests > li"));
    assert!(progress().starts_with("0/2"), "{}", progress());

    // It passes.
    save(&panel, &reader.place, "src/main.rs");
    panel.wait_until_says("It passes: 5 of 5 tests hold.");
    assert!(!panel.shows(".is-failed"));
    assert!(!panel.shows("> pre"));
    assert_eq!(panel.count(".is-ok"), 5);
    assert!(progress().starts_with("1/2"), "{}", progress());

    hints_unfold(&panel);
    reader.assert_faultless(&page);
    drop(page);
    reader.place.see_that_nothing_is_left();
}

pub(crate) fn a_check_that_takes_too_much_is_ended(reader: &Reader) {
    let page = reader.open_on(Screen::PHONE, "queue_ipc.html");
    let panel = Panel::of(&page, COMMAND);
    reader.place.edit(TESTS, |_| BOMB.to_owned());
    panel.go();
    panel.wait_until_says(
        "It was ended, as it started more processes than it may. ",
    );
    reader.place.see_that_nothing_is_left();

    // The next check is another one.
    panel.forget();
    reader.place.put(TESTS, TESTS);
    panel.wait_until_says("It passes: ");
    assert!(!panel.text(".live-status").contains("ended"));
    reader.assert_no_faults(&page);
}

pub(crate) fn another_page_knows_what_passes(reader: &Reader) {
    let progress = || {
        let page = reader.open("queue_ipc.html");
        page.evaluate::<String>(PROGRESS)
    };
    let known = "1/2: 1 of 2 exercises pass";
    assert_eq!(progress(), known);
    // What it stands on is another: then only a check could tell.
    reader.place.edit(LESSON, |lesson| format!("{lesson}\n// More.\n"));
    assert_eq!(progress(), "0/2?: 0 of 2 exercises are known to pass");
    reader.place.put(LESSON, LESSON);
    assert_eq!(progress(), known);
}

/// Saves an answer. What the panel says after that, it says of this.
fn save(panel: &Panel<'_>, place: &Place, answer: &str) {
    panel.forget();
    place.put(&format!("{SOLUTION}/{answer}"), MAIN);
    panel.wait_until_says("saved: checking again, ");
}

/// One hint, and then there is the next.
fn hints_unfold(panel: &Panel<'_>) {
    assert!(!panel.shows(".live-hint:nth-child(2)"));
    panel.click(".live-hint summary");
    let second = panel.at(".live-hint:nth-child(2)");
    panel.page.wait_until(&format!(
        "document.querySelector('{second}').checkVisibility()"
    ));
    assert!(panel.text(".live-hint p").contains("the fifth cube"));
    assert!(!panel.shows(".live-hint:nth-child(3)"));
}
