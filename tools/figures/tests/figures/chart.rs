//! Charts: what a reader sees, read back from the SVG.

use figures::{Axis, Caption, Chart, Kind, Level, Line, Mark, Unit, WIDTH};
use roxmltree::{Document, Node};

use crate::picture::{CAPTION, child, number, same, texts, title};

/// Three points measured and predicted, and a level.
pub(crate) fn usual() -> Chart {
    chart(&[(1.0, 0.08), (10.0, 0.02), (100.0, 0.0457)])
}

fn chart(points: &[(f64, f64)]) -> Chart {
    let line = |name: &str, kind, points: &[(f64, f64)]| Line {
        name: name.to_owned(),
        kind,
        points: points.to_vec(),
    };
    let nearby: Vec<_> = points.iter().map(|(x, y)| (*x, y * 1.1)).collect();
    Chart {
        across: Axis { name: "tasks".to_owned(), unit: Unit::Count },
        up: Axis { name: "time".to_owned(), unit: Unit::Seconds },
        lines: vec![
            line("measured", Kind::Measured, points),
            line("predicted", Kind::Predicted, &nearby),
        ],
        levels: vec![Level { name: "one thread".to_owned(), up: 0.05 }],
        mark: Mark { name: "best".to_owned(), point: points[1] },
    }
}

pub(crate) fn draw(chart: &Chart) -> String {
    chart.to_svg(&CAPTION, WIDTH)
}

fn circles<'d>(document: &'d Document<'_>) -> Vec<Node<'d, 'd>> {
    let nodes = document.descendants();
    nodes.filter(|node| node.has_tag_name("circle")).collect()
}

/// Where the middle of a word is.
fn word(document: &Document<'_>, text: &str) -> (f64, f64) {
    let mut nodes = document.descendants();
    let node = nodes.find(|node| node.text() == Some(text)).expect(text);
    (number(node, "x"), number(node, "y") - 4.0)
}

#[test]
fn a_point_stands_where_its_numbers_are() {
    let svg = draw(&usual());
    let document = Document::parse(&svg).unwrap();
    let point = circles(&document)[1];
    assert_eq!(title(point), "20 ms at 10");
    assert!(same(number(point, "cx"), word(&document, "10").0), "{svg}");
    assert!(same(number(point, "cy"), word(&document, "20 ms").1), "{svg}");
}

#[test]
fn its_table_has_every_number() {
    let table = "\
| tasks | measured | predicted |
| ---: | ---: | ---: |
| 1 | 80 ms | 88 ms |
| 10 | 20 ms | 22 ms |
| 100 | 45.7 ms | 50.3 ms |
";
    assert_eq!(usual().table(), table);
}

#[test]
fn so_many_times_as_much_is_as_far_everywhere() {
    let svg = draw(&chart(&[(1.0, 0.001), (10.0, 0.01), (100.0, 0.1)]));
    let document = Document::parse(&svg).unwrap();
    let circles = circles(&document);
    for way in ["cx", "cy"] {
        let places: Vec<_> = circles.iter().map(|c| number(*c, way)).collect();
        let [first, second, third] = places[..] else { panic!("{svg}") };
        assert!(same(second - first, third - second), "{svg}");
    }
}

#[test]
fn measured_and_predicted_differ_without_colour() {
    let svg = draw(&usual());
    let document = Document::parse(&svg).unwrap();
    let lines: Vec<_> = document
        .descendants()
        .filter_map(|node| node.attribute("style"))
        .filter(|style| style.starts_with("fill:none;stroke:var(--mp-"))
        .filter(|style| style.contains("stroke-width:2"))
        .collect();
    let [measured, predicted, _mark] = lines[..] else { panic!("{svg}") };
    assert!(!measured.contains("dash") && predicted.contains("dash"));
    assert_eq!(circles(&document).len(), 3);
    // The legend shows each as it is drawn.
    for (style, name) in [(measured, "measured"), (predicted, "predicted")] {
        let style = style.strip_prefix("fill:none;").unwrap();
        let before = svg.split(&format!(">{name}<")).next().unwrap();
        assert!(before.lines().last().unwrap().contains(style), "{svg}");
    }
}

