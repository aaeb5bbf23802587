//! What something costs: read from what a benchmark printed, and drawn.

use figures::{Bars, UnreadableRow};
use roxmltree::Document;

use crate::picture::{CAPTION, number};

const PRINTED: &str = "\
small items, one way                        1000/s     speed
multiprocessing.Queue                          100      1.00
queue_ipc::Queue                               400      4.00

there and back                             µs each     speed
a bare futex                                   8.0      1.00
";

fn read(printed: &str) -> Vec<Bars> {
    Bars::read(printed).unwrap()
}

#[test]
fn the_tables_of_a_benchmark_are_read() {
    let [items, back] = &read(PRINTED)[..] else { panic!("not two") };
    assert_eq!(items.title, "small items, one way");
    assert_eq!(items.unit, "1000/s");
    assert!(items.more_is_better());
    let rows = items.rows.iter().map(|bar| (bar.name.as_str(), bar.number));
    let expected =
        [("multiprocessing.Queue", 100.0), ("queue_ipc::Queue", 400.0)];
    assert_eq!(rows.collect::<Vec<_>>(), expected);
    assert!(!back.more_is_better());
    assert_eq!(back.rows[0].printed, "8.0");
}

#[test]
fn criterion_s_times_are_read_in_one_unit() {
    let printed = "\
a look, with a long name
                        time:   [73.4 µs 75.8 µs 78.4 µs]
span                    time:   [1.3 ns 1.5 ns 1.6 ns]
";
    let [bars] = &read(printed)[..] else { panic!("not one") };
    assert!(!bars.more_is_better());
    let [look, span] = &bars.rows[..] else { panic!("not two") };
    assert_eq!(
        (look.name.as_str(), look.number),
        ("a look, with a long name", 75.8)
    );
    assert_eq!((span.printed.as_str(), span.number), ("1.5 ns", 0.0015));
}

#[test]
fn a_bar_is_as_long_as_its_number_is_large() {
    for width in [720, 360] {
        let svg = Bars::to_svg(&read(PRINTED), &CAPTION, width);
        let document = Document::parse(&svg).unwrap();
        let bars = document.descendants().filter(|it| it.has_tag_name("rect"));
        let widths: Vec<_> = bars.map(|bar| number(bar, "width")).collect();
        let [small, large, only] = widths[..] else { panic!("{widths:?}") };
        assert!((large / small - 4.0).abs() < 0.01, "{large} and {small}");
        // Each table has a scale of its own.
        assert!((only - large).abs() < 0.11, "{only} and {large}");
    }
}

#[test]
fn what_is_no_table_gives_nothing_to_draw() {
    assert_eq!(read("error: no such bench\n\nand so on\n"), []);
}

#[test]
fn a_row_without_a_number_is_an_error_that_names_it() {
    let last = "queue_ipc::Queue                               400      4.00";
    for (wrong, told) in [
        ("queue_ipc::Queue  many  4.00", "queue_ipc::Queue  many  4.00"),
        ("queue_ipc::Queue  -1  4.00", "queue_ipc::Queue  -1  4.00"),
        ("  a note  ", "a note"),
    ] {
        let error = Bars::read(&PRINTED.replace(last, wrong)).unwrap_err();
        assert_eq!(error, UnreadableRow(told.to_owned()));
        assert!(error.to_string().contains(told), "{error}");
    }
    let times = "a look  time:   [73.4 µs 75.8 h 78.4 µs]";
    assert_eq!(Bars::read(times), Err(UnreadableRow(times.to_owned())));
}

#[test]
fn of_no_tables_an_empty_picture_is_drawn() {
    let svg = Bars::to_svg(&[], &CAPTION, 720);
    let document = Document::parse(&svg).unwrap();
    let parts = document.descendants().filter(|it| it.has_tag_name("text"));
    assert_eq!(parts.count(), 0, "{svg}");
}
