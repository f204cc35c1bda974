/* Keeps the table of sessions as it is on the broker. Without script, or without a line, the page
   still has what it was served with, and a link to reload. */

const BACKOFF_S = [1, 2, 4, 8, 16, 30];
const SILENT_MS = 45_000;
const NEWS_EVERY_MS = 5_000;
const SIGNED_OUT = 4401;
const OVER = new Map([
  [1008, "Live updates ended."],
  [4403, "You are no longer on this mesh."],
  [4404, "You are no longer on this mesh."],
  [4429, "Live updates are off: too many pages of yours are open."],
]);

class LiveView {
  constructor(section) {
    this.section = section;
    this.body = section.querySelector("tbody");
    this.blank = section.querySelector("template").content.querySelector("tr");
    this.failures = 0;
    this.people = null;
    this.open();
  }

  part(name) {
    return this.section.querySelector(`[data-live-${name}]`);
  }

  open() {
    const url = new URL(this.section.dataset.live, location.href);
    url.protocol = url.protocol.replace("http", "ws");
    this.socket = new WebSocket(url);
    this.socket.onmessage = (event) => this.take(JSON.parse(event.data));
    this.socket.onclose = (event) => this.closed(event.code);
    this.heard();
  }

  /* A line that says nothing for long is dead, whatever the browser believes. */
  heard() {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.socket.close(), SILENT_MS);
  }

  take(message) {
    this.heard();
    if (message.type === "presences") {
      this.failures = 0;
      this.say("Live.");
      this.show(message);
    } else if (message.type === "stale") {
      this.say("The broker cannot look just now; this may be old.");
    }
  }

  closed(code) {
    clearTimeout(this.silence);
    if (code === SIGNED_OUT) this.signedOut();
    else if (OVER.has(code)) this.say(OVER.get(code));
    else this.reconnect();
  }

  signedOut() {
    this.say("You are signed out. ");
    const link = document.createElement("a");
    link.href = this.section.dataset.login;
    link.textContent = "Sign in again";
    this.part("state").append(link);
  }

  reconnect() {
    const most_s = BACKOFF_S[Math.min(this.failures, BACKOFF_S.length - 1)];
    this.failures += 1;
    this.say("Reconnecting; this may be old.");
    setTimeout(() => this.open(), 500 + Math.random() * most_s * 1000);
  }

  say(words) {
    const state = this.part("state");
    if (state.textContent !== words) state.textContent = words;
    this.part("reload").hidden = words === "Live.";
  }

  show({ presences, total, people }) {
    const focused = document.activeElement;
    const known = new Map([...this.body.rows].map((row) => [row.dataset.presence, row]));
    const there = new Set(presences.map((presence) => presence.id));
    for (const [id, row] of known) if (!there.has(id)) row.remove();
    let before = null;
    for (const presence of presences) {
      const row = known.get(presence.id) ?? this.blank.cloneNode(true);
      fill(row, presence);
      const place = before ? before.nextSibling : this.body.firstChild;
      if (row !== place) this.body.insertBefore(row, place);
      before = row;
    }
    /* A row that was moved has lost the focus of its buttons. */
    if (focused !== document.activeElement && this.body.contains(focused)) {
      focused.focus({ preventScroll: true });
    }
    this.part("people").textContent = people;
    this.part("total").textContent = `${total} ${total === 1 ? "session" : "sessions"}`;
    this.part("beyond").hidden = total <= presences.length;
    this.part("beyond-count").textContent = total - presences.length;
    this.part("empty").hidden = total > 0;
    this.section.querySelector("table").hidden = total === 0;
    const removal = this.part("removal");
    if (removal) removal.hidden = !presences.some((presence) => presence.removable);
    this.tell(people);
  }

  /* Screen readers hear how many are there when that has changed, and not at every step of it. */
  tell(people) {
    const changed = this.people !== null && this.people !== people;
    this.people = people;
    if (!changed || this.telling) return;
    this.telling = setTimeout(() => {
      this.telling = null;
      this.part("news").textContent =
        `${this.people} ${this.people === 1 ? "member is" : "members are"} connected.`;
    }, NEWS_EVERY_MS);
  }
}

/* Everything goes in as text: what peers say of themselves is never markup. */
function fill(row, presence) {
  const field = (name) => row.querySelector(`[data-field="${name}"]`);
  const write = (name, text) => {
    const node = field(name);
    if (node.textContent !== text) node.textContent = text;
  };
  row.dataset.presence = presence.id;
  write("member", presence.member);
  write("name", presence.name);
  write("role", presence.role);
  write("summary", presence.summary ?? "");
  write("place", presence.place ?? "");
  label(field("doing"), presence.summary || presence.place ? "Doing" : null);
  field("alias").hidden = presence.name === presence.member;
  field("role").hidden = presence.role === "member";
  field("own").hidden = !presence.own;
  field("hidden").hidden = !presence.hidden;
  const state = presence.connected ? presence.status : "away";
  write("state", state);
  field("state").className = `status ${state}`;
  since(field("since"), presence.connectedAt);
  const removable = field("removable");
  if (removable) offer(removable, presence);
}

function since(cell, moment) {
  const exact = `${moment.slice(0, 19)}Z`;
  let time = cell.querySelector("time");
  if (!time) cell.append((time = document.createElement("time")));
  if (time.dateTime === exact) return;
  time.dateTime = exact;
  time.textContent = `${exact.slice(0, 10)} ${exact.slice(11, 19)} UTC`;
}

/* On a narrow screen a cell says what it holds, if it holds anything. */
function label(cell, word) {
  if (word) cell.dataset.label = word;
  else delete cell.dataset.label;
}

function offer(cell, presence) {
  cell.hidden = !presence.removable;
  label(cell.parentElement, presence.removable ? "Remove" : null);
  for (const button of cell.querySelectorAll("button")) {
    button.value = presence.id;
    const verb = button.name === "kick" ? "Kick" : "Disconnect";
    button.setAttribute("aria-label", `${verb} ${presence.name}`);
  }
}

for (const section of document.querySelectorAll("[data-live]")) new LiveView(section);
