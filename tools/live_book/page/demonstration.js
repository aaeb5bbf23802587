// Which command is which choice of which demonstration.

/** Each way to choose one option of each choice, by their numbers. */
const combinations = (choices) =>
    choices.reduce((all, { options }) =>
        all.flatMap((some) => options.map((_, number) => [...some, number])), [[]]);

/** The number of the choice whose chosen option stands alone, or -1. */
export const aloneIn = (choices, chosen) =>
    choices.findIndex(({ options }, choice) => options[chosen[choice]].alone);

/** What the options that are chosen add to the command. */
const argumentsOf = (choices, chosen) => {
    const alone = aloneIn(choices, chosen);
    const counts = (_, choice) => alone < 0 || choice === alone;
    return choices
        .map(({ options }, choice) => options[chosen[choice]].arguments)
        .filter(counts).flat();
};

/** The command that runs what is chosen, as one types it. */
export const command = ({ name, choices }, chosen) => {
    const given = argumentsOf(choices, chosen);
    return ["cargo", "run", "-p", name, ...(given.length ? ["--"] : []), ...given]
        .join(" ");
};

/** The demonstration that a command of these `words` runs, if one does. */
export const find = (demonstrations, words) => {
    const name = words[3];
    if (!Object.hasOwn(demonstrations, name ?? "")) return null;
    const { choice: choices, "can-kill": canKill } = demonstrations[name];
    const demonstration = { name, choices, canKill };
    const chosen = combinations(choices).find((some) =>
        command(demonstration, some) === words.join(" "));
    return chosen ? { ...demonstration, chosen } : null;
};
