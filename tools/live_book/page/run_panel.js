// A command of the book, and the panel below it that runs it here.

import { Controls } from "./controls.js";
import { aloneIn, command } from "./demonstration.js";
import { make } from "./element.js";
import { Run } from "./run.js";
import { reason, run, stop } from "./server.js";

/** Letters in a column, at least. */
const NARROWEST = 24;

export class RunPanel {
    #demonstration;
    #selects;
    #controls;
    /** The command that the choices mean, where it is not that of the book. */
    #command = make("p", { class: "live-command" });
    /** What cargo said, before the run. */
    #before = make("div");
    /** What was captured, and beside it what the reader's run prints. */
    #beside = make("div", { class: "live-beside" });
    #own = make("div", { class: "live-own" });
    /** What its processes did. */
    #after = make("div");
    #widest = NARROWEST;
    #element;

    constructor(demonstration) {
        const { choices, chosen } = demonstration;
        this.#demonstration = demonstration;
        this.#selects = choices.map((choice, number) =>
            this.#select(choice, chosen[number]));
        const labels = this.#selects.map((select, number) =>
            make("label", { class: "live-choice" },
                make("span", {}, choices[number].name), select));
        const work = (signal) => this.#run(signal);
        this.#controls =
            new Controls("▶", "Run", work, { choices: labels, ask: stop });
        this.#beside.append(this.#own);
        this.#element = make("div", {
            class: "live-panel", role: "group",
            "aria-label": `Here: ${command(demonstration, chosen)}`,
            // Arrows move within a control here; they do not turn the page.
            keydown: (event) => event.stopPropagation(),
        },
            this.#controls.element, this.#command, this.#controls.status.element,
            this.#before, this.#beside, this.#after);
        this.#showChosen();
    }

    /** Takes its place below the command, and what was captured into it. */
    standBelow(block) {
        const captured = block.nextElementSibling;
        block.after(this.#element);
        if (!captured?.matches("pre:has(> code.language-text)")) return;
        const lines = captured.textContent.trimEnd().split("\n");
        this.#makeRoom(Math.max(...lines.map(({ length }) => length)));
        this.#beside.prepend(make("div", {},
            make("p", { class: "live-title" }, "captured"), captured));
    }

    #select({ options }, chosen) {
        const all = options.map(({ label }, number) =>
            make("option", { value: number, selected: number === chosen }, label));
        return make("select", { change: () => this.#showChosen() }, ...all);
    }

    get #chosen() {
        return this.#selects.map(({ value }) => Number(value));
    }

    #showChosen() {
        const { choices, chosen } = this.#demonstration;
        // Beside an option that stands alone, the other choices mean nothing.
        const alone = aloneIn(choices, this.#chosen);
        this.#selects.forEach((select, choice) => {
            select.disabled = alone >= 0 && choice !== alone;
        });
        const [now, book] = [this.#chosen, chosen].map((some) =>
            command(this.#demonstration, some));
        this.#command.hidden = now === book;
        // A line of it ends after a word, not at a hyphen.
        this.#command.replaceChildren(...now.split(" ").flatMap((word) =>
            [make("code", {}, word), " "]));
    }

    async #run(signal) {
        const { name, canKill } = this.#demonstration;
        const seen = new Run(this.#controls, canKill);
        this.#show(seen);
        try {
            for await (const event of run(name, this.#chosen, signal)) {
                seen.hear(event);
                this.#makeRoom(seen.widest);
            }
            seen.close();
        } catch (error) {
            seen.stop(reason(error));
        }
    }

    #show(seen) {
        this.#element.classList.add("has-run");
        this.#before.replaceChildren(seen.build);
        this.#own.replaceChildren(
            make("p", { class: "live-title" }, "your run"), seen.printed);
        this.#after.replaceChildren(seen.pictured);
        // The book's own script sees to listings that now scroll sideways.
        dispatchEvent(new Event("resize"));
    }

    /** Where two columns of so many letters have no room, there is one. */
    #makeRoom(letters) {
        if (letters <= this.#widest) return;
        this.#widest = letters;
        this.#beside.style.setProperty("--widest", `${letters}ch`);
    }
}
