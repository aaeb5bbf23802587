//! The charts of the chapters, drawn again from what was measured.

use std::fs;
use std::path::PathBuf;

use figures::{Bars, Caption, Chart};

use crate::timelines::{assert_same, assert_shown};
use crate::{entries, file_name, lessons, root};

struct Picture {
    /// Its file, in `book/src/figures`.
    name: &'static str,
    /// What a real run measured, in `crates`.
    measurement: &'static str,
    /// What measures it.
    command: &'static str,
    title: &'static str,
}

const PICTURES: &[Picture] = &[Picture {
    name: "chunk_sizes",
    measurement: "task_granularity/measurement.json",
    command: "cargo run -p task_granularity -- --measurement mine.json",
    title: "How long 2000 tasks take, by how many go in a message",
}];

pub(crate) fn names() -> impl Iterator<Item = String> {
    let charts = PICTURES.iter().map(|picture| picture.name.to_owned());
    charts.chain(costs().map(|(name, _)| name))
}

/// The tables of what something costs: their picture has the same name as
/// the file in the lesson.
fn costs() -> impl Iterator<Item = (String, PathBuf)> {
    let files = lessons()
        .into_iter()
        .flat_map(|lesson| entries(&root().join("crates").join(lesson)));
    files.filter_map(|file| {
        let name = file_name(&file).strip_suffix(".txt")?.to_owned();
        name.ends_with("_cost").then_some((name, file))
    })
}

/// What makes each chart: for a cost, the benchmark that CONTRIBUTING.md
/// names for its file.
pub(crate) fn commands() -> impl Iterator<Item = (String, String)> {
    let charts = PICTURES.iter().map(|it| (it.name, it.command));
    let charts = charts.map(|(name, it)| (name.to_owned(), it.to_owned()));
    let page = fs::read_to_string(root().join("CONTRIBUTING.md")).unwrap();
    charts.chain(costs().map(move |(name, file)| {
        let file = file.strip_prefix(root()).unwrap().display().to_string();
        let line = page.lines().find(|line| line.contains(&file));
        let line = line.unwrap_or_else(|| panic!("{file}: by what?"));
        let command = line.split('`').nth(3).unwrap();
        (name, command.to_owned())
    }))
}

#[test]
fn every_cost_is_drawn_from_its_table() {
    assert!(costs().count() > 0, "no lesson has a table of what it costs");
    for (name, file) in costs() {
        let tables = Bars::read(&fs::read_to_string(file).unwrap()).unwrap();
        let summaries: Vec<_> = tables.iter().map(Bars::summary).collect();
        let (title, description) = ("What it costs", &summaries.join(" "));
        assert!(!tables.is_empty(), "{name}: no table");
        assert_shown(&name, |id, width| {
            let caption = Caption { id, title, description };
            Bars::to_svg(&tables, &caption, width)
        });
    }
}

#[test]
fn every_chart_is_drawn_from_its_measurement() {
    for Picture { name, measurement, title, .. } in PICTURES {
        let file = root().join("crates").join(measurement);
        let json = fs::read_to_string(file).unwrap();
        let chart: Chart = serde_json::from_str(&json).unwrap();
        let description = &chart.summary();
        assert_shown(name, |id, width| {
            chart.to_svg(&Caption { id, title, description }, width)
        });
        assert_same(&format!("{name}.md"), &chart.table());
    }
}
