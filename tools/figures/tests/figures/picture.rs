//! The picture: what a reader sees, read back from the SVG.

use figures::{Caption, Timeline, WIDTH};
use roxmltree::{Document, Node};
use time_utils::trace::Event;

use crate::chart;
use crate::events::{ANNA, MAIN, two_workers};

pub(crate) const CAPTION: Caption<'_> = Caption {
    id: "workers",
    title: "Two workers",
    description: "The second one is killed.",
};

fn draw(events: &[Event]) -> String {
    Timeline::from_events(events).to_svg(&CAPTION, WIDTH)
}

/// One of each kind.
fn all_kinds() -> [String; 2] {
    [draw(&two_workers()), chart::draw(&chart::usual())]
}

/// The group of the bar or arrow whose title begins with `name`.
fn group<'d>(document: &'d Document<'_>, name: &str) -> Node<'d, 'd> {
    let mut groups =
        document.descendants().filter(|node| node.has_tag_name("g"));
    groups.find(|group| title(*group).starts_with(name)).unwrap()
}

pub(crate) fn title<'d>(group: Node<'d, 'd>) -> &'d str {
    group.first_element_child().and_then(|title| title.text()).unwrap_or("")
}

pub(crate) fn child<'d>(group: Node<'d, 'd>, tag: &str) -> Node<'d, 'd> {
    group.children().find(|node| node.has_tag_name(tag)).unwrap()
}

pub(crate) fn number(node: Node<'_, '_>, attribute: &str) -> f64 {
    node.attribute(attribute).unwrap().parse().unwrap()
}

/// Left, right, upper and lower edge.
fn edges(bar: Node<'_, '_>) -> (f64, f64, f64, f64) {
    let rect = child(bar, "rect");
    let (x, y) = (number(rect, "x"), number(rect, "y"));
    (x, x + number(rect, "width"), y, y + number(rect, "height"))
}

fn style<'d>(bar: Node<'d, 'd>) -> &'d str {
    child(bar, "rect").attribute("style").unwrap()
}

pub(crate) fn texts<'d>(document: &'d Document<'_>) -> Vec<&'d str> {
    let texts = document.descendants().filter(|node| node.has_tag_name("text"));
    texts.filter_map(|text| text.text()).collect()
}

pub(crate) fn same(one: f64, other: f64) -> bool {
    // Both are rounded to a tenth.
    (one - other).abs() < 0.15
}

#[test]
fn the_picture_is_named_and_described() {
    for svg in all_kinds() {
        let document = Document::parse(&svg).unwrap();
        let root = document.root_element();
        assert_eq!(root.attribute("role"), Some("img"));
        for (attribute, tag, text) in [
            ("aria-labelledby", "title", CAPTION.title),
            ("aria-describedby", "desc", CAPTION.description),
        ] {
            let id = root.attribute(attribute).unwrap();
            assert!(id.starts_with(CAPTION.id), "{id}");
            assert_eq!(child(root, tag).attribute("id"), Some(id));
            assert_eq!(child(root, tag).text(), Some(text));
        }
    }
}

#[test]
fn the_picture_stands_in_markdown() {
    for svg in all_kinds() {
        // Markdown takes one whole tag in the first line for HTML, and a
        // blank line for its end.
        let first = svg.lines().next().unwrap();
        assert!(first.starts_with("<svg ") && first.ends_with('>'), "{first}");
        assert_eq!(first.matches('<').count(), 1);
        assert!(svg.lines().all(|line| !line.trim().is_empty()), "{svg}");
        assert!(svg.ends_with("</svg>\n"));
    }
}

#[test]
fn the_picture_needs_nothing_from_its_page() {
    for svg in all_kinds() {
        assert!(!svg.contains("<style") && !svg.contains("class="));
        assert!(!svg.contains("href") && !svg.contains("<script"));
        let variables = svg.matches("var(--mp-").count();
        let fallbacks = svg.split("var(--mp-").skip(1).filter(|rest| {
            rest.split(')').next().is_some_and(|value| value.contains(','))
        });
        assert_eq!(fallbacks.count(), variables);
    }
}

#[test]
fn the_same_data_are_the_same_bytes() {
    assert_eq!(all_kinds(), all_kinds());
}

#[test]
fn the_picture_is_small() {
    for svg in all_kinds() {
        assert!(svg.len() < 5_000, "{} bytes", svg.len());
    }
}

