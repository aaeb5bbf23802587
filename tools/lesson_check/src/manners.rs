//! What every program owes the person who runs it.

use std::fs::File;

use crate::program::Program;

impl Program {
    /// Sees that a full disk is told as an error, with exit code 1.
    ///
    /// # Panics
    ///
    /// Where it is not.
    pub fn assert_tells_of_a_full_disk(self) {
        let full = File::options().write(true).open("/dev/full");
        let run = self.stdout(full.expect("Linux has /dev/full")).run().code(1);
        let told = run.stderr.contains("cannot write to standard output");
        assert!(told && !run.stderr.contains("panicked"), "{run}");
    }

    /// Sees that it ends quietly, with exit code 0, where the reader of its
    /// output has gone before the first line.
    ///
    /// # Panics
    ///
    /// Where it does not.
    pub fn assert_quiet_without_a_reader(self) {
        let (_, nobody_reads) = std::io::pipe().expect("a pipe");
        let _ = self.stdout(nobody_reads).run().success().quiet();
    }

    /// Sees that these arguments are refused: exit code 2, and the last of
    /// them named on standard error.
    ///
    /// # Panics
    ///
    /// Where they are not.
    pub fn assert_refuses(self, arguments: &[&str]) {
        let run = self.args(arguments).run().code(2);
        assert_eq!(run.stdout, "", "help that nobody asked for");
        let wrong = arguments.last().copied().unwrap_or_default();
        assert!(run.stderr.contains(wrong), "{run}");
    }
}
