// The key of this tab: typed once, kept in the tab's session storage, sent as a header; it stands in no address.
const KEPT_AS = "cdp-key";
const keyForm = document.getElementById("key-form");
const keyField = document.getElementById("key");

function keyHeaders() {
  const key = sessionStorage.getItem(KEPT_AS);
  return key ? { Authorization: `Bearer ${key}` } : {};
}

keyField.placeholder = sessionStorage.getItem(KEPT_AS) ? "kept for this tab; another one" : "cdp key add ME --role admin";
keyForm.addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem(KEPT_AS, keyField.value.trim());
  window.location.reload();
});
