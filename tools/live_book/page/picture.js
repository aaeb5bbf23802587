// How a timeline looks: as the book's own figures do, drawn by
// `figures/src/svg.rs`.
//
// No meaning hangs on colour alone: work is solid, a wait is hollow, what never
// came to its own end is dashed, a death is a cross.

import {
    LANE, SPACE, fit, isLife, rounded, textWidth, ticks,
} from "./layout.js";
import { shape } from "./shape.js";

const TEXT = "var(--mp-text,currentColor)";
const LINE = "var(--mp-line,#8885)";
const TASK = "var(--mp-task,#0b62c4)";
const WAIT = "var(--mp-wait,#7d8794)";
const MESSAGE = "var(--mp-message,#a855f7)";
const PROCESS = "var(--mp-process,#8883)";
const TASK_LABEL = "var(--mp-task-label,#fff)";
const KILLED = "var(--mp-killed,#e0443e)";

/** Words whose letters have `y` for their middle. */
const words = (x, y, colour, text) =>
    shape("text", { x: rounded(x), y: y + 4, style: `fill:${colour}` }, text);

const drawAxis = ({ length }, layout) => {
    const parts = ticks(length, layout.parts).flatMap(({ time, label }) => [
        shape("path", {
            d: `M${layout.x(time)} 0V${layout.axis}`, style: `stroke:${LINE}`,
        }),
        shape("text", { x: layout.x(time), y: layout.axis + 18 }, label),
    ]);
    const style = `fill:${TEXT}`;
    return shape("g", { "text-anchor": "middle", style }, ...parts);
};

/** From a dot where it left to a head where it arrived. */
const drawArrow = ({ name, from, to }, id, layout) => {
    const [x, y] = layout.touch(from, to.lane);
    const [toX, toY] = layout.touch(to, from.lane);
    return shape("g", {},
        shape("title", {}, name),
        shape("circle", { cx: x, cy: y, r: 3, style: `fill:${MESSAGE}` }),
        shape("path", {
            d: `M${x} ${y}L${toX} ${toY}`, "marker-end": `url(#${id}-head)`,
            style: `stroke:${MESSAGE};stroke-width:1.5`,
        }));
};

const arrowHead = (id) =>
    shape("marker", {
        id: `${id}-head`, viewBox: "0 0 8 8", refX: 8, refY: 4,
        markerWidth: 8, markerHeight: 8, markerUnits: "userSpaceOnUse",
        orient: "auto",
    }, shape("path", { d: "M0 0L8 4L0 8z", style: `fill:${MESSAGE}` }));

/** What a bar says when it is pointed at. */
const told = (bar, lane) => {
    const [start, end] = [bar.start, bar.end].map((time) => rounded(time / 1000));
    if (bar.state === "going") return `${bar.name}, since ${start} ms`;
    const told = `${bar.name}, ${start}–${end} ms`;
    return bar.state === "done"
        ? told : `${told}, ${lane.death?.how ?? "unfinished"}`;
};

const paint = ({ category, state }) => {
    const [fill, edge] = {
        process: [PROCESS, PROCESS],
        wait: ["transparent", WAIT],
    }[category] ?? [TASK, "none"];
    return state === "broken"
        ? `fill:${fill};fill-opacity:.2;stroke:${KILLED};stroke-dasharray:4 3`
        : `fill:${fill};stroke:${edge}`;
};

/** A name, where it has room; that of a life stands before its lane. */
const label = (bar, { x, y, width, height }) => {
    if (isLife(bar) || textWidth(bar.name) + 2 * SPACE > width) return [];
    const isOnSolid = bar.state !== "broken" && bar.category !== "wait";
    const colour = isOnSolid ? TASK_LABEL : TEXT;
    return [words(x + SPACE, y + height / 2, colour, bar.name)];
};

const drawBar = (bar, lane, top, layout) => {
    const place = layout.place(bar, lane, top);
    return shape("g", {},
        shape("title", {}, told(bar, lane)),
        shape("rect", { ...place, rx: 4, style: paint(bar) }),
        ...label(bar, place));
};

/** A cross at the end of a lane, and beside it what ended it. */
const drawDeath = (death, top, layout) => {
    const [x, y] = [layout.x(death.at), top + LANE / 2];
    return [
        shape("path", {
            d: `M${rounded(x - 4)} ${y - 4}l8 8m0-8l-8 8`,
            style: `stroke:${KILLED};stroke-width:2`,
        }),
        words(x + SPACE, y, TEXT, layout.how(death)),
    ];
};

const drawLane = (lane, top, layout) => {
    const name = fit(lane.name, layout.nameWidth);
    // A life is behind all that happens in it.
    const lives = lane.bars.filter(isLife);
    const parts = lane.bars.filter((bar) => !isLife(bar));
    const bars = [...lives, ...parts];
    return shape("g", {},
        words(0, top + LANE / 2, TEXT, name),
        ...bars.map((bar) => drawBar(bar, lane, top, layout)),
        ...(lane.death ? drawDeath(lane.death, top, layout) : []));
};

/** The timeline in a sentence: its lanes, and the deaths in them. */
const summary = ({ lanes, length }) => {
    const each = lanes.map(({ name, death }) =>
        death ? `${name} (${death.how})` : name);
    return `${each.join(", ")}: ${rounded(length / 1000)} ms`;
};

/**
 * Describes the picture of a timeline's `view` in this `layout`. Its ids begin
 * with `id`.
 */
export const picture = (view, layout, id) =>
    shape("svg", {
        viewBox: `0 0 ${layout.width} ${layout.height}`, width: layout.width,
        height: layout.height, role: "img",
        "aria-labelledby": `${id}-title`, "aria-describedby": `${id}-desc`,
    },
        shape("title", { id: `${id}-title` }, "Timeline of your run"),
        shape("desc", { id: `${id}-desc` }, summary(view)),
        drawAxis(view, layout),
        arrowHead(id),
        // Below the bars, so that no arrow crosses out a word.
        shape("g", {}, ...view.arrows.map((arrow) => drawArrow(arrow, id, layout))),
        ...view.lanes.map((lane, number) =>
            drawLane(lane, layout.tops[number], layout)));
