// What the server can be asked. See `api.rs` for the table of requests.

/** Nobody answers, or not to the end. */
class Lost extends Error {}

const NO_ANSWER = "the server does not answer: start `cargo book` again";
/** What becomes of a stream that does not come to its end. */
export const BROKEN_OFF = "it broke off: the server may have ended";

/** It says no, and why, in a sentence. */
class Refused extends Error {
    constructor(status, words) {
        super(words);
        this.status = status;
    }
}

/** The page's own secret: who does not show it is refused. */
const secret = document.querySelector("meta[name=live-book]")?.content ?? "";

/** A browser throws the same where it has no connection as for our own faults:
    what it throws here is the former. */
const connected = (promise, words = NO_ANSWER) => promise.catch((error) => {
    throw error instanceof TypeError ? new Lost(words) : error;
});

const ask = async (path, options = {}) => {
    const headers = { "x-live-book": secret };
    if (options.body) headers["content-type"] = "application/json";
    const answer =
        await connected(fetch(`/_live/${path}`, { ...options, headers }));
    if (!answer.ok) {
        const words = await connected(answer.text());
        throw new Refused(answer.status, words.trim());
    }
    return answer;
};

/** The demonstrations and the exercises. */
export const course = async () => connected((await ask("course")).json());

/** The events of a run, as they come. To abort `signal` ends the run unheard. */
export const run = (name, chosen, signal) =>
    events(`run/${name}`, {
        method: "POST", body: JSON.stringify({ chosen }), signal,
    });

/** Kills a worker of the run. */
export const kill = (pid) => ask(`kill/${pid}`, { method: "POST" });

/** Ends whatever runs; its last events tell how. */
export const stop = () => ask("stop", { method: "POST" });

/** The events of a check, as they come. To abort `signal` ends the check. */
export const check = (name, signal) =>
    events(`check/${name}`, { method: "POST", signal });

/** An event for each save of an exercise, until `signal` is aborted. */
export const saves = (name, signal) => events(`saves/${name}`, { signal });

/** Whether nothing runs: waits for that, for a while. */
export const isFree = async () => connected((await ask("free")).json());

/** A JSON object on each line of the answer. */
async function* events(path, options) {
    const answer = await ask(path, options);
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let begun = "";
    try {
        for (;;) {
            const { value, done } = await connected(reader.read(), BROKEN_OFF);
            if (done) return;
            const lines = (begun + value).split("\n");
            begun = lines.pop();
            for (const line of lines) yield JSON.parse(line);
        }
    } finally {
        // Whoever hears no more lets the server know; it may be gone.
        reader.cancel().catch(() => {});
    }
}

/** Whether something else is running. */
export const isBusy = (error) => error instanceof Refused && error.status === 409;

/** Why a request came to nothing, in words; nothing, where it was aborted. */
export const reason = (error) => {
    if (error.name === "AbortError") return null;
    if (error instanceof Refused || error instanceof Lost) return error.message;
    // A fault of ours: no panel must wait for ever because of it.
    console.error(error);
    return `this page has a fault: ${error}`;
};
