// An exercise, and the panel that checks it: once at a click, and from then on
// whenever the reader saves it.

import { Controls } from "./controls.js";
import { listing, make, sign, unseen } from "./element.js";
import { showHints } from "./hints.js";
import { BROKEN_OFF, check, isBusy, isFree, reason, saves } from "./server.js";
import { LIMITS, count, sentence } from "./words.js";

/** How each test ended: a sign, and the words for those who do not see it. */
const OUTCOMES = {
    ok: ["✓", "holds"],
    failed: ["✗", "does not hold"],
    ignored: ["–", "was not run"],
};

/** A browser has few connections to one server: one page at a time watches. */
const pages = new BroadcastChannel("live-book-watches");

export class CheckPanel {
    #name;
    #note;
    #controls = new Controls("✓", "Check", (signal) => this.#check(signal));
    #status = this.#controls.status;
    #compiler = listing("what the compiler says");
    #tests = make("ul", { class: "live-tests" });
    #watched = make("p", { class: "live-note", hidden: true });
    /** The place of each test in the list. */
    #places = new Map();
    #holding = 0;
    /** What it did that it may not, once it was ended for that. */
    #limit = null;
    #watching = null;
    /** Whether a save is to be checked, and whether its check is at work. */
    #isDue = false;
    #isOfSave = false;
    /** Whether somebody sees to it that what is due is checked. */
    #isWaiting = false;
    element;

    /** `note` is given each verdict. */
    constructor(name, hints, note) {
        this.#name = name;
        this.#note = note;
        this.element = make("div", {
            class: "live-panel live-check", role: "group",
            "aria-label": `Here: cargo course check ${name}`,
            // Arrows scroll a listing here; they do not turn the page.
            keydown: (event) => event.stopPropagation(),
        },
            this.#controls.element, this.#status.element, this.#watched,
            this.#compiler, this.#tests, showHints(hints));
        this.#clear();
        pages.addEventListener("message", () => this.#watching?.abort());
    }

    async #check(signal) {
        if (!this.#isDue) this.#say("asks…");
        this.#watch();
        try {
            let last = null;
            for await (const event of check(this.#name, signal)) {
                if (last === null) this.#begin();
                this.#heard[event.event](event);
                last = event.event;
            }
            if (last !== "verdict" && last !== "broken") {
                this.#end("is-bad", BROKEN_OFF);
            }
        } catch (error) {
            this.#fail(error);
        }
    }

    /** It is its turn: until then, what there is to read stays there. */
    #begin() {
        this.#isOfSave = this.#isDue;
        this.#isDue = false;
        this.#clear();
    }

    #fail(error) {
        const why = reason(error);
        // A save waits for its turn; what was stopped for it is checked again.
        const goesOn = isBusy(error) || (!why && !this.#controls.isAsked);
        if (this.#isDue && goesOn) return;
        this.#isDue = false;
        this.#end(why ? "is-bad" : "", why ?? "stopped");
    }

    #heard = {
        building: () => this.#say("compiles…"),
        blocked: () => this.#say("waits for another cargo…"),
        compiling: () => this.#say("compiles, also what it stands on…"),
        compiler: ({ text }) => {
            const before = this.#compiler.hidden ? "" : "\n\n";
            this.#compiler.hidden = false;
            this.#compiler.firstChild.append(before, text.trim());
        },
        testing: () => this.#say("tests…"),
        decided: ({ test, outcome }) => {
            this.#place(test, outcome);
            this.#say(`tests… ${this.#held} so far`);
        },
        failure: ({ test, message }) => {
            const place = this.#places.get(test) ?? this.#place(test, "failed");
            place.append(listing(`why not: ${sentence(test)}`, message));
        },
        limit: ({ limit }) => { this.#limit = LIMITS[limit]; },
        verdict: ({ verdict }) => {
            this.#note(verdict);
            this.#verdicts[verdict.kind](verdict);
        },
        broken: ({ text }) => this.#end("is-bad", text),
    };

    #verdicts = {
        passes: () => this.#end("is-good", `It passes: ${this.#held}.`),
        fails: () => this.#end("is-bad", `Not yet: ${this.#held}.`),
        does_not_compile: () => this.#end("is-bad", "It does not compile."),
        timed_out: () =>
            this.#end("is-bad", "It was not over in time, and was ended."),
        broken: ({ told }) => {
            this.#heard.compiler({ text: told });
            this.#end("is-bad", "The check broke off.");
        },
    };

    get #held() {
        return `${this.#holding} of ${count(this.#places.size, "test")} hold`;
    }

    #say(words) {
        const isOfSave = this.#isDue || this.#isOfSave;
        this.#status.say(isOfSave ? `saved: checking again, ${words}` : words);
    }

    #end(kind, words) {
        this.#isOfSave = false;
        const why = this.#limit ? `It was ended, as ${this.#limit}. ` : "";
        this.#status.end(kind, why + words);
    }

    #clear() {
        const here = document.activeElement;
        const isHere =
            [this.#compiler, this.#tests].some((it) => it.contains(here));
        if (isHere) this.#controls.focus();
        this.#compiler.hidden = true;
        this.#compiler.firstChild.textContent = "";
        this.#places.clear();
        this.#holding = 0;
        this.#limit = null;
        this.#tests.replaceChildren();
    }

    #place(test, outcome) {
        const [mark, words] = OUTCOMES[outcome];
        this.#holding += outcome === "ok" ? 1 : 0;
        const place = make("li", { class: `is-${outcome}` },
            sign(`${mark} `), sentence(test), unseen(`: ${words}`));
        this.#places.set(test, place);
        this.#tests.append(place);
        return place;
    }

    /** Checks at each save, as long as the page is open. */
    async #watch() {
        if (this.#watching) return;
        this.#watching = new AbortController();
        pages.postMessage("I watch");
        this.#tell("Each save is checked from now on.");
        try {
            for await (const _ of saves(this.#name, this.#watching.signal)) {
                this.#saved();
            }
            this.#tell("Saves are not watched any more.");
        } catch (error) {
            this.#tell(`Saves are not watched any more: ${
                reason(error) ?? "another page does that"}.`);
        }
        this.#watching = null;
    }

    #tell(words) {
        this.#watched.textContent = words;
        this.#watched.hidden = false;
    }

    /** Checks what was saved, as soon as nothing else runs in any page. */
    async #wait() {
        this.#say("as soon as nothing else runs");
        try {
            if (await isFree()) await this.#controls.start();
        } catch (error) {
            this.#fail(error);
        }
    }

    /** A check that goes on is of an older file: it ends, and another begins. */
    async #saved() {
        this.#isDue = true;
        this.#controls.abort();
        if (this.#isWaiting) return;
        this.#isWaiting = true;
        while (this.#isDue) await this.#wait();
        this.#isWaiting = false;
    }
}
