/* Puts a copy button beside every [data-copy]. Without script the text is still there to select. */

const SAID_FOR_MS = 2000;

export function addCopyButtons(root) {
  for (const source of root.querySelectorAll("[data-copy]:not([data-copy-ready])")) {
    source.dataset.copyReady = "";
    const frame = document.createElement("div");
    frame.className = "code-frame";
    source.replaceWith(frame);
    frame.append(source, copyButton(source));
  }
}

function copyButton(source) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  button.setAttribute("aria-label", `Copy ${source.dataset.copy || "this text"}`);
  button.addEventListener("click", () => copy(source, button));
  return button;
}

async function copy(source, button) {
  const label = button.getAttribute("aria-label");
  try {
    await navigator.clipboard.writeText(source.textContent.trim());
    say(button, "Copied");
  } catch {
    getSelection().selectAllChildren(source);
    say(button, "Selected");
  }
  setTimeout(() => {
    button.textContent = "Copy";
    button.setAttribute("aria-label", label);
  }, SAID_FOR_MS);
}

function say(button, word) {
  button.textContent = word;
  button.setAttribute("aria-label", word);
  const region = liveRegion();
  region.textContent = "";
  region.textContent = word;
}

function liveRegion() {
  let region = document.getElementById("copy-status");
  if (!region) {
    region = document.createElement("div");
    region.id = "copy-status";
    region.className = "visually-hidden";
    region.setAttribute("role", "status");
    document.body.append(region);
  }
  return region;
}
