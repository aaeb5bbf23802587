//! Demonstrations: run, looked back at, stopped, and with a worker killed.

use browser::Screen;

use crate::panel::{BARS, Panel};
use crate::reader::{Reader, SCREENS};
use crate::texts;

const POOL: &str = "cargo run -p pool_map";
const MONITOR: &str = "cargo run -p resource_monitor";
const SUPERVISED: &str =
    "cargo run -p error_handling -- --supervised --deadline 60000";

/// How soon there is a bar, in milliseconds.
const SOON: f64 = 500.0;

/// It waits until it is asked to end, and says so.
const TRAP: &str = r#"
    let _status = std::process::Command::new("sh").arg("-c").arg(
        "trap 'echo put away; exit' INT; echo the trap is set; \
         while :; do sleep 0.1; done",
    ).status();
"#;

/// The lanes of a timeline.
const LANES: &str = ".live-paper svg > g:has(> g > rect)";

/// Each arrow's path, as `M1 2L3 4`.
const ARROWS: &str = "[...panel.querySelectorAll('path[marker-end]')]\
    .map((it) => it.getAttribute('d'))";

pub(crate) fn without_the_token_there_is_the_plain_book(reader: &Reader) {
    let page = reader.browser.page();
    page.visit(&reader.place.at("pool_map.html"));
    page.wait_for_text("main", POOL);
    assert!(!page.shows(".live-panel, [role=alert]"));
    let journal = page.take_journal();
    assert_eq!(journal.faults(reader.place.home()), [""; 0]);
    let mut requests = journal.requests.iter();
    let live = requests.find(|it| it.contains("/_live/"));
    assert_eq!(live, None);
}

pub(crate) fn the_page_for_paper_has_no_panels(reader: &Reader) {
    let page = reader.browser.page();
    page.visit(reader.place.entrance());
    page.visit(&reader.place.at("print.html"));
    // The script has asked, and come to its end.
    page.wait_until("document.querySelector('.sidebar .live-progress')");
    assert!(!page.shows(".live-panel, [role=alert]"));
    reader.assert_no_faults(&page);
}

pub(crate) fn a_choice_without_options_has_no_panel(reader: &Reader) {
    let page = reader.open("task_granularity.html");
    assert!(page.shows(".live-check"));
    assert!(!page.shows(".live-panel:not(.live-check), [role=alert]"));
    reader.assert_no_faults(&page);
}

pub(crate) fn a_run_grows_and_ends_by_itself(reader: &Reader) {
    let page = reader.open("pool_map.html");
    let panel = Panel::of(&page, POOL);
    panel.choose("what", "40 tasks of 200 ms");
    panel.choose("workers", "2");
    panel.go();
    panel.wait_until_says("runs");
    panel.wait_until("panel.querySelectorAll('rect').length > 4");
    let before = panel.count(BARS);
    panel.wait_until_says("ended with exit code 0");
    assert!(panel.shows(".live-status.is-good"));
    let seen = panel.seen();
    assert!(seen.said.contains(&"building…".to_owned()), "{:?}", seen.said);
    assert!(!seen.is_lost, "the keyboard has lost its place");
    let grown = seen.widths.values().filter(|widths| {
        widths.first().zip(widths.last()).is_some_and(|(a, b)| b > a)
    });
    assert!(grown.count() > 2, "no bar grew: {:?}", seen.widths);
    assert!(panel.count(BARS) > before.max(40));
    let captured = panel.text(".live-beside > :not(.live-own)");
    assert!(captured.starts_with("captured"), "{captured}");
    let own = panel.text(".live-own");
    assert!(own.starts_with("your run"), "{own}");
    see_arrows_between_lanes(&panel);
    save_the_trace(&panel);
    reader.assert_faultless(&page);
    reader.place.see_that_nothing_is_left();
}

/// One loop goes round, and nothing happens: what goes on grows on.
pub(crate) fn the_picture_grows_between_events(reader: &Reader) {
    let page = reader.open("time_utils.html");
    let panel = Panel::of(&page, texts::COMMAND);
    panel.choose("turns", "1,000 million");
    panel.go();
    panel.wait_until_says("ended with exit code 0");
    let lengths = panel.seen().lengths;
    assert!(lengths.len() > 5, "{lengths:?}");
    reader.assert_no_faults(&page);
}

/// What is sent arrives in another lane.
fn see_arrows_between_lanes(panel: &Panel<'_>) {
    let arrows: Vec<String> = panel.get(ARROWS);
    let heights = arrows.iter().map(|arrow| {
        let ends = arrow.trim_start_matches('M').split('L');
        let heights = ends.map(|end| end.split(' ').nth(1).unwrap());
        heights.collect::<Vec<_>>()
    });
    let between = heights.filter(|it| it[0] != it[1]).count();
    assert!(between >= 40, "{between} arrows: {arrows:?}");
    let arrow: bool = panel.get(
        "Boolean(panel.querySelector(
            panel.querySelector('path[marker-end]')
                .getAttribute('marker-end').slice(4, -1)))",
    );
    assert!(arrow, "they have no heads");
}

