// Everything is linked without this script; it adds the search.
(() => {
  "use strict";
  const most = 60;
  const form = document.querySelector(".filter");
  const hits = document.getElementById("hits");
  const said = form.querySelector("output");
  const { pages, releases, changes } = tfdiffSearch;
  const entries = [
    ...pages.map(([words, href]) => ({ words, href })),
    ...changes.map(([release, id, words]) => ({
      words: `${releases[release][0]} ${words}`,
      href: `${releases[release][1]}#${id}`,
    })),
  ];
  for (const entry of entries) entry.text = entry.words.toLowerCase();

  const search = () => {
    const words = form.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = words.length ? entries.filter(({ text }) => words.every((word) => text.includes(word))) : [];
    hits.replaceChildren(...found.slice(0, most).map(({ words: text, href }) => {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = href;
      link.textContent = text;
      item.append(link);
      return item;
    }));
    said.textContent = words.length ? `${Math.min(found.length, most)} of ${found.length} shown` : "";
  };

  form.hidden = false;
  form.addEventListener("input", search);
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.target.closest("input")) {
      event.preventDefault();
      form.text.focus();
    }
  });
  search();
})();
