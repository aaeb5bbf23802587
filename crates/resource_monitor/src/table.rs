//! Looks as lines of a table, for a person.

use std::fmt::{self, Display};

use crate::sample::{Figures, Reading, Sample};

/// The line above the rows.
#[derive(Clone, Copy, Debug)]
pub struct Header;

impl Display for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "seconds  worker         PID  state     CPU %  RSS MiB  PSS MiB  \
             threads  tasks",
        )
    }
}

/// One row for each worker, without a line end after the last.
impl Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, worker) in self.workers.iter().enumerate() {
            if place > 0 {
                writeln!(f)?;
            }
            write!(f, "{:>7.2}  {worker}", self.seconds)?;
        }
        Ok(())
    }
}

impl Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { worker, pid, state, tasks_done, figures } = self;
        write!(f, "{worker:<10} {pid:>7}  {state:<8} ")?;
        match figures {
            Some(figures) => figures.fmt(f)?,
            None => {
                write!(f, "{:>6}  {:>7}  {:>7}  {:>7}", "-", "-", "-", "-")?;
            }
        }
        write!(f, "  {tasks_done:>5}")
    }
}

impl Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cpu = OrDash(self.cpu_percent);
        let rss = Mebibytes(self.rss_bytes);
        let pss = OrDash(self.pss_bytes.map(Mebibytes));
        let threads = OrDash(self.threads);
        write!(f, "{cpu:>6.0}  {rss:>7.1}  {pss:>7.1}  {threads:>7}")
    }
}

/// A number of bytes, shown in mebibytes, as wide and as exact as the format
/// says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mebibytes(pub(crate) u64);

impl Display for Mebibytes {
    #[expect(clippy::cast_precision_loss, reason = "a digit more than shown")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mebibytes = self.0 as f64 / f64::from(1 << 20);
        mebibytes.fmt(f)
    }
}

/// Something, or a dash where nothing is known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OrDash<T>(pub(crate) Option<T>);

impl<T: Display> Display for OrDash<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(known) => known.fmt(f),
            // The precision is that of a number; of a text it is the length.
            None => write!(f, "{:>1$}", "-", f.width().unwrap_or(1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::sample::State;

    use super::*;

    #[test]
    fn rows_are_aligned_with_the_header_whatever_is_known() {
        let figures = Figures {
            cpu_percent: Some(99.7),
            cpu_seconds: 1.5,
            rss_bytes: 100 << 20,
            peak_rss_bytes: Some(100 << 20),
            pss_bytes: Some((66 << 20) + (1 << 19)),
            threads: Some(2),
        };
        let unknown = Figures {
            cpu_percent: None,
            pss_bytes: None,
            threads: None,
            ..figures
        };
        let reading = |worker: &str, figures, state| Reading {
            worker: worker.into(),
            pid: 4242,
            state,
            tasks_done: 7,
            figures,
        };
        let workers = vec![
            reading("Worker-1", Some(figures), State::Running),
            reading("Worker-2", Some(unknown), State::Sleeping),
            reading("Worker-3", None, State::Gone),
        ];
        let table = format!("{Header}\n{}", Sample { seconds: 0.25, workers });
        let expected = "\
seconds  worker         PID  state     CPU %  RSS MiB  PSS MiB  threads  tasks
   0.25  Worker-1      4242  running     100    100.0     66.5        2      7
   0.25  Worker-2      4242  sleeping      -    100.0        -        -      7
   0.25  Worker-3      4242  gone          -        -        -        -      7";
        assert_eq!(table, expected);
    }
}
