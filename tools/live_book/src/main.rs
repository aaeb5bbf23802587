//! `cargo book`: builds the book, serves it here, and opens it.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};
use std::time::Duration;

use clap::{Parser, Subcommand};
use course::Catalogue;
use lesson_check::Brand;
use live_book::{Server, Work, keep};
use process_spawning::{exit_code, main_guard};
use time_utils::print_line;
use tokio::runtime::Runtime;

/// The book, served on this machine only: its pages run the lessons and check
/// the exercises.
#[derive(Debug, Parser)]
#[command(name = "cargo book", bin_name = "cargo book", version)]
struct Options {
    /// The port at the loopback address; 0 is any that is free
    #[arg(long, default_value_t = 3210)]
    port: u16,
    /// Only print the address, and open no browser
    #[arg(long)]
    no_open: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// What the server starts for each run and each check.
    #[command(hide = true)]
    Keep {
        /// Where all that comes of it has its temporary files.
        #[arg(long)]
        temporary: PathBuf,
        /// What all that comes of it is known by.
        #[arg(long)]
        brand: Brand,
        #[command(subcommand)]
        work: Work,
    },
    /// What the server starts for the browser.
    #[command(hide = true)]
    Open { address: String },
}

fn main() -> ExitCode {
    let options = Options::parse();
    exit_code(match &options.command {
        Some(Command::Keep { temporary, brand, work }) => {
            keep_here(temporary, *brand, work)
        }
        Some(Command::Open { address }) => {
            opener::open_browser(address).map_err(Into::into)
        }
        None => serve(&options),
    })
}

fn keep_here(
    temporary: &Path,
    brand: Brand,
    work: &Work,
) -> anyhow::Result<()> {
    main_guard(&[]);
    keep(&env::current_dir()?, temporary, brand, work)
}

/// What is asked of cargo at the end is not waited for.
fn serve(options: &Options) -> anyhow::Result<()> {
    let runtime = Runtime::new()?;
    let served = runtime.block_on(serve_here(options));
    runtime.shutdown_timeout(Duration::from_secs(1));
    served
}

async fn serve_here(options: &Options) -> anyhow::Result<()> {
    let root = Catalogue::find()?.root().to_owned();
    // So it is still there after a build meanwhile.
    let program = PathBuf::from("/proc/self/exe");
    let Some(server) =
        Server::new(&root, options.port, program.clone()).await?
    else {
        return Ok(());
    };
    let address = server.address();
    print_line(format!("The book is at {address}"))?;
    print_line("Ctrl-C ends it.")?;
    if !options.no_open {
        open(&program, &address);
    }
    server.serve().await;
    Ok(())
}

/// Opens the browser, out of the reach of Ctrl-C, which is for us: a browser
/// that has just been started would end as well. Where there is none, there is
/// the address.
fn open(program: &Path, address: &str) {
    let mut command = tokio::process::Command::new(program);
    command.args(["open", address]).stderr(Stdio::null()).process_group(0);
    if let Ok(mut child) = command.spawn() {
        tokio::spawn(async move { child.wait().await });
    }
}
