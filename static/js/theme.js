// Light or dark, as chosen at the foot of the page and kept in this browser; else as the device says.
// Loaded before anything is painted, so that a page does not flash.

(() => {
  const KEY = "wildlife-colours";
  const GROUND = { light: "#f5f3ec", dark: "#121713" };

  function kept() {
    try {
      return localStorage.getItem(KEY) ?? "";
    } catch {
      return "";
    }
  }

  function keep(choice) {
    try {
      if (choice) localStorage.setItem(KEY, choice);
      else localStorage.removeItem(KEY);
    } catch {
      // A browser that keeps nothing follows the choice until the page is left.
    }
  }

  function paint(choice) {
    if (choice) document.documentElement.dataset.theme = choice;
    else delete document.documentElement.dataset.theme;
    for (const meta of document.querySelectorAll("meta[name=theme-color]")) {
      meta.content = GROUND[choice] ?? GROUND[meta.media.includes("dark") ? "dark" : "light"];
    }
  }

  paint(kept());
  document.addEventListener("DOMContentLoaded", () => {
    for (const select of document.querySelectorAll("[data-theme-choice]")) select.value = kept();
  });
  document.addEventListener("change", ({ target }) => {
    if (!target.matches("[data-theme-choice]")) return;
    keep(target.value);
    paint(target.value);
  });
  // Another tab of the same browser follows.
  addEventListener("storage", ({ key }) => key === KEY && paint(kept()));
})();
