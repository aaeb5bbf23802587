// How far the reader is: at each chapter of the sidebar, how many of its
// exercises pass.

import { make, sign, unseen } from "./element.js";

/** The sidebar's link to a chapter, and where its progress stands in it. */
const place = (chapter) => {
    const links = document.querySelectorAll(".sidebar .chapter a");
    const link = [...links].find(({ pathname }) =>
        pathname.endsWith(`/${chapter}.html`));
    const element = make("span", { class: "live-progress" });
    link?.append(element);
    return element;
};

export class Progress {
    #exercises;
    #places = new Map();

    constructor(exercises) {
        this.#exercises = exercises;
        for (const { chapter } of Object.values(exercises)) {
            if (this.#places.has(chapter)) continue;
            this.#places.set(chapter, place(chapter));
            this.#show(chapter);
        }
    }

    /** Takes note of the verdict on an exercise. */
    note(name, { kind }) {
        // A check that broke off says nothing of the exercise.
        if (kind === "broken") return;
        const exercise = this.#exercises[name];
        exercise.standing = kind === "passes" ? "passes" : "begun";
        this.#show(exercise.chapter);
    }

    #show(chapter) {
        const all = Object.values(this.#exercises)
            .filter((exercise) => exercise.chapter === chapter);
        const passing = all.filter(({ standing }) => standing === "passes");
        const [done, of] = [passing.length, all.length];
        // Where what an exercise stands on has changed, only a check can tell.
        const isKnown = all.every(({ standing }) => standing !== null);
        const place = this.#places.get(chapter);
        place.classList.toggle("is-done", done === of);
        place.replaceChildren(
            sign(`${done === of ? "✓ " : ""}${done}/${of}${isKnown ? "" : "?"}`),
            unseen(`: ${done} of ${of} exercises ${
                isKnown ? "pass" : "are known to pass"}`));
    }
}
