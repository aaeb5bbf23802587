// What the pages of the live book gain: below each command of a lesson a panel
// that runs it here, below each exercise one that checks it, and beside each
// chapter how many of its exercises pass.
//
// - server.js: what the server can be asked, and how its answers come
// - controls.js: the buttons of a panel; status.js: what it is at
// - demonstration.js: which command is which choice of which demonstration
// - run_panel.js: a command, and the panel that runs it
//   - run.js: what comes of it, with all that is below
//   - output.js: what it prints, each line with its moment
//   - timeline.js: what its processes do; layout.js: where each of them stands
//     in a picture; picture.js: how it looks; shape.js: of which shapes;
//     drawing.js: drawn in the page, while it grows
//   - scrubber.js: a moment of all that, to choose
// - check_panel.js: an exercise; hints.js: what helps with it
// - progress.js: how far the reader is, in the sidebar
// - element.js: elements of the page
// - words.js: times and verdicts in words
//
// Whatever comes from a program is put into the page as text, never as HTML.

import { CheckPanel } from "./check_panel.js";
import { find } from "./demonstration.js";
import { make } from "./element.js";
import { Progress } from "./progress.js";
import { RunPanel } from "./run_panel.js";
import { course, reason } from "./server.js";

/** The blocks of the page that are one command each. */
const commands = () =>
    [...document.querySelectorAll("main pre > code")].map((code) => ({
        block: code.parentElement,
        words: code.textContent.trim().split(/\s+/),
    }));

/** The whole book in one page, for paper: it has each command once more. */
const isForPaper = location.pathname.endsWith("/print.html");

const start = async () => {
    const { demonstrations, exercises } = await course();
    const progress = new Progress(exercises);
    if (isForPaper) return;
    for (const { block, words } of commands()) {
        const name = words[3];
        const isCheck = Object.hasOwn(exercises, name) &&
            words.join(" ") === `cargo course check ${name}`;
        const found = find(demonstrations, words);
        if (isCheck) {
            const panel = new CheckPanel(name, exercises[name].hints, (verdict) =>
                progress.note(name, verdict));
            block.after(panel.element);
        } else if (found) {
            new RunPanel(found).standBelow(block);
        }
    }
};

start().catch((error) => {
    const words = `Nothing can be run from this page: ${reason(error)}`;
    document.querySelector("main").prepend(make("p", { role: "alert" }, words));
});