#[test]
fn numbers_have_one_decimal_at_most() {
    let mut events = two_workers();
    // So that nothing divides evenly.
    events.last_mut().unwrap().ts += 12_345;
    for svg in [draw(&events), chart::draw(&chart::usual())] {
        let long = svg.split('.').skip(1).filter(|rest| {
            rest.chars().take_while(char::is_ascii_digit).count() > 1
        });
        assert_eq!(long.collect::<Vec<_>>(), Vec::<&str>::new());
    }
}

#[test]
fn a_bar_tells_its_name_and_its_times() {
    let svg = draw(&two_workers());
    let document = Document::parse(&svg).unwrap();
    assert_eq!(title(group(&document, "chunk 1")), "chunk 1, 15–60 ms");
}

#[test]
fn a_bar_stands_where_its_time_was() {
    let svg = draw(&two_workers());
    let document = Document::parse(&svg).unwrap();
    let (zero, hundred) = (tick(&document, "0 ms"), tick(&document, "100 ms"));
    let at = |ms: f64| zero + (hundred - zero) * ms / 100.0;
    let (left, right, ..) = edges(group(&document, "chunk 1"));
    assert!(same(left, at(15.0)) && same(right, at(60.0)), "{svg}");
}

fn tick(document: &Document<'_>, label: &str) -> f64 {
    let mut nodes = document.descendants();
    number(nodes.find(|node| node.text() == Some(label)).unwrap(), "x")
}

#[test]
fn a_task_is_inside_the_life_of_its_process() {
    let svg = draw(&two_workers());
    let document = Document::parse(&svg).unwrap();
    let life = edges(group(&document, "Anna,"));
    let task = edges(group(&document, "chunk 1"));
    assert!(life.0 < task.0 && task.1 < life.1);
    assert!(life.2 < task.2 && task.3 < life.3);
}

#[test]
fn a_task_in_a_task_does_not_cover_it() {
    let svg = draw(&[
        ANNA.task(0, "outer"),
        ANNA.task(10, "inner"),
        ANNA.end(90),
        ANNA.end(100),
    ]);
    let document = Document::parse(&svg).unwrap();
    let outer = edges(group(&document, "outer"));
    assert!(outer.3 < edges(group(&document, "inner")).2);
}

#[test]
fn work_and_waits_differ_without_colour() {
    let svg = draw(&two_workers());
    let document = Document::parse(&svg).unwrap();
    assert!(style(group(&document, "join Anna")).contains("transparent"));
    assert!(!style(group(&document, "chunk 1")).contains("transparent"));
}

#[test]
fn what_was_killed_is_dashed_and_ends_with_its_process() {
    let svg = draw(&two_workers());
    let document = Document::parse(&svg).unwrap();
    // The parent's wait was over when it saw the death.
    let death = edges(group(&document, "join Bert")).1;
    for name in ["Bert", "chunk 2"] {
        let bar = group(&document, name);
        assert!(style(bar).contains("stroke-dasharray"), "{name}");
        assert!(title(bar).ends_with("signal 9 (SIGKILL)"), "{name}");
        assert!(same(edges(bar).1, death), "{name}");
    }
    assert!(texts(&document).contains(&"signal 9 (SIGKILL)"));
}

#[test]
fn what_came_to_its_end_is_not_dashed() {
    let svg = draw(&two_workers());
    let document = Document::parse(&svg).unwrap();
    for name in ["Anna", "chunk 1", "join Bert"] {
        assert!(!style(group(&document, name)).contains("dash"), "{name}");
    }
    assert!(!texts(&document).contains(&"exit code 0"));
}

#[test]
fn a_late_death_has_room_for_its_words() {
    let svg = draw(&[
        ANNA.life(0, "Anna"),
        MAIN.saw_end(100, ANNA, "signal 9 (SIGKILL)"),
    ]);
    let document = Document::parse(&svg).unwrap();
    let mut nodes = document.descendants();
    let how = nodes.find(|node| node.text() == Some("signal 9 (SIGKILL)"));
    // Twelve pixels high, a letter is some six wide.
    assert!(number(how.unwrap(), "x") + 18.0 * 6.0 < f64::from(WIDTH));
}

