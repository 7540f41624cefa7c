"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const texts = JSON.parse($("texts").textContent), before = JSON.parse($("overrides").textContent);
  const table = $("class"), body = table.tBodies[0];
  const rows = [...body.rows].map((row, place) => ({ row, place, article: $(row.cells[0].querySelector("a").hash.slice(1)) }));
  const byArticle = new Map(rows.map((entry) => [entry.article.id, entry]));
  const filled = (text, values) => text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
  const make = (tag, given = {}, ...inside) => { const made = Object.assign(document.createElement(tag), given); made.append(...inside); return made; };
  document.documentElement.className = "script";

  // Opening: a student's article moves below the row.
  const open = (entry, wanted = !entry.more) => {
    if (wanted === Boolean(entry.more)) return;
    if (wanted) {
      dress(entry);
      const cell = make("td", { colSpan: table.tHead.rows[0].cells.length }, entry.article);
      entry.more = make("tr", { className: "more" }, cell);
      entry.row.after(entry.more);
    } else {
      $("each").append(entry.article);
      entry.more.remove();
      entry.more = null;
    }
    entry.row.cells[0].querySelector("a").setAttribute("aria-expanded", String(wanted));
  };
  const go = (entry, focus = true) => {
    for (const other of rows) other.row.classList.toggle("here", other === entry);
    const link = entry.row.cells[0].querySelector("a");
    if (focus) { link.focus({ preventScroll: true }); entry.row.scrollIntoView({ block: "nearest" }); }
  };
  const here = () => rows.find((entry) => entry.row.classList.contains("here"));
  for (const entry of rows) {
    const link = entry.row.cells[0].querySelector("a");
    link.setAttribute("aria-expanded", "false");
    link.setAttribute("aria-controls", entry.article.id);
    link.addEventListener("click", (event) => { event.preventDefault(); open(entry); go(entry); });
    link.addEventListener("focus", () => go(entry, false));
    entry.row.addEventListener("click", (event) => { if (!event.target.closest("a, input, button") && getSelection().isCollapsed) { open(entry); go(entry, false); } });
  }
  const around = (target) => byArticle.get(target.closest?.("tr.more article")?.id);
  document.addEventListener("focusin", ({ target }) => { if (around(target)) go(around(target), false); });
  document.addEventListener("click", (event) => {
    if (around(event.target)) go(around(event.target), false);
    const link = event.target.closest('a[href^="#s"]');
    const entry = link && !body.contains(link.closest("th")) ? byArticle.get(link.hash.slice(1)) : null;
    if (!entry) return;
    event.preventDefault();
    entry.row.hidden = false;
    tally();
    open(entry, true);
    go(entry);
  });

  // Filtering.
  const haystack = new Map();
  const words = (entry) => {
    if (!haystack.has(entry)) haystack.set(entry, `${entry.row.textContent} ${entry.article.textContent}`.replaceAll("\u00a0", " ").toLowerCase());
    return haystack.get(entry);
  };
  const tally = () => { $("count").textContent = filled(texts.shown, { shown: rows.filter((entry) => !entry.row.hidden).length, all: rows.length }); };
  const filter = () => {
    const wanted = $("find").value.trim().toLowerCase(), state = $("state").value;
    for (const entry of rows) {
      const fits = (!state || entry.row.dataset.s.split(" ").includes(state)) && (!wanted || words(entry).includes(wanted));
      entry.row.hidden = !fits;
      if (!fits) open(entry, false);
    }
    tally();
  };
  $("find").addEventListener("input", filter);
  $("state").addEventListener("change", filter);
  filter();

  // Sorting: what is unknown comes last, whichever way.
  const value = (entry, column) => { const cell = entry.row.cells[column]; return cell.dataset.v ?? cell.textContent.trim(); };
  const { compare: told } = new Intl.Collator(document.documentElement.lang);  // made once: a locale's order is dear to look up
  const compare = (one, other) => (isNaN(one) || isNaN(other) ? told(one, other) : one - other);
  const sort = (head, column) => {
    const down = head.ariaSort ? head.ariaSort === "ascending" : head.hasAttribute("data-down");
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const known = (text) => text !== "" && text !== "–";
    const keyed = rows.map((entry) => [value(entry, column), entry]);
    keyed.sort(([one, first], [other, second]) =>
      known(other) - known(one) || (known(one) ? compare(one, other) * (down ? -1 : 1) : 0) || first.place - second.place);
    body.append(...keyed.flatMap(([, entry]) => (entry.more ? [entry.row, entry.more] : [entry.row])));
  };
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    if (head.hasAttribute("data-plain")) return;
    const button = make("button", { type: "button" }, ...head.childNodes);
    button.addEventListener("click", () => sort(head, column));
    head.append(button);
  });

  // Deciding: points by hand and what becomes of flags, kept here until they are saved.
  const decided = new Map();
  const note = (key, entry, said) => {
    if (said) decided.set(key, { entry, said }); else decided.delete(key);
    entry.row.classList.toggle("typed", [...decided.values()].some((one) => one.entry === entry));
    $("save").hidden = decided.size === 0;
    $("unsaved").textContent = filled(texts.unsaved, { count: decided.size });
  };
  const dress = (entry) => {
    if (entry.dressed) return;
    entry.dressed = true;
    words(entry);  // before the fields' own words are among them
    for (const row of entry.article.querySelectorAll("table.why tbody tr")) points(entry, row);
    for (const item of entry.article.querySelectorAll("ul.flags > li")) decision(entry, item);
  };
  const points = (entry, row) => {
    const title = row.cells[0].textContent, most = Number(row.dataset.m);
    const label = filled(texts.points, { title, possible: row.dataset.m });
    const given = make("input", { type: "number", min: 0, max: most, step: "any", value: row.dataset.p });
    const why = make("input", { maxLength: 500, placeholder: texts.why });
    given.setAttribute("aria-label", label);
    why.setAttribute("aria-label", `${texts.why}: ${title}`);
    const warning = make("span", { className: "soft" });
    const changed = () => {
      const number = given.value === "" ? NaN : Number(given.value), fine = number >= 0 && number <= most;
      const same = given.value === row.dataset.p && !why.value;
      given.classList.toggle("bad-value", !fine && !same);
      warning.textContent = fine || same ? "" : filled(texts.beyond, { possible: row.dataset.m });
      note(`${entry.article.id} c ${title}`, entry, fine && !same ? { criterion: title, points: number, why: why.value.trim() || "read" } : null);
    };
    given.addEventListener("input", changed);
    why.addEventListener("input", changed);
    const fields = make("span", { className: "give decide" }, given, why, warning);
    if ("h" in row.dataset) { row.cells[2].append(fields); return; }
    const change = make("button", { type: "button", className: "change" }, texts.change);
    change.setAttribute("aria-label", `${texts.change}: ${title}`);
    change.addEventListener("click", () => { change.replaceWith(fields); given.focus(); });
    row.cells[2].append(" ", change);
  };
  const decision = (entry, item) => {
    const code = item.dataset.code, name = item.querySelector("b").textContent;
    const choice = make("select");
    for (const [given, text] of [["", texts.undecided], ["dismissed", texts.dismissed], ["confirmed", texts.confirmed]]) choice.append(new Option(text, given));
    const show = make("input", { type: "checkbox" }), why = make("input", { maxLength: 500, placeholder: texts.because });
    choice.setAttribute("aria-label", filled(texts.flag, { name }));
    why.setAttribute("aria-label", `${texts.because}: ${name}`);
    const changed = () => {
      choice.classList.toggle("bad-value", !choice.value && (show.checked || why.value !== ""));  // else it would be lost silently
      note(`${entry.article.id} f ${code}`, entry, choice.value ? { flag: code, decision: choice.value, show: show.checked, why: why.value.trim() || choice.value } : null);
    };
    for (const field of [choice, show, why]) field.addEventListener("input", changed);
    item.append(make("span", { className: "decide" }, choice, make("label", {}, show, ` ${texts.show}`), why));
  };

  // Saving: TOML as fitscope.grading.overrides writes it.
  const toml = (given) => (typeof given === "string" ? JSON.stringify(given.replace(/[\ud800-\udfff]/gu, "\ufffd")).replace(/\u007f/g, "\\u007f") : String(given));
  const written = (entry, said, who, when) => {
    const given = { ...JSON.parse(entry.article.dataset.key), ...said, who, when };
    return `[[override]]\n${Object.entries(given).map(([key, one]) => `${key} = ${toml(one)}`).join("\n")}`;
  };
  const saved = new Set();
  $("save").addEventListener("submit", (event) => {
    event.preventDefault();
    const who = $("who").value.trim(), when = new Date().toISOString().slice(0, 19) + "Z";
    if (!who) { $("unsaved").textContent = texts.nobody; $("who").focus(); return; }
    const parts = [...decided.values()].map(({ entry, said }) => written(entry, said, who, when));
    const text = [before.trimEnd(), ...parts].filter(Boolean).join("\n\n") + "\n";
    const link = make("a", { href: URL.createObjectURL(new Blob([text], { type: "application/toml" })), download: "overrides.toml" });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    saved.clear();
    for (const key of decided.keys()) saved.add(`${key} ${JSON.stringify(decided.get(key).said)}`);
    $("unsaved").textContent = texts.saved;
  });
  addEventListener("beforeunload", (event) => {
    if ([...decided].some(([key, one]) => !saved.has(`${key} ${JSON.stringify(one.said)}`))) { event.preventDefault(); event.returnValue = true; }
  });

  // The keyboard.
  const keys = $("keys");
  $("help").addEventListener("click", () => keys.showModal());
  const step = (by) => {
    const order = [...body.rows].filter((row) => !row.hidden && !row.classList.contains("more"));
    const place = order.indexOf(here()?.row);
    const next = order[Math.min(order.length - 1, Math.max(0, place < 0 ? 0 : place + by))];
    if (next) go(rows.find((entry) => entry.row === next));
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || keys.open) return;
    const field = event.target.closest("input, select, textarea");
    const entry = here();
    if (event.key === "Escape" && event.target.closest("tr.more, #find, #state")) {  // the search would be emptied by it
      event.preventDefault();
      event.target.blur();
      if (entry && !entry.row.hidden) go(entry); else step(0);
      return;
    }
    if (field) return;
    const single = $("single").checked, inTable = body.contains(event.target) || event.target === $("frame") || (entry && event.target === document.body);
    const does = (act) => { event.preventDefault(); act(); };
    if (single && event.key === "j" || inTable && event.key === "ArrowDown") does(() => step(1));
    else if (single && event.key === "k" || inTable && event.key === "ArrowUp") does(() => step(-1));
    else if (single && event.key === "/") does(() => $("find").focus());
    else if (single && event.key === "?") does(() => keys.showModal());
    else if (single && entry && /^[0-9]$/.test(event.key)) {
      open(entry, true);
      const waits = [...entry.article.querySelectorAll("tr[data-h] input[type=number]")];
      const field = waits.find((one) => !one.value) ?? waits[0];
      if (field) does(() => { field.value = event.key; field.dispatchEvent(new Event("input")); field.focus(); });
    }
  });
  if (byArticle.has(location.hash.slice(1))) { const entry = byArticle.get(location.hash.slice(1)); open(entry, true); go(entry); }
})();
