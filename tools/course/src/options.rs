//! What the learner can ask for.

use std::num::NonZeroU64;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use course::Manner;

/// Shows where you are in the exercises of the course, and checks what you
/// have written. Without a command: where you are, and what is next.
#[derive(Parser)]
#[command(version, name = "cargo course", bin_name = "cargo course")]
pub(crate) struct Options {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Shows all exercises, and how far each is.
    List,
    /// Shows the task of the exercise that you work on, or of the first that
    /// does not pass yet.
    Next,
    /// Compiles an exercise and runs its tests.
    Check {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        patience: Patience,
    },
    /// Checks an exercise again each time that you save it, until Ctrl-C.
    ///
    /// Without a name it goes on with the next exercise when one passes.
    Watch {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        patience: Patience,
    },
    /// Shows a hint, and the next one each time.
    Hint {
        #[command(flatten)]
        which: Which,
        /// Shows once more what was shown before.
        #[arg(long)]
        again: bool,
    },
    /// Shows the solution of an exercise that passes.
    Solution {
        #[command(flatten)]
        which: Which,
        /// Shows it even if the exercise does not pass yet.
        #[arg(long)]
        spoil: bool,
    },
    /// Puts the untouched exercise back, and keeps your version beside it.
    Reset {
        #[command(flatten)]
        which: Which,
    },
    /// Opens the program and the task in $VISUAL or $EDITOR; without one of
    /// them, prints where they are.
    Open {
        #[command(flatten)]
        which: Which,
    },
}

#[derive(Args)]
pub(crate) struct Which {
    /// Its name, its numbers (02/01), or its directory. Without it: the one
    /// whose directory you are in, or else the one that you saved
    /// last, or the first that does not pass.
    pub(crate) exercise: Option<String>,
}

#[derive(Args)]
pub(crate) struct Patience {
    /// How many seconds its tests may take.
    #[arg(long, value_name = "SECONDS")]
    deadline: Option<NonZeroU64>,
}

impl Patience {
    /// How to check, on this terminal or on none.
    pub(crate) fn manner(&self) -> Manner {
        let usual = Manner::default();
        let seconds = self.deadline.map(NonZeroU64::get);
        Manner {
            tests: seconds.map_or(usual.tests, Duration::from_secs),
            colours: console::colors_enabled(),
            ..usual
        }
    }
}
