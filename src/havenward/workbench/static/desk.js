// What is saved is no draft any more, also where its form is not on the page that tells so.

const asked = new URLSearchParams(location.search);
const saved = asked.get("saved");
if (saved) {
  try {
    for (const page of [location.pathname, asked.get("from") ?? ""]) localStorage.removeItem(`havenward-draft:${page}:${saved}`);
  } catch {
    // a browser that keeps nothing keeps no drafts
  }
  asked.delete("saved");
  asked.delete("from");
  const rest = asked.toString();
  // the address that is kept and shared is that of the page alone; other scripts have read it by now
  addEventListener("load", () => history.replaceState(null, "", `${location.pathname}${rest ? `?${rest}` : ""}${location.hash}`));
}
