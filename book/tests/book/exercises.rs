//! Every lesson has its exercises, and its chapter shows their tasks.

use std::fs;
use std::path::{Path, PathBuf};

use crate::chapter::Chapter;
use crate::{chapter_of, entries, file_name, lessons, root};

/// So many exercises belong to a lesson, at least.
const FEWEST: usize = 2;

const HINTS: usize = 3;

/// `exercises/NN_lesson`, or `exercises/NN_lesson/NN_task`: the name behind
/// the number.
fn name_of(directory: &Path) -> String {
    let name = file_name(directory);
    let (number, rest) = name.split_once('_').unwrap();
    assert!(number.parse::<u8>().is_ok(), "{name} has no number");
    rest.to_owned()
}

/// The directories of a lesson's exercises.
fn exercises_of(lesson: &str) -> Vec<PathBuf> {
    let mut chapters = entries(&root().join("exercises"));
    chapters.retain(|it| it.is_dir() && name_of(it) == lesson);
    chapters.iter().flat_map(|chapter| entries(chapter)).collect()
}

/// Their tasks and their hints.
pub(crate) fn pages() -> Vec<Chapter> {
    let lessons = lessons();
    let exercises = lessons.iter().flat_map(|lesson| exercises_of(lesson));
    exercises.flat_map(|exercise| Chapter::all(&exercise)).collect()
}

#[test]
fn every_lesson_has_exercises_with_all_that_belongs_to_them() {
    for lesson in lessons() {
        let exercises = exercises_of(&lesson);
        assert!(exercises.len() >= FEWEST, "{lesson}: {exercises:?}");
        for exercise in exercises {
            for file in
                ["Cargo.toml", "README.md", "src/main.rs", "tests/check.rs"]
            {
                let path = exercise.join(file);
                assert!(path.is_file(), "no {}", path.display());
            }
            let hints = fs::read_to_string(exercise.join("hints.md")).unwrap();
            let hints = hints.lines().filter(|it| it.starts_with("## "));
            assert_eq!(hints.count(), HINTS, "{}", exercise.display());
            let place = exercise.strip_prefix(root().join("exercises"));
            let solution = root().join("solutions").join(place.unwrap());
            for file in ["Cargo.toml", "stub.rs", "src/main.rs"] {
                let path = solution.join(file);
                assert!(path.is_file(), "no {}", path.display());
            }
        }
    }
}

#[test]
fn every_exercise_stands_in_its_chapter() {
    for lesson in lessons() {
        let chapter = chapter_of(&lesson);
        let room = chapter.room("Exercises");
        for exercise in exercises_of(&lesson) {
            let task = name_of(&exercise);
            let place = exercise.strip_prefix(root()).unwrap().display();
            for shown in [
                format!("{{{{#include ../../{place}/README.md:task}}}}"),
                format!("{{{{#include ../../{place}/README.md:checked}}}}"),
                format!("cargo course check {task}"),
                format!("`{place}`"),
            ] {
                let name = chapter.name();
                assert!(room.contains(&shown), "{name} lacks {shown}");
            }
        }
    }
}
