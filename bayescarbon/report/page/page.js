"use strict";
(() => {
  const steps = document.getElementById("risk-steps");
  if (steps) {
    const choices = JSON.parse(steps.textContent);
    const slider = document.getElementById("risk");
    const show = () => {
      const chosen = choices[Number(slider.value)];
      for (const [name, shown] of Object.entries(chosen)) {
        document.getElementById(`risk-${name}`).textContent = shown;
      }
      slider.setAttribute("aria-valuetext", chosen.risk);
    };
    slider.addEventListener("input", show);
    document.getElementById("risk-control").hidden = false;
    show();
  }
  // A step that is linked to is folded: open it, and whatever it is folded into.
  const open = () => {
    let place = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (; place; place = place.parentElement) {
      if (place.tagName === "DETAILS") place.open = true;
    }
  };
  addEventListener("hashchange", open);
  open();
  // Where a number stands is its title, which only a mouse can read: by key, the arrows go from number to number of one
  // tab stop; by touch, a tap shows it.
  const numbers = [...document.querySelectorAll("data")];
  const line = document.getElementById("whereabouts");
  let stop = numbers[0];
  const say = (number) => {
    line.textContent = number ? number.title : "";
    line.hidden = !number;
    if (!number || number === stop) return;
    stop.removeAttribute("tabindex");
    stop = number;
    stop.tabIndex = 0;
  };
  if (stop) stop.tabIndex = 0;
  const numberAt = (event) => event.target instanceof Element && event.target.closest("data");
  addEventListener("click", (event) => say(numberAt(event)));
  addEventListener("focusin", (event) => say(numberAt(event)));
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") say(null);
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step || document.activeElement !== stop) return;
    // What is folded has no place on the page, and cannot be focused.
    const seen = numbers.filter((number) => number === stop || number.getClientRects().length);
    const next = seen[seen.indexOf(stop) + step];
    if (next) {
      event.preventDefault();
      next.tabIndex = 0;
      next.focus();
    }
  });
  // Without this, each table would be a tab stop; most need no scrolling.
  const fitted = new ResizeObserver((changed) => {
    for (const { target } of changed) {
      const region = target.closest(".scroll");
      if (region.scrollWidth > region.clientWidth) region.tabIndex = 0;
      else region.removeAttribute("tabindex");
    }
  });
  for (const region of document.querySelectorAll(".scroll")) {
    fitted.observe(region);
    fitted.observe(region.querySelector("table"));
  }
  // Paper cannot be unfolded; what is for the screen only, such as the audit trail, is not printed at all.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details:not([open]):not(.step):not(.screen)")];
    for (const one of folded) one.open = true;
  });
  addEventListener("afterprint", () => {
    for (const one of folded) one.open = false;
  });
})();