/// The slider lights what had been printed by then, and a line moves it.
fn look_back(panel: &Panel<'_>) {
    let lit = || panel.count(".live-line.is-lit");
    let lines = panel.count(".live-line");
    panel.get::<()>("{ panel.querySelector('[type=range]').focus(); }");
    panel.page.press("Home");
    panel.wait_until("panel.querySelector('.live-output.is-scrubbed')");
    assert!(lit() < lines, "{} of {lines} are lit at the beginning", lit());
    assert!(panel.shows(".live-cursor"));
    panel.page.press("End");
    panel.wait_until("!panel.querySelector('.live-line:not(.is-lit)')");
    panel.click(".live-line:nth-child(12)");
    panel.wait_until("panel.querySelector('.live-line:not(.is-lit)')");
    assert!((12..lines).contains(&lit()), "{} of {lines} are lit", lit());
    let moment = panel.text("[aria-selected=true] .live-at");
    assert_eq!(panel.text(".live-moment"), format!("At {moment}"));
}

/// The button gives what Perfetto opens.
fn save_the_trace(panel: &Panel<'_>) {
    panel.page.execute(
        "const make = URL.createObjectURL;
        URL.createObjectURL = (blob) => {
            window.saved = blob.text();
            return make.call(URL, blob);
        };",
    );
    panel.click(".live-trace");
    panel.page.wait_until("window.saved");
    let events: usize = panel.page.evaluate(
        "window.saved.then(JSON.parse).then((it) => (it.traceEvents ?? it).length)",
    );
    assert!(events > 40, "{events} events");
}

/// Everything is compiled: then there is soon something to see. A busy machine
/// may be slower, but not each time.
pub(crate) fn the_first_bar_comes_soon(reader: &Reader) {
    let page = reader.open("pool_map.html");
    let panel = Panel::of(&page, POOL);
    let mut times = Vec::new();
    while times.len() < 20 && times.iter().all(|it| *it > SOON) {
        panel.go();
        panel.wait_until_says("ended with exit code 0");
        times.push(panel.seen().patience.unwrap().round());
    }
    println!("from the click to the first bar: {times:?} ms");
    assert!(times.last().unwrap() <= &SOON, "{times:?}");
    reader.assert_no_faults(&page);
}

/// Has the monitor run, as far as both workers of its pool.
fn run_two_workers(panel: &Panel<'_>) {
    panel.choose("what", "for longer");
    panel.choose("workers", "2");
    panel.go();
    // There was one before, that was measured.
    panel.wait_until("panel.querySelectorAll('.live-kill').length === 2");
}

pub(crate) fn stop_ends_a_run(reader: &Reader) {
    for screen in SCREENS {
        stop_ends_a_run_on(screen, reader);
    }
}

fn stop_ends_a_run_on(screen: Screen, reader: &Reader) {
    let page = reader.open_on(screen, "resource_monitor.html");
    let panel = Panel::of(&page, MONITOR);
    run_two_workers(&panel);
    panel.wait_until("panel.querySelectorAll('.live-line').length > 8");
    assert!(reader.place.workers() >= 2);
    let lines = panel.count(".live-line");
    panel.click(".live-stop");
    panel.wait_until_says("stopped");
    reader.place.see_that_nothing_is_left();
    assert!(panel.count(".live-line") >= lines);
    assert!(panel.text(".live-output").contains("Worker-1"));
    assert!(panel.count(BARS) > 2);
    assert!(!panel.shows(".live-kill"));
    // It can be looked back at as well.
    assert!(panel.shows(".live-scrubber input"));
    assert!(!panel.seen().is_lost, "the keyboard has lost its place");
    reader.assert_no_faults(&page);
}

/// A program that is asked to end may have something to say about it.
pub(crate) fn what_is_printed_after_stop_is_shown(reader: &Reader) {
    let page = reader.open("time_utils.html");
    let panel = Panel::of(&page, texts::COMMAND);
    reader.place.edit(texts::MAIN, |main| {
        main.replacen("ExitCode {", &format!("ExitCode {{ {TRAP}"), 1)
    });
    // A busy machine may leave it no time to say so, but not each time.
    let said = (0..5).any(|_| {
        panel.go();
        panel.wait_until_says("runs");
        panel.wait_until("panel.innerText.includes('the trap is set')");
        panel.click(".live-stop");
        panel.wait_until_says("stopped");
        panel.text(".live-output").contains("put away")
    });
    assert!(said, "{}", panel.text(".live-output"));
    reader.place.see_that_nothing_is_left();
    reader.place.put(texts::MAIN, texts::MAIN);
    reader.assert_no_faults(&page);
}

pub(crate) fn a_worker_is_killed(reader: &Reader) {
    for screen in SCREENS {
        a_worker_is_killed_on(screen, reader);
    }
}

