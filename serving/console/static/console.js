// Keys for lists and search, the sheet that lists them, and the numbers of sliders. Every page works without this file.
"use strict";
(() => {
  const keys = document.getElementById("keys");
  const rows = () => [...document.querySelectorAll("[data-rows] th a[href]")];
  const writing = (at) => at.closest("input, textarea, select, [contenteditable]") !== null;

  const step = (by) => {
    const links = rows();
    if (links.length === 0) {
      document.querySelector(by > 0 ? "a[data-next]" : "a[data-previous]")?.click();
      return;
    }
    const at = links.indexOf(document.activeElement);
    const to = at < 0 ? (by > 0 ? 0 : links.length - 1) : at + by;
    links[Math.max(0, Math.min(to, links.length - 1))].focus();
  };

  const search = () => {
    const field = document.querySelector("input[type=search]");
    if (field) field.focus();
    else window.location.assign("/accounts#search");
  };

  const acts = { j: () => step(1), k: () => step(-1), "/": search, "?": () => keys.showModal() };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || keys.open) return;
    if (writing(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const act = acts[event.key];
    if (act) {
      event.preventDefault();
      act();
    }
  });

  document.addEventListener("input", (event) => {
    const shown = event.target.matches("input[type=range]")
      ? event.target.parentElement.querySelector("[data-value]") : null;
    if (shown) shown.textContent = Number(event.target.value).toLocaleString("en", { maximumFractionDigits: 2 });
  });

  if (window.location.hash === "#search") search();
  for (const opener of document.querySelectorAll("[data-keys]")) {
    opener.hidden = false;
    opener.addEventListener("click", () => keys.showModal());
  }
})();
