// Where everything stands in a picture of a timeline: time goes right, lanes
// go down. The book's own figures are laid out alike, by `figures/src/layout.rs`.

/** Between a shape and a word. */
export const SPACE = 8;
/** The first row of a lane, and each row below it. */
export const LANE = 28;
const ROW = 24;
/** Between lanes. */
const GAP = 10;
/** Between the edge of a lane and the tasks in it. */
const INSET = 4;
/** The axis and its numbers. */
const AXIS = 24;
/** Right of all bars, for half of the axis's last number. */
const RIGHT = 24;
/** From one number of the axis to the next, at least. */
const TICK = 68;
/** A bar can be seen, however short its time was. */
const SLIVER = 3;
/** In a picture narrower than this, a death is told in one word. */
const NARROW = 500;

/** To one decimal: finer than the eye. */
export const rounded = (number) => Math.round(number * 10) / 10;

const letterWidth = (letter) => letter < "\u0080" ? 7 : 12;

/** How wide `text` is at most, in letters of twelve pixels. */
export const textWidth = (text) =>
    [...text].reduce((sum, letter) => sum + letterWidth(letter), 0);

/** As much of `text` as has room. */
export const fit = (text, room) => {
    if (textWidth(text) <= room) return text;
    let left = room - letterWidth("…");
    const letters = [...text];
    const end = letters.findIndex((letter) => (left -= letterWidth(letter)) < 0);
    return `${letters.slice(0, end).join("")}…`;
};

export const isLife = (bar) => bar.category === "process";

const laneHeight = ({ bars }) => {
    const deepest = bars.reduce((most, bar) =>
        isLife(bar) ? most : Math.max(most, bar.depth), 0);
    return LANE + ROW * deepest;
};

/** The places of a timeline's parts in a picture of this `width`, in pixels. */
export class Layout {
    #timeline;

    constructor(timeline, width) {
        const { lanes } = timeline;
        this.#timeline = timeline;
        this.width = width;
        const names = lanes.map(({ name }) => textWidth(name));
        /** Where time begins. */
        this.left = Math.min(Math.max(0, ...names), 0.4 * width) + 2 * SPACE;
        this.nameWidth = this.left - 2 * SPACE;
        /** Where each lane begins, and last, the axis. */
        this.tops = [GAP];
        for (const lane of lanes) {
            this.tops.push(this.tops.at(-1) + laneHeight(lane) + GAP);
        }
        this.axis = this.tops.at(-1);
        this.height = this.axis + AXIS;
        /** How wide all of time is: what is written at a death ends within. */
        const room = lanes.filter(({ death }) => death).map(({ death }) =>
            (width - this.left - textWidth(this.how(death)) - 2 * SPACE) /
                this.#share(death.at));
        this.plot = Math.max(TICK, Math.min(width - this.left - RIGHT, ...room));
        /** How many parts the axis may have: few, in a wide picture too. */
        this.parts = Math.min(this.plot / TICK, 8);
    }

    /** `signal 9 (SIGKILL)`; where that has no room, only what it is called. */
    how({ how }) {
        return this.width < NARROW ? how.replace(/^.*\((\w+)\)$/, "$1") : how;
    }

    #share(time) {
        return time / Math.max(this.#timeline.length, 1);
    }

    x(time) {
        return rounded(this.left + this.plot * this.#share(time));
    }

    place(bar, lane, top) {
        const x = this.x(bar.start);
        const width = rounded(Math.max(this.x(bar.end) - x, SLIVER));
        if (isLife(bar)) return { x, width, y: top, height: laneHeight(lane) };
        const y = top + INSET + bar.depth * ROW;
        return { x, width, y, height: LANE - 2 * INSET };
    }

    /**
     * Where an arrow touches what was going on then, on the side of the `other`
     * lane; where nothing was, the middle of the lane.
     */
    touch({ lane: number, at }, other) {
        const [lane, top] = [this.#timeline.lanes[number], this.tops[number]];
        const places = lane.bars
            .filter(({ start, end }) => start <= at && at <= end)
            .map((bar) => this.place(bar, lane, top));
        const y = other < number
            ? Math.min(...places.map(({ y }) => y))
            : Math.max(...places.map(({ y, height }) => y + height));
        return [this.x(at), places.length ? y : top + LANE / 2];
    }
}

/** One, two or five, with zeros, of microseconds: in `parts` steps it is there. */
export const step = (length, parts) => {
    for (let power = 1; ; power *= 10) {
        const found = [1, 2, 5].find((times) => times * power * parts >= length);
        if (found) return found * power;
    }
};

/** Round times from zero to `length` with their labels. */
export const ticks = (length, parts) => {
    const one = step(length, parts);
    const [size, unit] =
        length >= 1e6 ? [1e6, "s"] : length >= 1e3 ? [1e3, "ms"] : [1, "µs"];
    const number = Math.floor(length / one) + 1;
    return Array.from({ length: number }, (_, tick) => ({
        time: tick * one, label: `${rounded(tick * one / size)} ${unit}`,
    }));
};