#[test]
fn an_arrow_joins_the_bars_that_it_left_and_reached() {
    let svg = draw(&[
        MAIN.task(0, "start"),
        MAIN.sent(10, "1"),
        ANNA.life(12, "Anna"),
        ANNA.received(15, "1"),
        ANNA.sent(80, "2"),
        MAIN.received(85, "2"),
        ANNA.end(90),
        MAIN.end(100),
    ]);
    let document = Document::parse(&svg).unwrap();
    let parent = edges(group(&document, "start"));
    let worker = edges(group(&document, "Anna"));
    let paths: Vec<_> = document
        .descendants()
        .filter(|node| node.attribute("marker-end").is_some())
        .map(|path| path.attribute("d").unwrap())
        .collect();
    let [there, back] = &paths[..] else { panic!("{svg}") };
    let (lower, upper) = (parent.3, worker.2);
    assert!(there.ends_with(&format!(" {upper}")), "{there}: not {upper}");
    assert!(there.contains(&format!(" {lower}L")), "{there}: not {lower}");
    assert!(back.contains(&format!(" {upper}L")), "{back}: not {upper}");
    assert!(back.ends_with(&format!(" {lower}")), "{back}: not {lower}");
}

#[test]
fn a_name_is_in_its_bar_only_where_it_has_room() {
    let svg = draw(&[
        ANNA.task(0, "long enough"),
        ANNA.end(90),
        ANNA.task(91, "too short"),
        ANNA.end(100),
    ]);
    let document = Document::parse(&svg).unwrap();
    assert!(texts(&document).contains(&"long enough"));
    assert!(!texts(&document).contains(&"too short"));
    let _told = group(&document, "too short");
}

#[test]
fn the_axis_has_few_round_numbers() {
    for (length, expected) in [
        (2, "0 ms 0.5 ms 1 ms 1.5 ms 2 ms"),
        (100, "0 ms 20 ms 40 ms 60 ms 80 ms 100 ms"),
        (215, "0 ms 50 ms 100 ms 150 ms 200 ms"),
        (1_900, "0 s 0.5 s 1 s 1.5 s"),
        (7_000, "0 s 1 s 2 s 3 s 4 s 5 s 6 s 7 s"),
        (61_000, "0 s 10 s 20 s 30 s 40 s 50 s 60 s"),
    ] {
        let svg = draw(&[ANNA.task(0, ""), ANNA.end(length)]);
        let document = Document::parse(&svg).unwrap();
        let mut labels = texts(&document);
        labels.retain(|text| text.ends_with('s'));
        assert_eq!(labels.join(" "), expected);
    }
}

#[test]
fn a_wide_picture_has_few_numbers_too() {
    let timeline = Timeline::from_events(&two_workers());
    let svg = timeline.to_svg(&CAPTION, 4_000);
    assert_eq!(svg.matches(" ms</text>").count(), 6);
}

#[test]
fn a_thousandth_of_a_second_has_an_axis_too() {
    let mut events = [ANNA.task(0, "work"), ANNA.end(0)];
    events[1].ts += 450;
    assert!(draw(&events).contains(">400 µs<"));
}

#[test]
fn no_text_can_break_the_picture() {
    let wild = "<b> & \"x\" 'y'\n\n\u{0} ]]> --";
    let caption = Caption { id: wild, title: wild, description: wild };
    let events = [
        ANNA.process_name(0, wild),
        ANNA.thread_name(0, wild),
        ANNA.task(0, wild),
        MAIN.sent(1, "1"),
        Event { name: wild.to_owned(), ..ANNA.received(2, "1") },
        MAIN.saw_end(100, ANNA, wild),
    ];
    let svg = Timeline::from_events(&events).to_svg(&caption, WIDTH);
    assert!(svg.lines().all(|line| !line.trim().is_empty()), "{svg}");
    let document = Document::parse(&svg).unwrap();
    let tame = wild.replace(['\n', '\0'], " ");
    assert_eq!(child(document.root_element(), "title").text(), Some(&*tame));
    assert!(texts(&document).contains(&&*tame));
    assert!(!document.descendants().any(|node| node.has_tag_name("b")));
}

#[test]
fn a_narrow_picture_stays_in_its_width() {
    let mut events = two_workers();
    events.push(ANNA.process_name(99, "a name that fills a phone by itself"));
    let svg = Timeline::from_events(&events).to_svg(&CAPTION, 360);
    let document = Document::parse(&svg).unwrap();
    let bars = document.descendants().filter(|node| node.has_tag_name("rect"));
    for bar in bars {
        assert!(number(bar, "x") + number(bar, "width") <= 360.0, "{svg}");
    }
    assert!(svg.contains("…<"), "{svg}");
}
