// The pages work without this file. It closes menus, keeps filters consistent and says what htmx has changed.
"use strict";

const MENUS = "details.menu[open]";

function closeMenus(except) {
  for (const menu of document.querySelectorAll(MENUS)) if (menu !== except) menu.open = false;
}

document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.activeElement.closest(MENUS);
  closeMenus();
  menu?.querySelector("summary").focus();
});

document.addEventListener("focusin", (event) => closeMenus(event.target.closest("details.menu")));

// Captured, so that the form is consistent before htmx reads it.
document.addEventListener(
  "change",
  ({ target }) => {
    if (target.name === "workspace") separateAllFromSome(target);
    if (target.name === "addon_agreement") resetTo("package", "");
  },
  true,
);

function separateAllFromSome(changed) {
  if (!changed.checked) return;
  for (const box of changed.form.elements.workspace) {
    if ((box.value === "all") !== (changed.value === "all")) box.checked = false;
  }
}

// The packages on offer are those of the agreement before.
function resetTo(name, value) {
  const field = document.querySelector(`select[name="${name}"]`);
  if (field) field.value = value;
}

// What is not chosen need not stand in the address.
document.addEventListener("htmx:configRequest", ({ detail }) => {
  for (const [name, value] of [...detail.formData]) if (value === "") detail.formData.delete(name);
});

document.addEventListener("htmx:afterSettle", ({ target }) => {
  const spoken = target.dataset.spoken ?? target.querySelector("[data-spoken]")?.dataset.spoken;
  if (spoken) document.getElementById("spoken").textContent = spoken;
  if (document.activeElement === document.body) target.querySelector("[data-focus]")?.focus({ preventScroll: true });
});

// A view is saved as one sees it: htmx may have changed the filters since the page was made.
document.addEventListener("submit", ({ target }) => {
  if (target.matches(".view-form")) target.elements.address.value = location.pathname + location.search;
});

// An answer that is no part of this page, such as the sign-in page or an error, is shown as a page of its own.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig, isError } = event.detail;
  const asked = new URL(requestConfig.path, location.href);
  if (!isError && new URL(xhr.responseURL).pathname === asked.pathname) return;
  event.preventDefault();
  location.assign(isError ? event.detail.pathInfo.finalRequestPath : xhr.responseURL);
});

// After a form was refused one starts at the first field that has to change, which may be far down.
const wrong = document.querySelector('main [aria-invalid="true"]');
(wrong?.matches("fieldset") ? wrong.querySelector("input") : wrong)?.focus();
