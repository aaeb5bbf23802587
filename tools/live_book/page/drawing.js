// A timeline in the page: drawn again while it grows, when the page gets wider
// or narrower, and when the reader looks at another moment. Beside the lane of
// each living worker there may be a button that kills it.

import { make } from "./element.js";
import { LANE, Layout } from "./layout.js";
import { picture } from "./picture.js";
import { draw, paper } from "./shape.js";

/** Milliseconds from one drawing to the next, at least and at most: a machine
    that stood still for a while has not drawn for that long. */
const PAUSE = 30;
const LONGEST = 1000;
/** To draw takes one part in so many of the time: the run needs it more. */
const PARTS = 10;

const wantsStillness = matchMedia("(prefers-reduced-motion: reduce)");

let drawings = 0;

export class Drawing {
    #timeline;
    #onKill;
    #onNone;
    #whenDrawn;
    #svg = paper();
    #cursor = make("div", { class: "live-cursor", hidden: true });
    #paper = make("div", { class: "live-paper" }, this.#svg, this.#cursor);
    #kills = make("div", { class: "live-kills" });
    #buttons = new Map();
    #id = `live-timeline-${drawings++}`;
    #isAsked = false;
    /** When it may be drawn again. */
    #next = 0;
    #layout = null;
    #moment = null;
    #resized = new ResizeObserver(() => this.#draw());
    element = make("div", { class: "live-lanes", hidden: true },
        this.#paper, this.#kills);

    /**
     * `onKill` is given the worker whose button is pressed, or is null where
     * there are no buttons; `onNone` is called where the keyboard was on the
     * last of them; `whenDrawn` is given where everything stands.
     */
    constructor(timeline, { onKill, onNone, whenDrawn }) {
        this.#timeline = timeline;
        this.#onKill = onKill;
        this.#onNone = onNone;
        this.#whenDrawn = whenDrawn;
        this.element.classList.toggle("can-kill", onKill !== null);
        this.#resized.observe(this.#paper);
    }

    /** The moment that the reader looks at. */
    set moment(moment) {
        this.#moment = moment;
        this.#placeCursor();
    }

    /** There is something new to draw. */
    refresh() {
        if (this.#timeline.isEmpty) return;
        this.element.hidden = false;
        if (this.#timeline.isOver) {
            this.element.classList.remove("can-kill");
            this.#draw();
        } else {
            this.#drawSoon();
        }
    }

    #drawSoon() {
        if (this.#isAsked) return;
        this.#isAsked = true;
        requestAnimationFrame((now) => {
            this.#isAsked = false;
            if (this.#timeline.isOver) return;
            const isTime = now >= this.#next;
            if (isTime) this.#draw();
            // The bars of the living grow, whatever happens.
            if (!isTime || !wantsStillness.matches) this.#drawSoon();
        });
    }

    #draw() {
        const width = this.#paper.clientWidth;
        if (this.#timeline.isEmpty || width === 0) return;
        const begun = performance.now();
        const { view } = this.#timeline;
        this.#layout = new Layout(view, width);
        draw(this.#svg, picture(view, this.#layout, this.#id));
        this.#placeKills(this.#layout.tops);
        this.#placeCursor();
        this.#whenDrawn(this.#layout);
        const now = performance.now();
        const rest = Math.max(PAUSE, PARTS * (now - begun));
        this.#next = now + Math.min(rest, LONGEST);
    }

    #placeCursor() {
        if (this.#moment === null) return;
        this.#cursor.hidden = false;
        this.#cursor.style.left = `${this.#layout.x(this.#moment)}px`;
        this.#cursor.style.height = `${this.#layout.axis}px`;
    }

    #placeKills(tops) {
        if (!this.#onKill) return;
        const workers = this.#timeline.isOver ? [] : this.#timeline.workers;
        for (const { pid, name, lane } of workers) {
            if (!this.#buttons.has(pid)) this.#addKill(pid, name);
            const { style } = this.#buttons.get(pid);
            const top = `${tops[lane] + LANE / 2}px`;
            if (style.top !== top) style.top = top;
        }
        const isAlive = new Set(workers.map(({ pid }) => pid));
        for (const [pid, button] of this.#buttons) {
            if (!isAlive.has(pid)) this.#removeKill(pid, button);
        }
    }

    #addKill(pid, name) {
        const words = make("span", { class: "live-kill-name" }, ` ${name}`);
        const button = make("button", {
            type: "button", class: "live-kill",
            click: () => this.#onKill({ pid, name }),
        }, "Kill", words);
        this.#buttons.set(pid, button);
        this.#kills.append(button);
    }

    /** Whoever stands on the button of a dead worker goes to the next one. */
    #removeKill(pid, button) {
        const isHere = document.activeElement === button;
        this.#buttons.delete(pid);
        button.remove();
        if (!isHere) return;
        const [next] = this.#buttons.values();
        if (next) next.focus();
        else this.#onNone();
    }
}
