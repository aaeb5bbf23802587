// Elements of the page.

/**
 * Makes an element. An attribute may be a function, which then listens to the
 * event of that name; false leaves it out.
 */
export const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
        if (typeof value === "function") {
            element.addEventListener(name, value);
        } else if (value !== false) {
            element.setAttribute(name, value === true ? "" : value);
        }
    }
    element.append(...children);
    return element;
};

/** Words that only a screen reader says. */
export const unseen = (words) => make("span", { class: "live-unseen" }, words);

/** A sign that says nothing to a screen reader. */
export const sign = (sign) => make("span", { "aria-hidden": "true" }, sign);

/** A listing like those of the book, which the keyboard can scroll. */
export const listing = (label, text = "") =>
    make("pre", {}, make("code", {
        class: "hljs", tabindex: "0", role: "group", "aria-label": label,
    }, text));
