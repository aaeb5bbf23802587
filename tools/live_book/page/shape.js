// The shapes of a picture: first they are described, and then drawn.

const SVG = "http://www.w3.org/2000/svg";

/** An empty picture. */
export const paper = () => document.createElementNS(SVG, "svg");

/** Describes an SVG element. */
export const shape = (tag, attributes, ...children) =>
    ({ tag, attributes, children });

/** The attributes that an element was given. */
const given = new WeakMap();

/**
 * Makes `element` what `described` describes. What is there already is kept,
 * and only what differs is touched: while a picture grows, that is little.
 */
export const draw = (element, { attributes, children }) => {
    const before = given.get(element) ?? {};
    given.set(element, attributes);
    for (const [name, value] of Object.entries(attributes)) {
        if (before[name] !== value) element.setAttribute(name, value);
    }
    const old = [...element.childNodes];
    children.forEach((child, number) => {
        const node = drawn(child, old[number]);
        if (!old[number]) {
            element.append(node);
        } else if (node !== old[number]) {
            old[number].replaceWith(node);
        }
    });
    for (const node of old.slice(children.length)) node.remove();
};

/** A node that is what is described: the `old` one, if it can become that. */
const drawn = (described, old) => {
    if (typeof described === "string") {
        const text = old instanceof Text ? old : new Text();
        if (text.data !== described) text.data = described;
        return text;
    }
    const isAlike = old?.localName === described.tag;
    const element =
        isAlike ? old : document.createElementNS(SVG, described.tag);
    draw(element, described);
    return element;
};
