"use strict";
// The page can be read without this: it sifts and unfolds the timeline, and opens what a link leads to in browsers that do not.
const form = document.querySelector(".sift");
const reveal = () => {
  const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  if (!target) return;
  for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
  const inside = target.querySelector(":scope > .what > details");
  if (inside) inside.open = true;
  // Twice: what comes into view takes its real height only then.
  const show = () => target.scrollIntoView({ block: target.tagName === "H2" ? "start" : "center" });
  show();
  requestAnimationFrame(() => requestAnimationFrame(show));
};
addEventListener("hashchange", reveal);
addEventListener("load", reveal);
if (form) {
  const steps = [...document.querySelectorAll(".step")];
  const sift = () => {
    const kind = form.elements.kind.value;
    const words = form.elements.words.value.trim().toLowerCase();
    let shown = 0;
    for (const step of steps) {
      const fits = (!kind || step.dataset.kind === kind) && (!words || step.textContent.toLowerCase().includes(words));
      step.hidden = !fits;
      shown += fits;
    }
    for (const turn of document.querySelectorAll(".turn")) turn.hidden = !turn.querySelector(".step:not([hidden])");
    form.querySelector("output").textContent = kind || words ? `${shown} of ${steps.length} shown` : "";
  };
  const fold = (open) => {
    for (const step of steps) if (!step.hidden) for (const details of step.querySelectorAll("details")) details.open = open;
  };
  let waiting;
  form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(sift, 120); });
  form.addEventListener("submit", (event) => { event.preventDefault(); sift(); });
  form.elements.open.addEventListener("click", () => fold(true));
  form.elements.close.addEventListener("click", () => fold(false));
  form.hidden = false;
}
