// Elements of the page, and shapes of a picture.

/**
 * Makes an element. An attribute may be a function, which then listens to the
 * event of that name; null and false leave it out.
 */
export const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
        if (typeof value === "function") {
            element.addEventListener(name, value);
        } else if (value !== null && value !== false) {
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

/** Describes an SVG element: a picture is first described, and then drawn. */
export const shape = (tag, attributes, ...children) =>
    ({ tag, attributes, children });

const drawn = new WeakMap();

/**
 * Gives `place` the element that `described` describes, where `old` was. What
 * stands there already is kept, and only what differs is touched: while a
 * picture grows, that is little.
 */
const put = (place, old, described) => {
    if (typeof described === "string") {
        if (old?.nodeType === Node.TEXT_NODE) {
            if (old.data !== described) old.data = described;
        } else {
            place.insertBefore(document.createTextNode(described), old ?? null);
            old?.remove();
        }
        return;
    }
    let element = old;
    if (element?.localName !== described.tag) {
        element = document.createElementNS("http://www.w3.org/2000/svg", described.tag);
        place.insertBefore(element, old ?? null);
        old?.remove();
    }
    draw(element, described);
};

/** Makes `element` what `described` describes. */
export const draw = (element, described) => {
    const before = drawn.get(element) ?? {};
    const { attributes, children } = described;
    drawn.set(element, attributes);
    for (const [name, value] of Object.entries(attributes)) {
        if (before[name] !== value) element.setAttribute(name, value);
    }
    for (const name of Object.keys(before)) {
        if (!(name in attributes)) element.removeAttribute(name);
    }
    let next = element.firstChild;
    for (const child of children) {
        const old = next;
        next = next?.nextSibling;
        put(element, old, child);
    }
    while (next) {
        const old = next;
        next = next.nextSibling;
        old.remove();
    }
};
