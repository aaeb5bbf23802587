//! What programs and the compiler say is text, whatever it looks like.

use browser::Page;

use crate::panel::Panel;
use crate::reader::Reader;

pub(crate) const COMMAND: &str = "cargo run -p time_utils";
pub(crate) const MAIN: &str = "crates/time_utils/src/main.rs";

/// What would do something, if it were no text.
const HTML: &str = "<b class=bold>x</b>\
    <img src='data:,' onerror=document.title='taken'>\
    <script>document.title = 'taken'</script>";

pub(crate) fn what_looks_like_html_is_text(reader: &Reader) {
    let page = reader.open("time_utils.html");
    let panel = Panel::of(&page, COMMAND);
    reader.place.edit(MAIN, |main| {
        let prints = format!("println!({HTML:?}); eprintln!({HTML:?});");
        main.replacen("ExitCode {", &format!("ExitCode {{ {prints}"), 1)
            .replacen("Task, \"kill_time\"", &format!("Task, {HTML:?}"), 1)
    });
    panel.go();
    panel.wait_until_says("ended with exit code 0");
    let lines: Vec<String> = panel.get(
        "[...panel.querySelectorAll('.live-line')].map((it) => it.innerText)",
    );
    let shown = lines.iter().filter(|line| line.contains(HTML));
    assert_eq!(shown.count(), 2, "{lines:?}");
    let bars: String = panel.get("panel.querySelector('svg').textContent");
    assert!(bars.contains(HTML), "{bars}");
    assert_no_elements(&page);
    reader.assert_faultless(&page);
}

pub(crate) fn what_the_compiler_says_is_text(reader: &Reader) {
    let page = reader.open("time_utils.html");
    let panel = Panel::of(&page, COMMAND);
    reader
        .place
        .edit(MAIN, |main| format!("{main}\nconst IT: u8 = {HTML:?};\n"));
    panel.go();
    panel.wait_until_says("it does not build");
    let said = panel.text(".live-build code");
    assert!(said.contains("error[E0308]: mismatched types"), "{said}");
    assert!(said.contains(HTML), "{said}");
    assert!(said.contains("could not compile `time_utils`"), "{said}");
    assert_no_elements(&page);
    assert!(!panel.shows(".live-paper"));
    reader.place.see_that_nothing_is_left();
    // No panel waits for something.
    let waits = ".live-go:disabled, .live-stop:enabled, .is-busy";
    assert!(!page.shows(waits));

    reader.place.put(MAIN, MAIN);
    panel.go();
    panel.wait_until_says("ended with exit code 0");
    assert!(!panel.text("").contains("mismatched types"));
    reader.assert_no_faults(&page);
}

fn assert_no_elements(page: &Page<'_>) {
    let elements: usize = page.evaluate(
        "document.querySelectorAll('.live-panel :is(.bold, img, script)').length",
    );
    assert_eq!(elements, 0);
    assert!(!page.evaluate::<String>("document.title").contains("taken"));
}
