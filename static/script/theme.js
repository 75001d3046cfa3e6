// The theme switch without a page load. Without script the form posts and comes back.
const form = document.querySelector(".theme");

async function choose(event) {
  const chosen = event.submitter;
  const body = new URLSearchParams(new FormData(form, chosen));
  event.preventDefault();
  try {
    const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" });
    if (answer.type !== "opaqueredirect" && !answer.ok) throw new Error(String(answer.status));
  } catch {
    form.removeEventListener("submit", choose);
    form.requestSubmit(chosen); // the browser's own way shows what went wrong
    return;
  }
  show(chosen);
}

function show(chosen) {
  const root = document.documentElement;
  const system = chosen.value === "system";
  const meta = document.querySelector('meta[name="color-scheme"]');
  meta.content = system ? "light dark" : chosen.value;
  if (system) delete root.dataset.theme;
  else root.dataset.theme = chosen.value;
  for (const button of form.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button === chosen));
  }
}

form?.addEventListener("submit", choose);
