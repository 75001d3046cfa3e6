// Forms: the errors on top of a page get the focus; a button that sends says so, and sends once.
document.querySelector("main > #form-errors")?.focus();

document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (event.defaultPrevented || !button?.dataset.busy) return;
  if (button.getAttribute("aria-busy") === "true") {
    event.preventDefault();
    return;
  }
  button.dataset.label = button.textContent;
  button.textContent = button.dataset.busy;
  button.setAttribute("aria-busy", "true");
});

// Coming back with the browser's back button finds the form as it was.
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll('[data-label][aria-busy="true"]')) {
    button.textContent = button.dataset.label;
    button.removeAttribute("aria-busy");
  }
});

// <a href="/posts/5/delete/" data-dialog="delete-5">: the dialog instead of the page.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  const dialog = opener && document.getElementById(opener.dataset.dialog);
  if (!dialog?.showModal) return;
  event.preventDefault();
  dialog.showModal();
});
