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