fn a_worker_is_killed_on(screen: Screen, reader: &Reader) {
    let page = reader.open_on(screen, "resource_monitor.html");
    let panel = Panel::of(&page, MONITOR);
    run_two_workers(&panel);
    let (lanes, deaths) = (panel.count(LANES), deaths(&panel));
    let broken = "rect[style*=dasharray]";
    let before = panel.count(broken);
    panel.get::<()>("{ panel.querySelector('.live-kill').focus(); }");
    page.press("Enter");
    panel.wait_until_says("is killed");
    panel.wait_until(&format!(
        "panel.querySelectorAll('{broken}').length > {before}"
    ));
    // Who takes its place has a lane of its own, and can be killed as well.
    panel.wait_until(&format!(
        "panel.querySelectorAll('{LANES}').length > {lanes}"
    ));
    panel.wait_until("panel.querySelectorAll('.live-kill').length === 2");
    assert!(page.focused().contains("Kill"), "{}", page.focused());
    panel.wait_until_says("ended with exit code 0");
    assert!(panel.count(LANES) > lanes);
    assert_eq!(self::deaths(&panel), deaths + 1);
    // There is nobody to kill any more, and Stop has nothing to stop.
    assert!(page.focused().contains("Run"), "{}", page.focused());
    assert!(!panel.seen().is_lost, "the keyboard has lost its place");
    look_back(&panel);
    reader.assert_no_faults(&page);
    reader.place.see_that_nothing_is_left();
}

/// The lanes whose task has been going on for more than a second.
const AT_WORK: &str = "(() => {
    const told = panel.querySelector('.live-paper svg desc')?.textContent;
    const now = Number(told?.match(/([\\d.]+) ms$/)[1]);
    const titles = [...panel.querySelectorAll('.live-paper svg g > title')];
    const isOld = ({ textContent }) =>
        now - textContent.match(/^square.*, since ([\\d.]+) ms$/)?.[1] > 1000;
    return titles.filter(isOld).map((title) =>
        title.closest('svg > g').querySelector('text').textContent);
})()";

/// The lesson on failure: whoever is at the task that never ends is killed, and
/// another one takes it up; killed twice, it is given up, and told as lost.
pub(crate) fn a_task_is_taken_up_and_given_up(reader: &Reader) {
    let page = reader.open("error_handling.html");
    let panel = Panel::of(&page, SUPERVISED);
    panel.go();
    let first = kill_who_is_at_work(&panel);
    panel.wait_until(&format!("!{AT_WORK}.includes('{first}')"));
    let second = kill_who_is_at_work(&panel);
    assert_ne!(first, second);
    panel.wait_until_says("ended with exit code 1");
    let told = panel.text(".live-output");
    let lost = "7: lost after 2 tries: the worker ended: signal 9 (SIGKILL)";
    assert!(told.contains(lost), "{told}");
    assert!(told.contains("10: 100"), "{told}");
    reader.assert_no_faults(&page);
    reader.place.see_that_nothing_is_left();
}

/// Kills the worker who alone is at a task for long, and tells its name.
fn kill_who_is_at_work(panel: &Panel<'_>) -> String {
    panel.wait_until(&format!("{AT_WORK}.length === 1"));
    let [name] = panel.get::<[String; 1]>(AT_WORK);
    let number: usize = panel.get(&format!(
        "[...panel.querySelectorAll('.live-kill')]
            .findIndex((it) => it.textContent === 'Kill {name}')"
    ));
    panel.click(&format!(".live-kill:nth-child({})", number + 1));
    panel.wait_until_says(&format!("{name} is killed"));
    name
}

/// How many workers the timeline says were killed.
fn deaths(panel: &Panel<'_>) -> usize {
    let told: String =
        panel.get("panel.querySelector('.live-paper svg desc').textContent");
    told.matches("SIGKILL").count()
}

pub(crate) fn a_fault_of_the_page_is_told_as_such(reader: &Reader) {
    let page = reader.open("resource_monitor.html");
    let panel = Panel::of(&page, MONITOR);
    run_two_workers(&panel);
    page.execute("JSON.parse = () => null.something;");
    panel.wait_until_says("this page has a fault: TypeError: ");
    // Nobody hears any more how the run goes on, so it does not.
    reader.place.see_that_nothing_is_left();
    assert!(panel.shows(".live-go:enabled"));
    let faults = page.take_journal().faults(reader.place.home());
    let [fault] = &faults[..] else { panic!("{faults:?}") };
    assert!(fault.contains("TypeError"), "{fault}");
}

/// The last that happens here.
pub(crate) fn a_server_that_has_ended_is_told_as_such(reader: &Reader) {
    let page = reader.open("pool_map.html");
    let panel = Panel::of(&page, POOL);
    panel.choose("what", "40 tasks of 200 ms");
    panel.go();
    panel.wait_until_says("runs");
    reader.place.end();
    panel.wait_until_says("it broke off: the server may have ended");
    panel.go();
    panel.wait_until_says(
        "the server does not answer: start `cargo book` again",
    );
    assert!(panel.shows(".live-go:enabled"));
}
