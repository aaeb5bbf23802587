//! A library or a program with `test = false` is spared a second compilation,
//! for tests of which it has none. One that is written later would never run.

use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::{MetadataCommand, TargetKind};
use regex::Regex;

use crate::root;

/// This file and those of its modules.
fn files_of(file: &Path) -> Vec<PathBuf> {
    let text = fs::read_to_string(file)
        .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let module = Regex::new(r"(?m)^(?:pub(?:\(crate\))? )?mod (\w+);").unwrap();
    let names = module.captures_iter(&text).map(|found| found[1].to_owned());
    // Beside a root, or in the directory of the module's own name.
    let places = [file.parent().unwrap().to_owned(), file.with_extension("")];
    let modules = names.map(|name| {
        let mut paths =
            places.iter().map(|it| it.join(&name).with_extension("rs"));
        let path = paths.find(|path| path.is_file());
        path.unwrap_or_else(|| panic!("{}: no {name}", file.display()))
    });
    let below: Vec<_> = modules.flat_map(|path| files_of(&path)).collect();
    [vec![file.to_owned()], below].concat()
}

/// Whether the documentation has a fence that is compiled.
fn has_example(text: &str) -> bool {
    let lines = text.lines().filter_map(|line| {
        let line = line.trim_start();
        line.strip_prefix("//! ").or_else(|| line.strip_prefix("/// "))
    });
    let mut openings = lines.filter(|line| line.starts_with("```")).step_by(2);
    openings.any(|line| line != "```text")
}

/// Whether something in it is run by `cargo test`: below `#[test]`, or below
/// that of a library, such as `#[tokio::test]`, with arguments or without.
fn has_test(text: &str) -> bool {
    let above = Regex::new(r"(?m)^\s*#\[(?:\w+::)*test(?:\(|\])").unwrap();
    above.is_match(text)
}

#[test]
fn tests_of_libraries_are_tests() {
    for test in [
        "#[test]\nfn it() {}",
        "    #[test]",
        "#[tokio::test]\nasync fn it() {}",
        "#[tokio::test(flavor = \"multi_thread\")]",
        "#[a::b::test]",
    ] {
        assert!(has_test(test), "{test}");
    }
    for no_test in ["#[cfg(test)]", "#[tested]", "// as #[test] does"] {
        assert!(!has_test(no_test), "{no_test}");
    }
}

#[test]
fn no_test_stands_where_none_is_run() {
    let manifest = root().join("Cargo.toml");
    let metadata =
        MetadataCommand::new().manifest_path(manifest).no_deps().exec();
    let metadata = metadata.unwrap();
    let targets = metadata.packages.iter().flat_map(|it| &it.targets);
    let programs = [TargetKind::Lib, TargetKind::Bin];
    let is_program =
        |kinds: &[TargetKind]| kinds.iter().any(|it| programs.contains(it));
    for target in targets.filter(|target| is_program(&target.kind)) {
        for file in files_of(target.src_path.as_std_path()) {
            let text = fs::read_to_string(&file).unwrap();
            let file = file.display();
            assert!(
                target.test || !has_test(&text),
                "{file} has tests, and its Cargo.toml says `test = false`"
            );
            let is_library = target.kind.contains(&TargetKind::Lib);
            assert!(
                target.doctest || !is_library || !has_example(&text),
                "{file} has examples, and its Cargo.toml says `doctest = false`"
            );
        }
    }
}
