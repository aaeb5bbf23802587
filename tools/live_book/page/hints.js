// The hints of an exercise: each is shown when the one before was opened.

import { listing, make } from "./element.js";

/** Text with `code` in it. */
const inline = (text) =>
    text.split(/`([^`]+)`/).map((part, number) =>
        number % 2 ? make("code", { class: "hljs" }, part) : part);

/** As much Markdown as hints have: paragraphs, listings, and code in a line. */
const prose = (markdown) =>
    markdown.split(/^```\w*\n([^]*?)^```$/m).flatMap((part, number) =>
        number % 2
            ? [listing("listing in a hint", part)]
            : part.split(/\n{2,}/).filter((text) => text.trim())
                .map((text) => make("p", {}, ...inline(text.trim()))));

export const showHints = (hints) => {
    const all = hints.map((text, number) =>
        make("details", {
            class: "live-hint", hidden: number > 0,
            toggle: () => { if (all[number + 1]) all[number + 1].hidden = false; },
        },
            make("summary", {}, `Hint ${number + 1} of ${hints.length}`),
            ...prose(text)));
    return make("div", {}, ...all);
};
