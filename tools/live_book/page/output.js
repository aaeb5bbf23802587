// What a run prints. While it runs, lines are added; when it is over, each can
// be chosen, for the moment at which it came.

import { make, unseen } from "./element.js";
import { spoken } from "./words.js";

/** More lines than these nobody reads: the first ones go. */
const MOST = 2000;

let outputs = 0;

export class Output {
    #lines = [];
    #waiting = [];
    #dropped = 0;
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
    element = make("div", {}, this.#note, this.#pre);

    /** `onChoose` is given the moment of a line that is chosen. */
    constructor(onChoose) {
        this.#onChoose = onChoose;
        this.#code.addEventListener("click", ({ target }) => {
            const element = target.closest(".live-line");
            const line = this.#lines.find((it) => it.element === element);
            if (line) this.#choose(line);
        });
        this.#code.addEventListener("keydown", (event) => this.#move(event));
    }

    /** How many lines it has printed. */
    get length() {
        return this.#dropped + this.#lines.length + this.#waiting.length;
    }

    /** When the last line came. */
    get last() {
        return (this.#waiting.at(-1) ?? this.#lines.at(-1))?.at ?? 0;
    }

    /** Many lines may come at once: they are put into the page together. */
    add(line) {
        // An error is a sentence, and goes on in the next line.
        if (line.stream === "out") this.widest = Math.max(this.widest, line.text.length);
        this.#waiting.push(line);
        if (this.#waiting.length === 1) requestAnimationFrame(() => this.#flush());
    }

    #flush() {
        const isAtEnd = this.#code.scrollTop + this.#code.clientHeight >=
            this.#code.scrollHeight - 4;
        const fresh = this.#waiting.splice(0);
        for (const line of fresh.slice(-MOST)) {
            line.element = make("span", { class: "live-line" }, line.text);
            if (line.stream === "err") {
                line.element.classList.add("is-error");
                line.element.prepend(
                    make("span", { class: "live-stream", title: "standard error" }, "err"),
                    unseen(": "));
            }
        }
        const all = [...this.#lines, ...fresh];
        this.#lines = all.slice(-MOST);
        for (const { element } of all.slice(0, -MOST)) element?.remove();
        this.#dropped += all.length - this.#lines.length;
        this.#code.append(...fresh.slice(-MOST).map(({ element }) => element));
        this.#note.hidden = this.#dropped === 0;
        this.#note.textContent = `The first ${this.#dropped} lines are not shown.`;
        if (isAtEnd) this.#code.scrollTop = this.#code.scrollHeight;
    }

    /** From now on, lines can be chosen. */
    finish() {
        this.#flush();
        if (this.#lines.length === 0) return;
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
        // Within the listing only: the page stays where it is.
        const [top, bottom] = [element.offsetTop, element.offsetTop + element.offsetHeight];
        const { scrollTop, clientHeight } = this.#code;
        if (top < scrollTop) this.#code.scrollTop = top;
        if (bottom > scrollTop + clientHeight) this.#code.scrollTop = bottom - clientHeight;
    }

    #choose(line) {
        if (this.#code.getAttribute("role") !== "listbox") return;
        this.#chosen = line;
        this.#onChoose(line.at);
    }

    #move(event) {
        if (this.#lines.length === 0) return;
        const here = this.#lines.indexOf(this.#chosen);
        const to = {
            ArrowUp: here < 0 ? this.#lines.length - 1 : here - 1,
            ArrowDown: here + 1, Home: 0, End: this.#lines.length - 1,
        }[event.key];
        if (to === undefined || this.#code.getAttribute("role") !== "listbox") return;
        event.preventDefault();
        const line = this.#lines[Math.min(Math.max(to, 0), this.#lines.length - 1)];
        this.#choose(line);
    }
}
