//! Quizzes: they say whether an answer is right, and why.

use std::fs;

use browser::{Browser, Page};
use serde::Deserialize;
use tempfile::TempDir;

use crate::site::{Site, book, chapters, lessons};

/// As the chapters write one.
const QUIZ: &str = r#"
<div class="quiz">

**Who waits for the child?**

1. Nobody.
2. Its parent.
3. The shell.

<details>
<summary>Answer</summary>

**2.** Who starts a process ends it.

</details>
</div>
"#;

#[derive(Deserialize)]
struct Quiz {
    answers: usize,
    right: usize,
}

/// What the page says of the answer that is chosen.
#[derive(Debug, Deserialize, PartialEq, Eq)]
struct Verdict {
    text: String,
    is_explained: bool,
}

#[test]
#[ignore = "needs chromium and mdbook"]
fn a_wrong_answer_may_be_thought_over_and_a_right_one_is_explained() {
    let site = site_with(QUIZ);
    let browser = Browser::start();
    let page = browser.page();
    page.visit(&site.at("page.html"));
    assert_eq!(
        verdict(&page, 0),
        Verdict { text: String::new(), is_explained: false }
    );
    for wrong in [1, 3] {
        choose(&page, 0, wrong);
        assert_is_wrong(&page, 0);
    }
    choose(&page, 0, 2);
    assert_is_right(&page, 0);
    assert!(page.shows(".quiz details p"));
}

#[test]
#[ignore = "needs chromium and mdbook"]
fn a_quiz_is_answered_with_the_keyboard() {
    let site = site_with(QUIZ);
    let browser = Browser::start();
    let page = browser.page();
    let address = site.at("page.html");
    page.visit(&address);
    let is_in_quiz = "Boolean(document.activeElement.closest('.quiz'))";
    while !page.evaluate::<bool>(is_in_quiz) {
        page.press("Tab");
    }
    page.press(" ");
    assert_is_wrong(&page, 0);
    // An arrow turns the page elsewhere.
    page.press("ArrowRight");
    assert_is_right(&page, 0);
    page.press("ArrowDown");
    assert_is_wrong(&page, 0);
    page.press("ArrowLeft");
    assert_is_right(&page, 0);
    assert_eq!(page.address(), address);
    page.press("Tab");
    assert_eq!(page.focused(), "summary Answer");
    page.press("Enter");
    page.wait_until("!document.querySelector('.quiz details').open");
}

#[test]
#[ignore = "needs chromium and mdbook"]
fn every_question_of_the_book_knows_its_answer() {
    let site = Site::of_the_book();
    let browser = Browser::start();
    let page = browser.page();
    let lessons = lessons();
    for chapter in chapters() {
        page.visit(&site.at(&chapter));
        let quizzes = quizzes(&page);
        let count = quizzes.len();
        assert!(
            count >= 2 || !lessons.contains(&chapter),
            "{chapter}: {count}"
        );
        for (number, quiz) in quizzes.iter().enumerate() {
            let place = format!("{chapter}, question {}", number + 1);
            assert!(quiz.answers >= 2, "{place}: nothing to choose");
            for answer in 1..=quiz.answers {
                choose(&page, number, answer);
                if answer == quiz.right {
                    assert_is_right(&page, number);
                } else {
                    assert_is_wrong(&page, number);
                }
            }
        }
    }
}

/// A book with this page, and another one to turn to.
fn site_with(text: &str) -> Site {
    let directory = TempDir::new().unwrap();
    let at = |name: &str| directory.path().join(name);
    fs::create_dir(at("src")).unwrap();
    fs::create_dir(at("theme")).unwrap();
    for file in ["book.toml", "theme/mp.css", "theme/mp.js"] {
        fs::copy(book().join(file), at(file)).unwrap();
    }
    let summary = "- [A page](page.md)\n- [Another](another.md)\n";
    fs::write(at("src/SUMMARY.md"), summary).unwrap();
    fs::write(at("src/page.md"), format!("# A page\n{text}")).unwrap();
    fs::write(at("src/another.md"), "# Another\n").unwrap();
    Site::of(directory.path())
}

/// What is asked on the page: how many answers there are, and which is right.
fn quizzes(page: &Page<'_>) -> Vec<Quiz> {
    page.evaluate(
        "[...document.querySelectorAll('.quiz')].map((it) => ({
            answers: it.querySelectorAll('input[type=radio]').length,
            right: parseInt(it.querySelector('details strong').textContent, 10),
        }))",
    )
}

fn choose(page: &Page<'_>, quiz: usize, answer: usize) {
    // Each needs a name to be clicked on.
    page.execute(&format!(
        "document.querySelectorAll('.quiz')[{quiz}].id = 'quiz-{quiz}'"
    ));
    page.click(&format!("#quiz-{quiz} label:nth-of-type({answer})"));
}

#[track_caller]
fn assert_is_right(page: &Page<'_>, quiz: usize) {
    let verdict = verdict(page, quiz);
    let is_right = verdict.text.starts_with("Right");
    assert!(is_right && verdict.is_explained, "{verdict:?}");
}

#[track_caller]
fn assert_is_wrong(page: &Page<'_>, quiz: usize) {
    let verdict = verdict(page, quiz);
    assert!(verdict.text.starts_with("Not this one"), "{verdict:?}");
}

fn verdict(page: &Page<'_>, quiz: usize) -> Verdict {
    page.evaluate(&format!(
        "((it) => ({{
            text: it.querySelector('[role=status]').innerText,
            is_explained: it.querySelector('details').open,
        }}))(document.querySelectorAll('.quiz')[{quiz}])"
    ))
}
