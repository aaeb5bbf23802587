// Times and ends in words.

const UNITS = [[1e6, "s"], [1e3, "ms"], [1, "µs"]];

/** A time in microseconds as people say it: three digits, and a unit. */
export const spoken = (micros) => {
    const [size, unit] = UNITS.find(([size]) => micros >= size) ?? UNITS[2];
    const number = micros / size;
    const digits = number < 10 ? 2 : number < 100 ? 1 : 0;
    return `${Number(number.toFixed(unit === "µs" ? 0 : digits))} ${unit}`;
};

/** What a run did that it may not. */
export const LIMITS = {
    time: "it ran for longer than it may",
    output: "it printed more than it may",
    memory: "it took more memory than it may",
    processes: "it started more processes than it may",
};

/** How a program ended: `with exit code 0`, `by signal 9 (SIGKILL)`. */
export const ending = (how) =>
    how.startsWith("signal") ? `by ${how}` : `with ${how}`;

export const count = (number, thing) =>
    `${number} ${thing}${number === 1 ? "" : "s"}`;

/** The name of a test as the sentence that it is. */
export const sentence = (test) =>
    test.replaceAll("::", ": ").replaceAll("_", " ");
