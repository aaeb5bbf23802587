// What the processes of a run do, as it is told while they do it.

/** The clock of a run, in microseconds, which goes on between two events. */
class Clock {
    #ahead = -Infinity;

    /** An event says what time it was. The one that came soonest knows best. */
    set(now) {
        this.#ahead = Math.max(this.#ahead, now - performance.now() * 1000);
    }

    get now() {
        return performance.now() * 1000 + this.#ahead;
    }
}

/**
 * The timeline of a run. `view` is what there is to see of it now: lanes,
 * arrows and a length, and for each bar what became of it:
 *
 * - `done`: it came to its own end
 * - `going`: its process is alive, and it reaches until now
 * - `broken`: it will never come to its end
 */
export class Timeline {
    #told = null;
    #clock = new Clock();
    #first;
    #alive = new Set();
    #length = null;
    /** Whether more was traced than is told: then the end of bars is not known. */
    isCut = false;

    /** A run whose first process has this PID. */
    constructor(first) {
        this.#first = first;
    }

    /** Whether there is anything to see. */
    get isEmpty() {
        return !this.#told?.lanes.some(({ bars }) => bars.length > 0);
    }

    get isOver() {
        return this.#length !== null;
    }

    hear({ timeline, now, workers, is_cut: isCut }) {
        const known = new Set(this.#told?.lanes.map(({ pid }) => pid));
        const pids = timeline.lanes.map(({ pid }) => pid);
        // Who appears in the trace just now may be younger than the list.
        const fresh = pids.filter((pid) => !known.has(pid));
        this.#alive = new Set([this.#first, ...workers, ...fresh]);
        this.#told = timeline;
        this.isCut = isCut;
        this.#clock.set(now);
    }

    /** The run has ended; the last that it printed came at `last`. */
    end(last) {
        this.#alive.clear();
        this.#length = Math.max(this.#told?.length ?? 0, last);
    }

    /** The run was stopped, and whoever was alive is not any more. */
    stop() {
        this.#length = Math.max(this.#told?.length ?? 0, this.#clock.now);
    }

    /** The workers that are alive and have a lane: the lane's number and name. */
    get workers() {
        const seen = new Set([this.#first]);
        const workers = [];
        for (const [lane, { pid, name, death }] of this.#told.lanes.entries()) {
            const isNew = !seen.has(pid);
            seen.add(pid);
            if (isNew && this.#alive.has(pid) && !death) {
                workers.push({ lane, pid, name });
            }
        }
        return workers;
    }

    get view() {
        const { lanes, arrows, length } = this.#told;
        const now = this.#length ?? Math.max(length, this.#clock.now);
        const become = (bar, lane) => {
            const isUnknown = this.isCut && !lane.death;
            if (bar.finished || isUnknown) return { ...bar, state: "done" };
            const wasAlive = this.#alive.has(lane.pid) && !lane.death;
            return {
                ...bar,
                end: wasAlive ? now : bar.end,
                state: wasAlive && !this.isOver ? "going" : "broken",
            };
        };
        return {
            lanes: lanes.map((lane) =>
                ({ ...lane, bars: lane.bars.map((bar) => become(bar, lane)) })),
            arrows,
            length: now,
        };
    }
}
