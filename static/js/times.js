/* Adds "in 3 days" or "2 hours ago" to every <time datetime>. The exact UTC time stays as it was. */

const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];
const REFRESH_MS = 30_000;
const words = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

export function relative(then, now) {
  const seconds = Math.round((then - now) / 1000);
  for (const [unit, length] of UNITS) {
    if (Math.abs(seconds) >= length) return words.format(Math.round(seconds / length), unit);
  }
  return seconds > 5 ? "in less than a minute" : "just now";
}

export function tellTimes(root) {
  const tell = () => {
    for (const time of root.querySelectorAll("time[datetime]")) tellOne(time);
  };
  tell();
  setInterval(tell, REFRESH_MS);
}

function tellOne(time) {
  const then = Date.parse(time.dateTime);
  if (Number.isNaN(then)) return;
  let span = time.nextElementSibling;
  if (!span?.classList.contains("relative")) {
    span = document.createElement("span");
    span.className = "relative";
    time.after(span);
  }
  time.title = new Date(then).toLocaleString();
  const said = ` (${relative(then, Date.now())})`;
  if (span.textContent !== said) span.textContent = said;
}
