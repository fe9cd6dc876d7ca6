// What the pages do beyond being read: times that stay current, a log that grows, a list that brings itself up to date.
// Everything works without it; nothing that comes from the server is ever made into markup but what the server rendered.
"use strict";

const units = [
  [86400, "d"],
  [3600, "h"],
  [60, "min"],
  [1, "s"],
];
function span(seconds) {
  for (const [size, name] of units) if (seconds >= size) return `${Math.floor(seconds / size)} ${name}`;
  return "0 s";
}
function tick() {
  for (const time of document.querySelectorAll("time[data-as]")) {
    const seconds = Math.max(0, (Date.now() - Date.parse(time.dateTime)) / 1000);
    time.textContent = time.dataset.as === "since" ? span(seconds) : `${span(seconds)} ago`;
  }
}
tick();
setInterval(tick, 1000);

for (const field of document.querySelectorAll("select[data-submit]")) {
  field.addEventListener("change", () => field.form.requestSubmit());
}
for (const form of document.querySelectorAll("form[data-sure]")) {
  form.addEventListener("submit", (event) => {
    if (!confirm(form.dataset.sure)) event.preventDefault();
  });
}

const maxChars = 400_000;
function append(log, stepId, text) {
  const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  let part = log.lastElementChild;
  if (!part || part.dataset.step !== stepId) {
    const title = document.createElement("h3");
    title.textContent = stepId;
    part = document.createElement("pre");
    part.dataset.step = stepId;
    log.append(title, part);
  }
  part.append(text);
  if (part.textContent.length > maxChars) part.textContent = part.textContent.slice(-maxChars / 2);
  if (isAtEnd) log.scrollTop = log.scrollHeight;
}

const live = document.querySelector("[data-live]");
if (live) {
  const log = document.querySelector("[data-log]");
  const sign = document.querySelector(".live");
  // The browser connects again by itself, and says which event it has seen last.
  const source = new EventSource(live.dataset.live);
  const told = (isOn) => {
    sign?.classList.toggle("off", !isOn);
    if (sign) sign.textContent = isOn ? "live" : "connecting";
  };
  source.addEventListener("open", () => told(true));
  source.addEventListener("error", () => told(false));
  source.addEventListener("part", (event) => {
    const { id, html } = JSON.parse(event.data);
    const part = document.getElementById(id);
    // Where somebody is about to press a button, nothing moves.
    if (!part || part.contains(document.activeElement)) return;
    part.innerHTML = html;
    tick();
  });
  source.addEventListener("log", (event) => {
    const { step_id: stepId, text } = JSON.parse(event.data);
    if (log) append(log, stepId, text);
  });
  source.addEventListener("end", () => {
    source.close();
    location.reload();
  });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea"))
    return;
  const place = { n: "/", j: "/jobs", i: "/insight", h: "/health" }[event.key];
  if (event.key === "/") {
    const words = document.querySelector("input[type=search]");
    if (words) words.focus();
    else location.assign("/jobs");
    event.preventDefault();
  } else if (place && document.querySelector(`.top nav a[href="${place}"]`)) location.assign(place);
});
