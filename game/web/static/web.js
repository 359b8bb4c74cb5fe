// Tells when the server cannot be reached, and takes back what no longer holds.
const trouble = () => document.getElementById("trouble");
const LOST = "The server cannot be reached. What was sent before is kept; this page goes on as soon as it answers.";

document.addEventListener("htmx:sendError", () => { trouble().textContent = LOST; });
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful && trouble().textContent === LOST) trouble().textContent = "";
  if (event.detail.successful && event.detail.requestConfig.verb !== "get") trouble().textContent = "";
});
