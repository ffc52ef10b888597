// Everything on the page is there without this script; it adds search, filters and copying.
(() => {
  "use strict";
  const all = (query, root = document) => [...root.querySelectorAll(query)];
  const form = document.querySelector(".filter");
  const cards = all(".card");
  const sections = all("[data-optimizer]");
  const rows = all(".matrix tbody tr");
  const choices = all(".choose select");
  const words = new Map();
  const textOf = (card) => {
    if (!words.has(card)) words.set(card, card.textContent.toLowerCase());
    return words.get(card);
  };

  const matches = (card, wanted) =>
    (!wanted.effect || card.dataset.effect === wanted.effect) &&
    (!wanted.facet || card.dataset.facet === wanted.facet) &&
    (!wanted.file || card.dataset.files.split("\n").includes(wanted.file)) &&
    wanted.words.every((word) => textOf(card).includes(word));

  const rowFits = (row) =>
    choices.every(({ value, dataset }) =>
      !value || row.querySelector(`[data-part="${dataset.part}"][data-verdict]`).dataset.verdict === value);

  const filter = () => {
    const wanted = {
      effect: form.effect.value,
      facet: form.facet.value,
      file: form.file.value,
      words: form.text.value.toLowerCase().split(/\s+/).filter(Boolean),
    };
    const only = form.optimizer ? form.optimizer.value : "";
    const narrow = Boolean(wanted.effect || wanted.facet || wanted.file || wanted.words.length);
    const fitting = new Set(rows.filter(rowFits).map((row) => row.dataset.for));
    let shown = 0;
    for (const card of cards) card.hidden = narrow && !matches(card, wanted);
    for (const section of sections) {
      const name = section.dataset.optimizer;
      const own = all(".card", section);
      const named = narrow && wanted.words.length && !wanted.effect && !wanted.facet && !wanted.file &&
        wanted.words.every((word) => name.toLowerCase().includes(word));
      const left = own.some((card) => !card.hidden);
      const outside = Boolean(name) && ((only && name !== only) || (rows.length > 0 && !fitting.has(name)));
      section.hidden = outside || (rows.length > 0 && narrow && !left && !named);
      if (!section.hidden) shown += own.filter((card) => !card.hidden).length;
    }
    for (const quiet of all(".quiet")) {
      if (narrow && all(".card", quiet).some((card) => !card.hidden)) quiet.open = true;
    }
    for (const row of rows) row.hidden = !fitting.has(row.dataset.for) || Boolean(only && row.dataset.for !== only);
    const active = narrow || only || choices.some((choice) => choice.value);
    form.querySelector("output").textContent = active ? `${shown} of ${cards.length} changes shown` : "";
  };

  const reveal = () => {
    let name = location.hash.slice(1);
    try { name = decodeURIComponent(name); } catch { return; }
    const target = name && document.getElementById(name);
    if (!target) return;
    if (target.closest("[hidden]")) form.reset();
    for (let node = target; node; node = node.parentElement) {
      if (node.localName === "details") node.open = true;
    }
    target.scrollIntoView();
  };

  const copied = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      return done;
    }
  };

  for (const copy of all(".copy")) {
    copy.hidden = false;
    copy.querySelector("button").addEventListener("click", async () => {
      const done = await copied(copy.parentElement.querySelector("template").content.textContent);
      copy.querySelector("output").textContent = done ? "Copied." : "The browser did not allow it.";
    });
  }

  let folded = [];
  addEventListener("beforeprint", () => {
    folded = all("details:not([open])");
    for (const details of folded) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of folded) details.open = false;
  });

  form.hidden = cards.length < 2 && rows.length < 2;
  for (const row of all(".choose")) row.hidden = false;
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => {
    for (const choice of choices) choice.value = "";
    setTimeout(filter);
  });
  for (const choice of choices) choice.addEventListener("input", filter);
  addEventListener("hashchange", reveal);
  addEventListener("keydown", (event) => {
    if (event.key === "/" && !form.hidden && !event.target.closest("input, select, textarea")) {
      event.preventDefault();
      form.text.focus();
    }
  });
  reveal();
})();
