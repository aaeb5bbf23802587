// What a run prints. While it runs, lines are added; when it is over, each can
// be chosen, for the moment at which it came.

import { make, unseen } from "./element.js";
import { spoken } from "./words.js";

/** More lines than these nobody reads: the first ones go. */
const MOST = 2000;

let outputs = 0;

const lineElement = ({ stream, text }) => {
    if (stream === "out") return make("span", { class: "live-line" }, text);
    const title = "standard error";
    return make("span", { class: "live-line is-error" },
        make("span", { class: "live-stream", title }, "err"), unseen(": "), text);
};

export class Output {
    #lines = [];
    #waiting = [];
    /** How many lines it has printed. */
    length = 0;
    /** How many letters the longest line of a table or the like has. */
    widest = 0;
    #chosen = null;
    #onChoose;
    #id = `live-output-${outputs++}`;
    #note = make("p", { class: "live-note", hidden: true });
    #code = make("code", {
        class: "hljs live-output", tabindex: "0", role: "group",
        "aria-label": "output of your run",
    });
    #pre = make("pre", {}, this.#code);
    element = make("div", { hidden: true }, this.#note, this.#pre);

    /** `onChoose` is given the moment of a line that is chosen. */
    constructor(onChoose) {
        this.#onChoose = onChoose;
    }

    /** When the last line came. */
    get last() {
        return (this.#waiting.at(-1) ?? this.#lines.at(-1))?.at ?? 0;
    }

    /** Many lines may come at once: they are put into the page together. */
    add(line) {
        // An error is a sentence, and goes on in the next line.
        if (line.stream === "out") {
            this.widest = Math.max(this.widest, line.text.length);
        }
        this.length += 1;
        this.#waiting.push(line);
        if (this.#waiting.length === 1) requestAnimationFrame(() => this.#flush());
    }

    #flush() {
        const isAtEnd = this.#code.scrollTop + this.#code.clientHeight >=
            this.#code.scrollHeight - 4;
        const fresh = this.#waiting.splice(0).slice(-MOST);
        for (const line of fresh) line.element = lineElement(line);
        this.#code.append(...fresh.map(({ element }) => element));
        this.#lines.push(...fresh);
        const tooMany = this.#lines.splice(0, this.#lines.length - MOST);
        for (const { element } of tooMany) element.remove();
        const dropped = this.length - this.#lines.length;
        this.#note.hidden = dropped === 0;
        this.#note.textContent = `The first ${dropped} lines are not shown.`;
        if (isAtEnd) this.#code.scrollTop = this.#code.scrollHeight;
    }

    /** From now on, lines can be chosen. */
    finish() {
        this.#flush();
        if (this.#lines.length === 0) return;
        this.#code.addEventListener("click", ({ target }) => {
            const element = target.closest(".live-line");
            const line = this.#lines.find((it) => it.element === element);
            if (line) this.#choose(line);
        });
        this.#code.addEventListener("keydown", (event) => this.#move(event));
        this.#code.setAttribute("role", "listbox");
        this.#code.setAttribute("aria-label",
            "output of your run: choose a line to see its moment");
        this.#lines.forEach(({ element }, number) => {
            element.setAttribute("role", "option");
            element.setAttribute("aria-selected", "false");
            element.id = `${this.#id}-${number}`;
        });
    }

    /** Lights the lines that had come at `moment`, and marks the last of them. */
    light(moment) {
        this.#code.classList.add("is-scrubbed");
        for (const { element, at } of this.#lines) {
            element.classList.toggle("is-lit", at <= moment);
        }
        // Of lines that came together, the chosen one is the last as well.
        const last = this.#chosen?.at === moment
            ? this.#chosen : this.#lines.findLast(({ at }) => at <= moment);
        this.#mark(last ?? null);
    }

    #mark(line) {
        const before = this.#code.querySelector("[aria-selected=true]");
        before?.setAttribute("aria-selected", "false");
        before?.querySelector(".live-at")?.remove();
        this.#code.removeAttribute("aria-activedescendant");
        this.#chosen = line;
        if (!line) return;
        const { element, at } = line;
        element.setAttribute("aria-selected", "true");
        element.append(make("span", { class: "live-at" }, spoken(at)));
        this.#code.setAttribute("aria-activedescendant", element.id);
        this.#scrollTo(element);
    }

    /** Within the listing only: the page stays where it is. */
    #scrollTo({ offsetTop, offsetHeight }) {
        const lowest = offsetTop + offsetHeight - this.#code.clientHeight;
        const { scrollTop } = this.#code;
        this.#code.scrollTop = Math.min(Math.max(scrollTop, lowest), offsetTop);
    }

    #choose(line) {
        this.#chosen = line;
        this.#onChoose(line.at);
    }

    #move(event) {
        const here = this.#lines.indexOf(this.#chosen);
        const to = {
            ArrowUp: here < 0 ? this.#lines.length - 1 : here - 1,
            ArrowDown: here + 1, Home: 0, End: this.#lines.length - 1,
        }[event.key];
        if (to === undefined) return;
        event.preventDefault();
        const last = this.#lines.length - 1;
        this.#choose(this.#lines[Math.min(Math.max(to, 0), last)]);
    }
}
