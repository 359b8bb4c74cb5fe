// Clocks that run between two answers of the server, words that are selected to be cited, the focus, and last words. All else works without this.
const started = new WeakMap();

const words = (seconds) => {
  const whole = Math.max(0, Math.round(seconds));
  const two = (number) => String(number).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60)];
  return hours ? `${hours}:${two(minutes % 60)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
};

setInterval(() => {
  for (const clock of document.querySelectorAll("[data-seconds]")) {
    if (!started.has(clock)) started.set(clock, performance.now());
    const step = Number(clock.dataset.step);
    if (step) clock.textContent = words(Number(clock.dataset.seconds) + (step * (performance.now() - started.get(clock))) / 1000);
  }
}, 500);

// A selection inside one result fills the bar by which it is attached to the report.
const bar = document.getElementById("attach");
const resultOf = (node) => (node instanceof Element ? node : node?.parentElement)?.closest(".result[data-event]");
const close = () => { bar.hidden = true; };
let waiting;

const offer = () => {
  const selection = document.getSelection();
  const result = resultOf(selection.anchorNode);
  const text = selection.toString().trim();
  if (!text || !result || result !== resultOf(selection.focusNode)) return;
  bar.elements.event.value = result.dataset.event;
  bar.elements.quotation.value = text;
  bar.querySelector(".chosen").textContent = text.length > 160 ? `${text.slice(0, 160)}…` : text;
  document.getElementById("attached").textContent = "";
  bar.hidden = false;
};

if (bar) {
  document.addEventListener("selectionchange", () => { clearTimeout(waiting); waiting = setTimeout(offer, 200); });
  bar.elements.close.addEventListener("click", close);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
  bar.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) close(); });
}

// Who chose a tool goes on in its form, and who added a row in that row.
document.addEventListener("htmx:afterSettle", (event) => {
  const row = document.querySelector("[data-focus]");
  row?.removeAttribute("data-focus");
  row?.focus();
  const asked = event.detail.requestConfig;
  if (event.detail.target.id !== "bench" || asked?.verb !== "get") return;
  const first = event.detail.target.querySelector("form :is(input:not([type=hidden]), textarea, select)");
  event.detail.target.scrollIntoView({ block: "nearest" });
  first?.focus();
  for (const link of document.querySelectorAll("#tools a")) link.toggleAttribute("aria-current", link.getAttribute("hx-get") === asked.path);
});

// The report is saved a moment after it is written; who leaves before that takes nothing unsaved along.
const reportOf = (element) => element.closest?.("#report-form");
let unsaved = false;
document.addEventListener("input", (event) => { if (reportOf(event.target)) unsaved = true; });
document.addEventListener("htmx:beforeSend", (event) => { if (reportOf(event.target)) unsaved = false; });
document.addEventListener("htmx:afterRequest", (event) => { if (reportOf(event.target) && !event.detail.successful) unsaved = true; });
addEventListener("pagehide", () => {
  const form = document.getElementById("report-form");
  if (!form || !unsaved) return;
  unsaved = false;
  fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { "HX-Request": "true" }, keepalive: true }).catch(() => {});
});
