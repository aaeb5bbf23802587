// What comes of a run: what cargo says, what the program prints, what its
// processes do; and when it is over, any moment of that.

import { button } from "./controls.js";
import { Drawing } from "./drawing.js";
import { listing, make } from "./element.js";
import { Output } from "./output.js";
import { Scrubber } from "./scrubber.js";
import { BROKEN_OFF, kill, reason } from "./server.js";
import { Timeline } from "./timeline.js";
import { LIMITS, count, ending } from "./words.js";

/** Cargo says this also where there was nothing to build. */
const isFinished = (text) => /^\s*Finished /.test(text);

export class Run {
    #controls;
    #status;
    #canKill;
    #said = listing("what cargo says");
    #summary = make("summary", {}, "cargo builds");
    #output = new Output((moment) => this.#look(moment));
    #scrubber = new Scrubber((moment) => this.#look(moment));
    #timeline = null;
    #drawing = null;
    #cut = make("p", { class: "live-note", hidden: true },
        "It traces more than a page can show. This is the beginning.");
    #limit = null;
    #isOver = false;
    build = make("details", { class: "live-build", open: true, hidden: true },
        this.#summary, this.#said);
    printed = this.#output.element;
    pictured = make("div", { class: "live-timeline" });

    constructor(controls, canKill) {
        this.#controls = controls;
        this.#status = controls.status;
        this.#canKill = canKill;
        this.#status.say("asks for it…");
    }

    /** One of the events that `event.rs` describes. */
    hear(event) {
        this.#heard[event.event](event);
    }

    #heard = {
        building: () => this.#status.say("building…"),
        cargo: ({ text }) => {
            this.#said.firstChild.append(`${text}\n`);
            if (!isFinished(text)) this.build.hidden = false;
        },
        not_built: () => {
            this.#summary.textContent = "cargo could not build it";
            this.build.hidden = false;
            this.#end("is-bad", "it does not build");
        },
        started: ({ pid }) => {
            this.#summary.textContent = "cargo built it";
            this.build.open = false;
            this.#status.say("runs");
            this.#status.startClock();
            this.#begin(new Timeline(pid));
        },
        line: (line) => this.#output.add(line),
        timeline: (event) => {
            this.#timeline.hear(event);
            this.#cut.hidden = !this.#timeline.isCut;
            this.#drawing.refresh();
        },
        limit: ({ limit }) => { this.#limit = LIMITS[limit]; },
        ended: ({ how, success, perfetto }) => {
            this.#timeline.end(this.#output.last);
            this.#tellEnd(how, success);
            if (perfetto) this.#scrubber.add(download(perfetto));
        },
        broken: ({ text }) => this.stop(text),
    };

    /** How many letters its longest line has. */
    get widest() {
        return this.#output.widest;
    }

    #tellEnd(how, success) {
        const lines = count(this.#output.length, "line");
        const { elapsed } = this.#status;
        const ended = `ended ${ending(how)} after ${elapsed}, ${lines}`;
        if (this.#limit) {
            this.#end("is-bad", `it was stopped, as ${this.#limit}; ${ended}`);
        } else if (this.#controls.isAsked) {
            this.#end("", `stopped; ${ended}`);
        } else {
            this.#end(success ? "is-good" : "is-bad", ended);
        }
    }

    /** Nothing more comes of it. */
    close() {
        if (this.#isOver) return;
        this.stop(this.#controls.isAsked ? null : BROKEN_OFF);
    }

    /** It was stopped, by the reader or for a `reason`. */
    stop(reason) {
        this.#timeline?.stop();
        const words = this.#timeline
            ? `stopped after ${this.#status.elapsed}` : "stopped";
        this.#end(reason ? "is-bad" : "", reason ?? words);
    }

    #begin(timeline) {
        this.#timeline = timeline;
        this.printed.hidden = false;
        this.#drawing = new Drawing(timeline, {
            onKill: this.#canKill ? (worker) => this.#kill(worker) : null,
            onNone: () => this.#controls.focus(),
            whenDrawn: (layout) => this.#scrubber.standBelow(layout),
        });
        this.pictured.append(
            this.#drawing.element, this.#cut, this.#scrubber.element);
    }

    #end(kind, words) {
        this.#isOver = true;
        this.#status.end(kind, words);
        this.#drawing?.refresh();
        if (!this.#timeline || this.#timeline.isEmpty) return;
        this.#output.finish();
        this.#scrubber.open(this.#timeline.view.length);
    }

    /** The reader looks at a moment. */
    #look(moment) {
        this.#scrubber.show(moment);
        this.#output.light(moment);
        this.#drawing.moment = moment;
    }

    async #kill({ pid, name }) {
        this.#status.say(`runs; kills ${name}`);
        let said = `runs; ${name} is killed`;
        try {
            await kill(pid);
        } catch (error) {
            said = `runs; cannot kill ${name}: ${reason(error)}`;
        }
        // It may have ended meanwhile.
        if (!this.#isOver) this.#status.say(said);
    }
}

/** A button that saves the trace as Perfetto opens it. */
const download = (perfetto) =>
    button("live-trace", "↓", "Trace for Perfetto", () => {
        const blob = new Blob([perfetto], { type: "application/json" });
        const href = URL.createObjectURL(blob);
        make("a", { href, download: "trace.json" }).click();
        setTimeout(() => URL.revokeObjectURL(href));
    });
