// A moment of a run that is over, to choose: a slider that stands exactly
// below the time axis.

import { make } from "./element.js";
import { step } from "./layout.js";
import { spoken } from "./words.js";

/** As wide as the style draws its thumb. */
const THUMB = 16;
/** The keys reach any moment in some hundred steps. */
const STEPS = 200;

export class Scrubber {
    #onMove;
    #length = 0;
    #slider = make("input", {
        type: "range", min: "0", "aria-label": "moment of the run",
        input: () => this.#onMove(Math.min(this.#slider.value, this.#length)),
    });
    #told = make("output", { class: "live-moment" });
    #row = make("div", { class: "live-below" }, this.#told);
    element = make("div", { class: "live-scrubber", hidden: true },
        this.#slider, this.#row);

    /** `onMove` is given each moment that is chosen, in microseconds. */
    constructor(onMove) {
        this.#onMove = onMove;
    }

    /** The run is over; it was this long. */
    open(length) {
        this.#length = length;
        const one = step(length, STEPS);
        this.#slider.step = one;
        this.#slider.max = Math.ceil(length / one) * one;
        this.#slider.value = this.#slider.max;
        this.#slider.setAttribute("aria-valuetext", spoken(length));
        this.#told.textContent = "Move the slider, or choose a line of the output.";
        this.element.hidden = false;
    }

    /** Shows a moment, whoever chose it. */
    show(moment) {
        this.#slider.value = moment;
        this.#slider.setAttribute("aria-valuetext", spoken(moment));
        this.#told.textContent = `At ${spoken(moment)}`;
    }

    /** Puts a button beside the moment. */
    add(button) {
        this.#row.append(button);
    }

    /** Where the picture has its time axis. */
    standBelow({ left, plot }) {
        this.#slider.style.marginInlineStart = `${left - THUMB / 2}px`;
        this.#slider.style.width = `${plot + THUMB}px`;
    }
}
