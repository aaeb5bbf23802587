// The buttons of a panel, and its status. One thing runs at a time: two would
// disturb each other's times.

import { make, sign } from "./element.js";
import { Status } from "./status.js";

/** How long it may take to stop something, in milliseconds. */
const PATIENCE = 2000;

/** All controls of the page. */
const all = [];
let isTaken = false;

const setTaken = (now) => {
    isTaken = now;
    for (const controls of all) controls.refresh();
};

/** A button, whose words begin with a sign. */
export const button = (kind, mark, words, click) =>
    make("button", { type: "button", class: `live-button ${kind}`, click },
        sign(mark), ` ${words}`);

export class Controls {
    #work;
    #ask;
    #go;
    #stop = button("live-stop", "■", "Stop", () => this.#end());
    #stopping = null;
    /** Whether the reader has pressed Stop. */
    isAsked = false;
    status = new Status();
    element;

    /**
     * The button with these `words` does `work`, which is given the signal that
     * it is to stop; before that, `ask` asks for its end. Before the buttons
     * stand the `choices`. Whoever has the controls gives the `status` its
     * place.
     */
    constructor(mark, words, work, { choices = [], ask = null } = {}) {
        this.#work = work;
        this.#ask = ask;
        this.#go = button("live-go", mark, words, () => this.start());
        this.element = make("div", { class: "live-controls" }, ...choices,
            make("div", { class: "live-buttons" }, this.#go, this.#stop));
        all.push(this);
        this.refresh();
    }

    /** Does the work, if nothing else of the page is at work. */
    async start() {
        if (isTaken) return;
        this.#stopping = new AbortController();
        this.isAsked = false;
        setTaken(true);
        try {
            await this.#work(this.#stopping.signal);
        } finally {
            this.#stopping = null;
            setTaken(false);
        }
    }

    /** Stops the work, if it goes on. */
    abort() {
        this.#stopping?.abort();
    }

    #end() {
        const stopping = this.#stopping;
        this.isAsked = true;
        if (!this.#ask) {
            stopping.abort();
            return;
        }
        this.#ask().catch(() => stopping.abort());
        setTimeout(() => stopping.abort(), PATIENCE);
    }

    /**
     * Enables the buttons that mean something now. The keyboard has no place on
     * a button that is disabled: who stands there goes to the other one.
     */
    refresh() {
        const here = document.activeElement;
        const isMine = here === this.#go || here === this.#stop;
        this.#go.disabled = isTaken;
        this.#stop.disabled = this.#stopping === null;
        if (isMine && here.disabled) this.focus();
    }

    /** Gives the keyboard a place: for who stood on what is going away. */
    focus() {
        [this.#go, this.#stop].find((it) => !it.disabled)?.focus();
    }
}
