//! The lookup table knows every public name of Python's `multiprocessing`.

use std::collections::BTreeSet;

use lesson_check::Program;
use regex::Regex;

use crate::chapter::Chapter;
use crate::root;

fn table() -> Chapter {
    Chapter::read(&root().join("book/src/python_to_rust.md"))
}

/// The names in the first cells of the tables.
fn known() -> BTreeSet<String> {
    let code = Regex::new("`([^`]+)`").unwrap();
    let table = table();
    let rows = table.text().lines().filter_map(|it| it.strip_prefix("| "));
    let cells = rows.filter_map(|row| row.split(" | ").next());
    let names = cells.flat_map(|cell| code.captures_iter(cell));
    names.map(|name| name[1].to_owned()).collect()
}

#[test]
#[ignore = "needs python3"]
fn every_public_name_of_python_is_in_the_lookup_table() {
    let script = root().join("book/python/names.py");
    let run = Program::python(script).run().success().quiet();
    let known = known();
    let missing: Vec<_> =
        run.stdout.lines().filter(|name| !known.contains(*name)).collect();
    assert!(missing.is_empty(), "python_to_rust.md lacks {missing:?}");
    // The check itself has something to look for.
    assert!(run.stdout.lines().count() > 150, "{}", run.stdout);
}

#[test]
fn every_name_has_its_counterpart_and_its_difference() {
    let table = table();
    let rows = table.text().lines().filter(|line| line.starts_with("| `"));
    let mut count = 0;
    for row in rows {
        let cells: Vec<_> = row.trim_matches('|').split('|').collect();
        assert_eq!(cells.len(), 3, "{row}");
        assert!(!cells[1].trim().is_empty(), "no counterpart: {row}");
        count += 1;
    }
    assert!(count > 80, "only {count} rows");
}
