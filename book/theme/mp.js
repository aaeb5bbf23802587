// What a page gains where JavaScript runs: tabs instead of one listing below
// the other, quizzes that answer, and repairs for the keyboard and for screen
// readers. Without it the page says everything there is to say.
(() => {
    "use strict";

    const CHOICE = "mp-language";

    // A browser may forbid storage, as some do for file://.
    const remembered = () => {
        try {
            return localStorage.getItem(CHOICE);
        } catch {
            return null;
        }
    };
    const remember = (choice) => {
        try {
            localStorage.setItem(CHOICE, choice);
        } catch { /* then it holds for this page only */ }
    };

    const make = (tag, attributes = {}, ...children) => {
        const element = document.createElement(tag);
        for (const [name, value] of Object.entries(attributes)) {
            element.setAttribute(name, value);
        }
        element.append(...children);
        return element;
    };

    // ---- Tabs -----------------------------------------------------------
    // <div class="tabs">, and in it parts that each begin with a paragraph of
    // one bold word, such as **Python**.

    const isLabel = (node) =>
        node.matches("p") && node.children.length === 1 &&
        node.firstElementChild.matches("strong") &&
        node.textContent === node.firstElementChild.textContent;

    const allTabs = [];

    const makeTabs = (box, boxNumber) => {
        const list = make("div", { role: "tablist", "aria-label": "Language" });
        const tabs = [];
        let panel;
        for (const node of [...box.children]) {
            if (isLabel(node)) {
                const id = `tab-${boxNumber}-${tabs.length}`;
                const name = node.textContent;
                const tab = make("button", {
                    role: "tab", type: "button", id, "aria-controls": `${id}-panel`,
                }, name);
                panel = make("div", {
                    role: "tabpanel", id: `${id}-panel`, "aria-labelledby": id,
                });
                node.classList.add("tab-label");
                tabs.push({ name, tab, panel });
                list.append(tab);
                box.append(panel);
            }
            panel?.append(node);
        }
        if (tabs.length < 2) return;
        box.prepend(list);
        box.classList.add("tabbed");
        for (const { name, tab } of tabs) {
            tab.addEventListener("click", () => choose(name));
        }
        list.addEventListener("keydown", (event) => moveInList(event, tabs));
        allTabs.push(tabs);
    };

    const moveInList = (event, tabs) => {
        const here = tabs.findIndex(({ tab }) => tab === document.activeElement);
        const to = {
            ArrowLeft: here - 1, ArrowRight: here + 1,
            Home: 0, End: tabs.length - 1,
        }[event.key];
        if (to === undefined || here < 0) return;
        // The book itself turns pages with the arrows.
        event.preventDefault();
        event.stopPropagation();
        const { name, tab } = tabs[(to + tabs.length) % tabs.length];
        choose(name);
        tab.focus();
    };

    const choose = (choice) => {
        remember(choice);
        showChosen(choice);
    };

    const showChosen = (choice) => {
        for (const tabs of allTabs) {
            const chosen = tabs.find(({ name }) => name === choice) ?? tabs.at(-1);
            for (const { tab, panel } of tabs) {
                const isChosen = tab === chosen.tab;
                tab.setAttribute("aria-selected", String(isChosen));
                tab.tabIndex = isChosen ? 0 : -1;
                panel.hidden = !isChosen;
            }
        }
    };

    // ---- Quizzes --------------------------------------------------------
    // <div class="quiz">: a bold question, a numbered list, and <details>
    // whose text begins with the bold number of what is right.

    const makeQuiz = (box, number) => {
        const question = box.querySelector("p");
        const list = box.querySelector("ol");
        const details = box.querySelector("details");
        const right = parseInt(details?.querySelector("strong")?.textContent, 10);
        if (!question || !list || !(right > 0)) return;
        const status = make("p", { role: "status", class: "quiz-verdict" });
        const choices = make("fieldset", {},
            make("legend", {}, ...question.childNodes));
        [...list.children].forEach((item, index) => {
            const input = make("input", {
                type: "radio", name: `quiz-${number}`, value: String(index + 1),
                // A page that is loaded again begins anew.
                autocomplete: "off",
            });
            // The answer speaks of the choices by their numbers.
            choices.append(make("label", {}, input,
                make("span", {}, `${index + 1}. `, ...item.childNodes)));
        });
        choices.addEventListener("change", (event) => {
            const chosen = Number(event.target.value);
            const isRight = chosen === right;
            // With its number, so that a second wrong one is told as well.
            status.textContent = isRight
                ? "Right. Why it is, and the others are not:"
                : `Not this one (${chosen}). Think again, or unfold the answer.`;
            box.classList.toggle("is-right", isRight);
            box.classList.toggle("is-wrong", !isRight);
            if (isRight) details.open = true;
        });
        // Arrows choose an answer here; they do not turn the page.
        choices.addEventListener("keydown", (event) => event.stopPropagation());
        question.replaceWith(choices);
        list.replaceWith(status);
    };

    // ---- Repairs --------------------------------------------------------

    // Whoever comes with the keyboard can pass over the menu and the chapters.
    const addSkipLink = () => {
        const main = document.querySelector("main");
        if (!main) return;
        main.id ||= "text";
        main.tabIndex = -1;
        document.body.prepend(
            make("a", { class: "skip", href: `#${main.id}` }, "Skip to the text"));
        // The table of contents scrolls to the chapter, and Tab would go on
        // from there.
        if (location.hash || document.activeElement !== document.body) return;
        document.body.tabIndex = -1;
        document.body.focus({ preventScroll: true });
        document.body.removeAttribute("tabindex");
    };

    // Screen readers list the parts of a page; the menu is one of them.
    const repairMenu = () =>
        document.getElementById("mdbook-menu-bar")?.setAttribute("role", "banner");

    // The button for the sidebar is a label, which no key reaches.
    const repairSidebarToggle = () => {
        const label = document.getElementById("mdbook-sidebar-toggle");
        const box = document.getElementById("mdbook-sidebar-toggle-anchor");
        if (!label || !box || label.matches("button")) return;
        const button = make("button", {
            id: label.id, type: "button", class: label.className,
            title: label.title, "aria-label": label.title,
            "aria-controls": "mdbook-sidebar",
        }, ...label.childNodes);
        const tell = () => button.setAttribute("aria-expanded", String(box.checked));
        // The book listens to the label, and unfolds the sidebar then; away
        // from the page it toggles nothing by itself.
        button.addEventListener("click", () => { label.click(); box.click(); });
        box.addEventListener("change", tell);
        tell();
        label.replaceWith(button);
    };

    // A long name in a narrow column may be broken where its parts end.
    const repairLongNames = () => {
        for (const code of document.querySelectorAll("td code")) {
            if (code.childElementCount) continue;
            const parts = code.textContent.split(/(?<=\w(?:\.|_|::))(?=\w)/);
            code.replaceChildren(...parts.flatMap((part, index) =>
                index ? [make("wbr"), part] : [part]));
        }
    };

    // What scrolls sideways must be reachable by the keyboard.
    const repairScrolling = () => {
        for (const block of document.querySelectorAll("pre, .table-wrapper")) {
            const scrolls = [block, ...block.querySelectorAll("code")]
                .find((it) => getComputedStyle(it).overflowX !== "visible" &&
                    it.scrollWidth > it.clientWidth + 1);
            if (scrolls && !scrolls.hasAttribute("tabindex")) {
                scrolls.tabIndex = 0;
                scrolls.setAttribute("role", "group");
                scrolls.setAttribute("aria-label",
                    block.matches("pre") ? "listing, scrolls sideways"
                        : "table, scrolls sideways");
            }
        }
    };

    const start = () => {
        document.querySelectorAll(".tabs").forEach(makeTabs);
        showChosen(remembered() ?? "Rust");
        document.querySelectorAll(".quiz").forEach(makeQuiz);
        addSkipLink();
        repairMenu();
        repairSidebarToggle();
        repairLongNames();
        repairScrolling();
        addEventListener("resize", repairScrolling);
    };

    start();
})();
