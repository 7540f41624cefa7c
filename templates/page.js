"use strict";
(() => {
  document.documentElement.classList.replace("no-script", "script");
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  // Tables whose heads sort them: by the cells' data-sort where they have one, else by the number that their text begins with.
  const language = document.documentElement.lang, decimal = (1.5).toLocaleString(language)[1];
  const value = (row, column) => {
    const cell = row.cells[column], text = cell.dataset.sort ?? cell.textContent.trim();
    const found = text.replace("−", "-").match(/^[<>±]?\s*([-+]?\d[\d.,]*(?:e[-+]?\d+)?)/i);
    if (cell.dataset.sort !== undefined || !found) return text === "" || Number.isNaN(Number(text)) ? text : Number(text);
    return Number(found[1].replaceAll(decimal === "." ? "," : ".", "").replace(decimal, ".")) || 0;
  };
  const order = (a, b) => (typeof a === "number") - (typeof b === "number") && typeof a !== typeof b
    ? (typeof a === "number" ? -1 : 1)
    : typeof a === "number" ? a - b : a.localeCompare(b, language, { numeric: true });
  for (const table of all("table.sortable")) {
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
        const rows = [...table.tBodies[0].rows].sort((a, b) => {
          const x = value(a, column), y = value(b, column);
          return typeof x === typeof y ? (down ? -1 : 1) * order(x, y) : order(x, y);  // what has no number stays last
        });
        table.tBodies[0].append(...rows);
      });
    });
  }

  // The table of contents marks the section that is being read; on a phone it is folded, for the verdict comes first.
  if (matchMedia("(max-width: 40rem)").matches) one("#contents details")?.removeAttribute("open");
  const links = all("#contents a");
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

  // Questions are answered when the reader has chosen.
  for (const button of all(".question .check")) {
    const question = button.closest(".question");
    const told = one(".told", question);
    button.addEventListener("click", () => {
      const chosen = one("input:checked", question);
      const right = chosen !== null && "right" in chosen.dataset;
      const sign = document.createElement("b");
      sign.textContent = chosen === null ? button.dataset.choose : right ? button.dataset.right : button.dataset.wrong;
      told.replaceChildren(sign, ...(chosen === null ? [] : [` ${chosen.dataset.told}`]));
      told.classList.toggle("right", right);
      if (chosen !== null) one(".explained", question).open = true;
    });
  }

  // All below reads the result that the page carries.
  const tools = one("#tools");
  const carried = one("#fitscope-result");
  if (!tools || !carried) return;
  const texts = JSON.parse(tools.dataset.texts);
  const { history, diagnosis } = JSON.parse(carried.textContent);
  const epochs = history.epoch;
  const losses = history.val_loss ?? [];
  const known = (number) => typeof number === "number";
  const filled = (text, given) => text.replace(/\{(\w+)\}/g, (whole, name) => given[name] ?? whole);

  // Numbers as the rest of the page writes them: digits by size, three that count where it is small.
  const written = (number, digits) => new Intl.NumberFormat(document.documentElement.lang, {
    minimumFractionDigits: digits, maximumFractionDigits: digits, roundingMode: "halfEven", signDisplay: "negative",
  }).format(number);
  const number = (given, digits) => {
    if (!known(given)) return texts.unknown;
    const size = Math.abs(given);
    if (size >= 1e12 || (size > 0 && size < 1e-4 && digits === undefined)) {
      return given.toExponential(2).replace(/e([+-])(\d)$/, "e$10$2");
    }
    const small = size === 0 ? 3 : 2 - Math.floor(Math.log10(size));
    return written(given, digits ?? (size >= 1e5 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : size >= 0.1 ? 3 : small));
  };
  const percent = (said) => texts.percent.replace("{number}", said);
  const share = (given) => {
    if (!known(given)) return texts.unknown;
    if (given === 0 || given === 1) return percent(written(100 * given, 0));
    if (given > 0.9995) return `> ${percent(written(99.9, 1))}`;
    return given < 0.0005 ? `< ${percent(written(0.1, 1))}` : percent(written(100 * given, 1));
  };
  const whole = (given) => written(given, 0);

  const best = losses.reduce((low, loss, i) => (known(loss) && (low < 0 || loss < losses[low]) ? i : low), -1);
  const regionOf = (epoch) => {
    const label = diagnosis.regions.find(({ first, last }) => first <= epoch && epoch <= last)?.label;
    const open = ["inconclusive", "underfitting"].includes(diagnosis.verdict) && epoch > diagnosis.plateau?.[1];
    return open && label === "good_fit" ? "undecided" : label;
  };
  const numbers = (i, plain) => {
    const rows = texts.curves.map(([name, label, kind]) => [label, (kind === "share" ? share : number)(history[name][i])]);
    const [training, validation] = [history.loss?.[i], losses[i]];
    if (known(training) && known(validation)) rows.push([texts.gap, number(validation - training)]);
    const chance = diagnosis.uncertainty?.chance?.[i];
    if (known(chance) && !plain) rows.push([texts.chance, share(chance)]);
    const region = regionOf(epochs[i]);
    if (region && !plain) rows.push([texts.region, texts.regions[region] ?? region]);
    return rows;
  };

  // Every chart over epochs: where its plot lies, and what the script draws into it.
  const drawn = (name, attributes, into) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, given] of Object.entries(attributes)) element.setAttribute(key, given);
    into.append(element);
    return element;
  };
  const charts = all(".chart svg[data-plot]").map((svg) => {
    const [x0, y0, x1, y1, first, last] = svg.dataset.plot.split(" ").map(Number);
    const figure = svg.closest(".chart");
    const beyond = drawn("g", { class: "beyond", visibility: "hidden" }, svg);
    const shade = drawn("rect", { y: y0, height: y1 - y0 }, beyond);
    const edge = drawn("line", { y1: y0, y2: y1 }, beyond);
    const cursor = drawn("line", { class: "cursor", y1: y0, y2: y1, visibility: "hidden" }, svg);
    const plain = svg.closest("#questions, #blind") !== null;
    const at = (epoch) => x0 + ((epoch - first) / (last - first)) * (x1 - x0);
    return { svg, figure, x0, x1, y0, y1, first, last, beyond, shade, edge, cursor, plain, at };
  });

  // Reading an epoch: an upright line in all charts, its numbers in the one that is read.
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.setAttribute("aria-hidden", "true");
  const nearest = (epoch) => {
    let [low, high] = [0, epochs.length - 1];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (epochs[middle] <= epoch) low = middle; else high = middle;
    }
    return epoch - epochs[low] <= epochs[high] - epoch ? low : high;
  };
  const row = ([label, said]) => {
    const [term, text] = ["dt", "dd"].map((name) => document.createElement(name));
    term.textContent = label;
    text.textContent = said;
    return [term, text];
  };
  const hide = () => {
    tip.remove();
    for (const { cursor } of charts) cursor.setAttribute("visibility", "hidden");
  };
  const read = (i, chart) => {
    const epoch = epochs[i];
    for (const { cursor, at, first, last } of charts) {
      cursor.setAttribute("x1", at(epoch));
      cursor.setAttribute("x2", at(epoch));
      cursor.setAttribute("visibility", first <= epoch && epoch <= last ? "visible" : "hidden");
    }
    const head = document.createElement("b");
    const list = document.createElement("dl");
    head.textContent = filled(texts.epoch, { epoch: whole(epoch) });
    list.append(...numbers(i, chart.plain).flatMap(row));
    tip.replaceChildren(head, list);
    chart.figure.append(tip);
    const [frame, box] = [chart.figure.getBoundingClientRect(), chart.svg.getBoundingClientRect()];
    const scale = box.width / chart.svg.viewBox.baseVal.width;
    const x = box.left - frame.left + chart.at(epoch) * scale;
    const below = frame.width < 480;  // on a phone beside the line there is no room
    const left = x + 12 + tip.offsetWidth <= frame.width ? x + 12 : Math.max(0, x - 12 - tip.offsetWidth);
    tip.style.left = below ? "0" : `${left}px`;
    tip.style.top = `${(below ? box.bottom + 8 : box.top + chart.y0 * scale + 4) - frame.top}px`;
  };
  const pointed = (event, chart) => {
    const box = chart.svg.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * chart.svg.viewBox.baseVal.width;
    if (x < chart.x0 - 6 || x > chart.x1 + 6) return;
    read(nearest(chart.first + ((x - chart.x0) / (chart.x1 - chart.x0)) * (chart.last - chart.first)), chart);
  };
  for (const chart of charts) {
    const { svg, figure } = chart;
    svg.addEventListener("pointerdown", (event) => pointed(event, chart));
    svg.addEventListener("pointermove", (event) => pointed(event, chart));
    svg.addEventListener("pointerleave", (event) => { if (event.pointerType !== "touch") hide(); });
    const scrub = document.createElement("input");
    Object.assign(scrub, { type: "range", className: "scrub", min: 0, max: epochs.length - 1, value: chart.plain ? 0 : Math.max(0, best) });
    scrub.setAttribute("aria-label", filled(texts.read, { chart: svg.getAttribute("aria-label").split(". ")[0] }));
    const place = () => {
      const [frame, box] = [figure.getBoundingClientRect(), svg.getBoundingClientRect()];
      const scale = box.width / svg.viewBox.baseVal.width;
      scrub.style.left = `${box.left - frame.left + chart.x0 * scale}px`;
      scrub.style.width = `${(chart.x1 - chart.x0) * scale}px`;
      scrub.style.top = `${box.top - frame.top + chart.y1 * scale - 12}px`;
    };
    const told = () => {
      const i = Number(scrub.value);
      const said = numbers(i, chart.plain).map((pair) => pair.join(" "));
      scrub.setAttribute("aria-valuetext", [filled(texts.epoch, { epoch: whole(epochs[i]) }), ...said].join(", "));
    };
    const turned = () => { place(); told(); read(Number(scrub.value), chart); };
    scrub.addEventListener("focus", turned);
    scrub.addEventListener("input", turned);
    scrub.addEventListener("blur", hide);
    told();
    svg.after(scrub);
  }
  addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
  addEventListener("pointerdown", (event) => { if (!event.target.closest(".chart svg")) hide(); });

  // The loss curves on the other scale.
  const scale = one("#scale");
  const scales = all("#answer .scale, #loss .scale");
  scale.hidden = scales.length === 0;
  scale.addEventListener("click", () => {
    const log = scale.getAttribute("aria-pressed") !== "true";
    scale.setAttribute("aria-pressed", String(log));
    hide();
    for (const shown of scales) shown.hidden = shown.classList.contains("log") !== log;
  });

  // Stopping earlier: what it would have cost on validation data.
  const stop = one("#stop");
  const above = (loss) => {
    const lowest = losses[best];
    if (lowest <= 0) return number(loss - lowest);
    const more = 100 * (loss / lowest - 1);
    return percent(number(more, more < 10 ? 1 : 0));
  };
  const stopped = (last) => {
    const loss = losses[last];
    const kept = losses.slice(0, last + 1).reduce((low, next, i) => (known(next) && (low < 0 || next < losses[low]) ? i : low), -1);
    const given = { epoch: whole(epochs[last]), best: whole(epochs[best]), loss: number(loss), kept: whole(epochs[kept] ?? 0),
      saved: whole(epochs.length - 1 - last), epochs: whole(epochs.length) };
    const first = !known(loss) ? texts.unmeasured : loss === losses[best] ? texts.lowest : texts.above;
    const second = kept < 0 ? texts.none_so_far : kept === best ? texts.nothing_lost : texts.best_so_far;
    return [filled(first, { ...given, cost: known(loss) ? above(loss) : "" }),
      filled(second, { ...given, cost: kept < 0 ? "" : above(losses[kept]) }), filled(texts.saved, given)].join(" ");
  };
  const shaded = (last) => {
    const cut = last + 1 < epochs.length ? (epochs[last] + epochs[last + 1]) / 2 : Infinity;
    for (const { beyond, shade, edge, x0, x1, at, first, last: end, plain } of charts) {
      beyond.setAttribute("visibility", cut < end && !plain ? "visible" : "hidden");
      const x = Math.min(x1, Math.max(x0, at(Math.max(first, Math.min(cut, end)))));
      shade.setAttribute("x", x);
      shade.setAttribute("width", x1 - x);
      edge.setAttribute("x1", x);
      edge.setAttribute("x2", x);
    }
  };
  if (stop) {
    let resting = 0;
    const turned = () => {
      const last = Number(stop.value);
      const told = stopped(last);
      one("#stop-told").textContent = told;
      stop.setAttribute("aria-valuetext", filled(texts.epoch, { epoch: whole(epochs[last]) }));
      shaded(last);
      clearTimeout(resting);  // read out when the slider rests, not at every step
      resting = setTimeout(() => { one("#stop-said").textContent = told; }, 600);
    };
    stop.addEventListener("input", turned);
    turned();
  }

  // Downloads, made here from what the page carries.
  const save = (name, type, text) => {
    const link = document.createElement("a");
    link.download = name;
    link.href = URL.createObjectURL(new Blob([text], { type }));
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };
  const float = (given) => {  // as Python writes it, so that the file equals history.csv
    if (!known(given)) return "nan";
    const [digits, power] = given.toExponential().split("e");
    if (given !== 0 && (power < -4 || power >= 16)) return `${digits}e${power[0]}${power.slice(1).padStart(2, "0")}`;
    return Number.isInteger(given) ? `${Object.is(given, -0) ? "-0" : given}.0` : String(given);
  };
  const field = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  one("#csv").addEventListener("click", () => {
    const names = Object.keys(history).filter((name) => name !== "epoch").sort();
    const rows = epochs.map((epoch, i) => [epoch - 1, ...names.map((name) => float(history[name][i]))]);
    save("history.csv", "text/csv", [["epoch", ...names.map(field)], ...rows].map((cells) => `${cells.join(",")}\r\n`).join(""));
  });
  one("#json").addEventListener("click", () => save("result.json", "application/json", carried.textContent));
})();
