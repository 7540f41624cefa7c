"use strict";
(() => {
  document.documentElement.classList.replace("no-script", "script");

  // Tables whose heads sort them: by the cells' data-sort where they have one, else by their text.
  const value = (row, column) => {
    const cell = row.cells[column];
    const text = cell.dataset.sort ?? cell.textContent.trim();
    const number = Number(text);
    return text === "" || Number.isNaN(number) ? text : number;
  };
  const order = (a, b) => (typeof a === "number") - (typeof b === "number") && typeof a !== typeof b
    ? (typeof a === "number" ? -1 : 1)
    : typeof a === "number" ? a - b : a.localeCompare(b);
  for (const table of document.querySelectorAll("table.sortable")) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const rows = [...table.tBodies[0].rows].sort((a, b) => (down ? -1 : 1) * order(value(a, column), value(b, column)));
        table.tBodies[0].append(...rows);
      });
    });
  }

  // The table of contents marks the section that is being read.
  const links = [...document.querySelectorAll("#contents a")];
  const sections = links.map((link) => document.getElementById(link.hash.slice(1)));
  const follow = () => {
    let here = -1;
    sections.forEach((section, i) => { if (section && section.getBoundingClientRect().top < innerHeight / 3) here = i; });
    if (innerHeight + scrollY >= document.documentElement.scrollHeight - 2) here = links.length - 1;
    links.forEach((link, i) => (i === here ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current")));
  };
  if (links.length) {
    addEventListener("scroll", follow, { passive: true });
    addEventListener("resize", follow);
    follow();
  }
})();