#[test]
fn a_level_goes_all_the_way_across_and_has_its_name() {
    let svg = draw(&usual());
    let document = Document::parse(&svg).unwrap();
    let mut groups = document.descendants().filter(|n| n.has_tag_name("g"));
    let level = groups.find(|group| title(*group).starts_with("one thread"));
    let level = level.unwrap();
    assert_eq!(title(level), "one thread: 50 ms");
    let (_, y) = word(&document, "50 ms");
    let path = child(level, "path").attribute("d").unwrap();
    assert!(path.contains(&format!(" {y}H")), "{path}: not {y}");
    assert_eq!(child(level, "text").text(), Some("one thread"));
}

#[test]
fn the_names_of_close_levels_are_apart() {
    let level = |name: &str, up| Level { name: name.to_owned(), up };
    let levels = vec![level("rayon", 0.0501), level("one thread", 0.05)];
    let svg = draw(&Chart { levels, ..usual() });
    let document = Document::parse(&svg).unwrap();
    let [above, below] =
        ["rayon", "one thread"].map(|name| word(&document, name).1);
    assert!(below - above > 12.0, "{svg}");
}

#[test]
fn the_mark_is_around_its_point() {
    let svg = draw(&usual());
    let document = Document::parse(&svg).unwrap();
    let point = circles(&document)[1];
    let mut groups = document.descendants().filter(|n| n.has_tag_name("g"));
    let mark = groups.find(|group| title(*group).starts_with("best")).unwrap();
    assert_eq!(title(mark), "best: 20 ms at 10");
    let (x, y) = (number(point, "cx"), number(point, "cy"));
    let path = child(mark, "path").attribute("d").unwrap();
    assert!(path.starts_with(&format!("M{x} {}l8 8", y - 8.0)), "{path}");
    assert_eq!(child(mark, "text").text(), Some("best: 10"));
}

#[test]
fn a_mark_that_is_on_no_line_has_its_place_too() {
    for point in [(1000.0, 0.02), (10.0, 2.0), (0.01, 0.0001)] {
        let mark = Mark { name: "best".to_owned(), point };
        let svg = draw(&Chart { mark, ..usual() });
        let document = Document::parse(&svg).unwrap();
        let mut groups = document.descendants();
        let mark = groups.find(|n| title(*n).starts_with("best")).unwrap();
        let path = child(mark, "path").attribute("d").unwrap();
        let (place, _) = path[1..].split_once('l').unwrap();
        let (x, top) = place.split_once(' ').unwrap();
        let [x, y] = [x, top].map(|it| it.parse::<f64>().unwrap());
        let [above, below] = ["time", "tasks"].map(|it| word(&document, it).1);
        assert!((0.0..f64::from(WIDTH)).contains(&x), "{svg}");
        assert!((above..below).contains(&(y + 8.0)), "{svg}");
    }
}

#[test]
fn both_axes_have_round_numbers_around_all_points() {
    for (points, across, up) in [
        (
            [(1.0, 0.011), (20.0, 0.09)],
            &["1", "2", "5", "10", "20"][..],
            &["10 ms", "20 ms", "50 ms", "100 ms"][..],
        ),
        (
            [(1.0, 2e-6), (1e5, 0.8)],
            &["1", "10", "100", "1000", "10000", "100000"],
            &["10 µs", "100 µs", "1 ms", "10 ms", "100 ms", "1 s"],
        ),
        ([(0.5, 2.0), (0.5, 2.0)], &["0.5", "1"], &["2 s", "5 s"]),
        (
            [(0.01, 0.011), (0.05, 0.018)],
            &["0.01", "0.02", "0.05"],
            &["10 ms", "20 ms"],
        ),
    ] {
        let svg = draw(&Chart { levels: Vec::new(), ..chart(&points) });
        let document = Document::parse(&svg).unwrap();
        let shown: Vec<_> = texts(&document)
            .into_iter()
            .filter(|text| text.starts_with(|c: char| c.is_ascii_digit()))
            .collect();
        assert_eq!(shown, [up, across].concat());
    }
}

