// Notes what is seen in the `panel` from now on. Whoever looks from outside
// now and then misses what is there for a moment.
const seen = {
    // What its status says, once for each time.
    said: [],
    // The widths of each bar that grows, by its title, in percent of the picture.
    widths: {},
    // How long the timeline said that it was, each time that it said another.
    lengths: [],
    // From the click on Run to the first bar, in milliseconds.
    patience: null,
    // How few tests of an exercise there were, and whether the keyboard had no
    // place in the page.
    fewest: Infinity,
    isLost: false,
};
panel.seen = seen;
const status = panel.querySelector("[role=status]");
let clicked = null;

const lookAtBars = () => {
    const bars = panel.querySelectorAll(".live-paper svg g:has(> rect)");
    if (bars.length === 0) return;
    seen.patience ??= performance.now() - clicked;
    const told = panel.querySelector(".live-paper desc").textContent;
    if (seen.lengths.at(-1) !== told) seen.lengths.push(told);
    const width = panel.querySelector(".live-paper svg").clientWidth;
    for (const bar of bars) {
        const title = bar.querySelector("title").textContent;
        if (!title.includes(", since ")) continue;
        const share = bar.querySelector("rect").getAttribute("width") / width;
        (seen.widths[title] ??= []).push(100 * share);
    }
};

panel.querySelector(".live-go").addEventListener("click", () => {
    clicked = performance.now();
    seen.patience = null;
}, { capture: true });

new MutationObserver((records) => {
    for (const { target, addedNodes } of records) {
        if (target !== status) continue;
        seen.said.push(...[...addedNodes].map((node) => node.textContent));
    }
    const tests = panel.querySelectorAll(".live-tests > li").length;
    seen.fewest = Math.min(seen.fewest, tests);
    seen.isLost ||= document.activeElement === document.body;
    lookAtBars();
}).observe(panel, { subtree: true, childList: true, attributes: true });
