// The work queue: the chosen row is marked where a script swaps its detail, and o opens it.
"use strict";
document.addEventListener("htmx:afterSwap", (event) => {
  const asked = event.detail.requestConfig?.elt;
  const row = asked?.closest("[data-rows] tr");
  if (!row) return;
  for (const other of row.parentElement.querySelectorAll("tr.sel")) {
    other.classList.remove("sel");
    other.querySelector("a[aria-current]")?.removeAttribute("aria-current");
  }
  row.classList.add("sel");
  asked.setAttribute("aria-current", "true");
  if (window.matchMedia("(max-width: 1100px)").matches) document.getElementById("detail").focus();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "o" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, dialog[open]")) return;
  document.querySelector("a[data-open]")?.click();
});