#[test]
fn a_narrow_chart_stays_in_its_width() {
    let long = [(1.0, 0.08), (2000.0, 0.02)];
    let mark = Mark { name: "best".to_owned(), point: (2000.0, 0.02) };
    let svg = Chart { mark, ..chart(&long) }.to_svg(&CAPTION, 360);
    let document = Document::parse(&svg).unwrap();
    let words = document.descendants().filter(|node| node.has_tag_name("text"));
    for word in words {
        let (x, text) = (number(word, "x"), word.text().unwrap());
        // Twelve pixels high, a letter is some six wide.
        let width = 6.0 * f64::from(u32::try_from(text.len()).unwrap());
        let (left, right) = match word.attribute("text-anchor").unwrap() {
            "start" => (x, x + width),
            "end" => (x - width, x),
            _ => (x - width / 2.0, x + width / 2.0),
        };
        assert!(left >= 0.0 && right <= 360.0, "{text}: {left} to {right}");
    }
}

#[test]
fn the_numbers_of_many_decades_keep_apart() {
    for wide in [[(1.0, 1e-9), (1e12, 1e3)], [(1e-5, 1e-12), (1e4, 1e12)]] {
        let svg = chart(&wide).to_svg(&CAPTION, 240);
        let document = Document::parse(&svg).unwrap();
        let numbers = |anchor| {
            let words = document.descendants();
            let words = words
                .filter(move |n| n.attribute("text-anchor") == Some(anchor));
            words.filter(|n| n.text().unwrap().starts_with(char::is_numeric))
        };
        let up: Vec<_> = numbers("end").map(|n| number(n, "y")).collect();
        assert!(up.len() > 2 && up.is_sorted_by(|a, b| a - b >= 20.0), "{svg}");
        let across = numbers("middle").map(|node| {
            // Twelve pixels high, a letter is some six wide.
            let letters = u32::try_from(node.text().unwrap().len()).unwrap();
            let (x, half) = (number(node, "x"), f64::from(letters) * 3.0);
            (x - half, x + half)
        });
        let across: Vec<_> = across.collect();
        assert!(across.len() > 1, "{svg}");
        assert!(across.is_sorted_by(|a, b| a.1 < b.0), "{svg}");
        assert!(across[0].0 >= 0.0 && across[across.len() - 1].1 <= 240.0);
    }
}

#[test]
fn what_is_not_above_zero_has_no_place() {
    let odd = [(0.0, 1.0), (1.0, -1.0), (2.0, f64::NAN), (3.0, f64::MAX)];
    let mark = Mark { name: "best".to_owned(), point: odd[0] };
    let levels = vec![Level { name: "never".to_owned(), up: 0.0 }];
    let nothing = Chart { mark, levels, ..chart(&odd) };
    assert!(nothing.is_empty() && !usual().is_empty());
    let mut some = nothing.clone();
    some.lines[0].points.push((10.0, 0.02));
    assert!(!some.is_empty());
    for (chart, points) in [(nothing, 0), (some, 1)] {
        let svg = draw(&chart);
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        assert!(!svg.contains("never") && !svg.contains("best"), "{svg}");
        assert_eq!(circles(&Document::parse(&svg).unwrap()).len(), points);
    }
}

#[test]
fn no_text_can_break_the_chart() {
    let wild = &"<b> & \"x\" 'y'\n\n\u{0} ]]> --".repeat(10);
    let mut chart = usual();
    for name in [
        &mut chart.across.name,
        &mut chart.up.name,
        &mut chart.lines[0].name,
        &mut chart.levels[0].name,
        &mut chart.mark.name,
    ] {
        wild.clone_into(name);
    }
    let caption = Caption { id: wild, title: wild, description: wild };
    let svg = chart.to_svg(&caption, WIDTH);
    assert!(svg.lines().all(|line| !line.trim().is_empty()), "{svg}");
    let document = Document::parse(&svg).unwrap();
    assert!(!document.descendants().any(|node| node.has_tag_name("b")));
}

#[test]
fn a_chart_in_a_sentence() {
    assert_eq!(
        usual().summary(),
        "measured: 80 ms at 1, 45.7 ms at 100; \
         predicted: 88 ms at 1, 50.3 ms at 100; \
         one thread: 50 ms; best: 20 ms at 10"
    );
}

#[test]
fn a_chart_that_was_written_down_is_drawn_the_same() {
    let json = serde_json::to_string(&usual()).unwrap();
    assert_eq!(draw(&serde_json::from_str(&json).unwrap()), draw(&usual()));
}
