//! Quizzes: they say whether an answer is right, and why.

use browser::{Browser, Page};
use serde::Deserialize;

use crate::site::{Site, lessons};

/// The least that a lesson asks.
const QUESTIONS_A_LESSON: usize = 2;

#[derive(Deserialize)]
struct Quiz {
    answers: usize,
    right: usize,
}

#[test]
#[ignore = "needs chromium and mdbook"]
fn every_lesson_asks_and_tells_right_from_wrong() {
    let site = Site::of_the_book();
    let browser = Browser::start();
    let page = browser.page();
    for lesson in lessons() {
        page.visit(&site.at(&lesson));
        let quizzes = quizzes(&page);
        let count = quizzes.len();
        assert!(count >= QUESTIONS_A_LESSON, "{lesson} asks {count} only");
        for (number, quiz) in quizzes.iter().enumerate() {
            let place = format!("{lesson}, question {}", number + 1);
            assert!(quiz.answers >= 2, "{place}: nothing to choose");
            assert!((1..=quiz.answers).contains(&quiz.right), "{place}");
            let wrong = if quiz.right == 1 { 2 } else { 1 };
            choose(&page, number, wrong);
            assert_eq!(verdict(&page, number), (false, false), "{place}");
            choose(&page, number, quiz.right);
            assert_eq!(verdict(&page, number), (true, true), "{place}");
        }
    }
}

#[test]
#[ignore = "needs chromium and mdbook"]
fn a_quiz_is_answered_with_the_keyboard() {
    let site = Site::of_the_book();
    let browser = Browser::start();
    let page = browser.page();
    let lessons = lessons();
    let address = site.at(&lessons[1]);
    page.visit(&address);
    let quiz = &quizzes(&page)[0];
    // From the heading before it, as who reads with the keyboard comes.
    page.execute(
        "const quiz = document.querySelector('.quiz');
        quiz.tabIndex = -1; quiz.focus()",
    );
    page.press("Tab");
    page.press("Space");
    for chosen in 1..=quiz.answers {
        let (is_right, _) = verdict(&page, 0);
        assert_eq!(is_right, chosen == quiz.right, "answer {chosen}");
        page.press("ArrowDown");
    }
    page.press("ArrowLeft");
    page.press("ArrowRight");
    assert_eq!(page.address(), address);
    // The explanation comes next, and Enter folds it.
    page.press("Tab");
    let focused: String = page.evaluate("document.activeElement.localName");
    assert_eq!(focused, "summary");
    let is_open = "document.querySelector('.quiz details').open";
    let before: bool = page.evaluate(is_open);
    page.press("Enter");
    assert_ne!(page.evaluate::<bool>(is_open), before);
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

/// Whether the page says that the answer is right, and shows why.
fn verdict(page: &Page<'_>, quiz: usize) -> (bool, bool) {
    let (verdict, is_explained): (String, bool) = page.evaluate(&format!(
        "(({{ children }}, it) =>
            [it.querySelector('[role=status]').innerText,
             it.querySelector('details').open]
        )(document, document.querySelectorAll('.quiz')[{quiz}])"
    ));
    let is_right = verdict.starts_with("Right");
    assert!(is_right || verdict.starts_with("Not this one"), "{verdict:?}");
    (is_right, is_explained)
}
