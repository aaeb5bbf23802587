//! Each lesson asks a few questions, in the form that `theme/mp.js` reads.

use regex::Regex;

use crate::{chapter_of, lessons};

/// A question, what one may choose, and why one of that is right.
struct Quiz {
    question: String,
    choices: Vec<String>,
    /// The number of the right choice, counted from 1.
    right: usize,
    explanation: String,
}

/// The quizzes of a text. Blank lines are part of the form: Markdown inside
/// of HTML is read as Markdown only below one.
fn quizzes(text: &str) -> Vec<Quiz> {
    let form = Regex::new(
        r#"(?sx)
        <div\ class="quiz">\n\n
        \*\*(?<question>[^*]+)\*\*\n\n
        (?<choices>1\.\ [^<]+?)\n\n
        <details>\n<summary>Answer</summary>\n\n
        \*\*(?<right>\d)\.\*\*\s(?<explanation>[^<]+?)\n\n
        </details>\n\n
        </div>\n"#,
    )
    .unwrap();
    let read = form.captures_iter(text).map(|found| Quiz {
        question: found["question"].to_owned(),
        choices: choices(&found["choices"]),
        right: found["right"].parse().unwrap(),
        explanation: found["explanation"].to_owned(),
    });
    read.collect()
}

/// The parts of a numbered list, whose numbers must be 1, 2, 3, …
fn choices(list: &str) -> Vec<String> {
    let mut choices: Vec<String> = Vec::new();
    for line in list.lines() {
        let next = format!("{}. ", choices.len() + 1);
        if let Some(choice) = line.strip_prefix(&next) {
            choices.push(choice.to_owned());
            continue;
        }
        let more = line.strip_prefix("   ");
        let more = more.unwrap_or_else(|| panic!("neither {next}nor: {line}"));
        let choice = choices.last_mut().unwrap();
        choice.push(' ');
        choice.push_str(more);
    }
    choices
}

#[test]
fn every_lesson_asks_two_or_three_questions_with_one_right_answer() {
    for lesson in lessons() {
        let room = chapter_of(&lesson).room("Check yourself");
        let quizzes = quizzes(&room);
        assert!(
            (2..=3).contains(&quizzes.len()),
            "{lesson}: {}",
            quizzes.len()
        );
        // None has another form, and would be passed over.
        assert_eq!(quizzes.len(), room.matches("<div").count(), "{lesson}");
        assert_eq!(
            quizzes.len(),
            room.matches("<details>").count(),
            "{lesson}"
        );
        for Quiz { question, choices, right, explanation } in quizzes {
            assert!(question.ends_with('?'), "{lesson}: {question}");
            assert!((3..=4).contains(&choices.len()), "{question}");
            assert!((1..=choices.len()).contains(&right), "{question}");
            // Why it is right, and why each of the others is not.
            assert!(explanation.contains("\n\n"), "{question}");
        }
    }
}

/// Who knows nothing must not learn the answer from where it stands, or from
/// how long it is.
#[test]
fn the_right_answers_have_no_place_and_no_length_of_their_own() {
    let rooms = lessons().into_iter();
    let rooms = rooms.map(|it| chapter_of(&it).room("Check yourself"));
    let quizzes: Vec<_> = rooms.flat_map(|room| quizzes(&room)).collect();
    for place in 1..=3 {
        let there = quizzes.iter().filter(|it| it.right == place).count();
        assert!(
            (quizzes.len() / 4..=quizzes.len() / 2).contains(&there),
            "{there} of {} are the answer {place}",
            quizzes.len()
        );
    }
    let is_longest = |quiz: &&Quiz| {
        let right = &quiz.choices[quiz.right - 1];
        quiz.choices.iter().all(|choice| choice.len() <= right.len())
    };
    let longest = quizzes.iter().filter(is_longest).count();
    assert!(longest * 2 <= quizzes.len(), "{longest} are the longest");
}
