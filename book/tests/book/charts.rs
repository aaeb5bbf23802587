//! The charts of the chapters, drawn again from what was measured.

use std::fs;

use figures::{Caption, Chart};

use crate::root;
use crate::timelines::assert_shown;

struct Picture {
    /// Its file, in `book/src/figures`.
    name: &'static str,
    /// What a real run measured, in `crates`.
    measurement: &'static str,
    title: &'static str,
}

const PICTURES: &[Picture] = &[Picture {
    name: "chunk_sizes",
    measurement: "task_granularity/measurement.json",
    title: "How long 2000 tasks take, by how many go in a message",
}];

pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    PICTURES.iter().map(|picture| picture.name)
}

#[test]
fn every_chart_is_drawn_from_its_measurement() {
    for Picture { name, measurement, title } in PICTURES {
        let file = root().join("crates").join(measurement);
        let json = fs::read_to_string(file).unwrap();
        let chart: Chart = serde_json::from_str(&json).unwrap();
        let description = &chart.summary();
        assert_shown(name, |id, width| {
            chart.to_svg(&Caption { id, title, description }, width)
        });
    }
}
