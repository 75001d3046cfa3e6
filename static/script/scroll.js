// Code and tables that are wider than the page can be scrolled with the keyboard.
const wide = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});

for (const element of document.querySelectorAll(".prose pre, .prose table, .scroll, .code")) {
  wide.observe(element);
}
