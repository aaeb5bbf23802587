// What a panel says it is at, and for how long.

import { make } from "./element.js";

/** How often the clock goes on, in milliseconds. */
const TICK = 100;

/** Seconds, with one digit behind the point. */
const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(1)} s`;

export class Status {
    #words = make("span", { role: "status" });
    // A screen reader need not say each tenth of a second.
    #clock = make("span", { class: "live-clock", "aria-hidden": "true" });
    #since = null;
    #ticking = null;
    element = make("p", { class: "live-status" }, this.#words, this.#clock);

    /** Something goes on. */
    say(words) {
        this.#show("is-busy", words);
    }

    /** It is over, and was `kind`: `is-good`, `is-bad` or nothing of these. */
    end(kind, words) {
        clearInterval(this.#ticking);
        this.#clock.textContent = "";
        this.#show(kind, words);
    }

    startClock() {
        this.#since = performance.now();
        const show = () => { this.#clock.textContent = this.elapsed; };
        show();
        clearInterval(this.#ticking);
        this.#ticking = setInterval(show, TICK);
    }

    /** The time since the clock was started. */
    get elapsed() {
        return seconds(performance.now() - this.#since);
    }

    #show(kind, words) {
        this.element.className = `live-status ${kind}`;
        this.#words.textContent = words;
    }
}
