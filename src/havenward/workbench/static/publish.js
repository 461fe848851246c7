// What is withheld changes with the audience at once; without scripts a button asks for it.

const form = document.getElementById("audiences");
if (form) {
  form.querySelector("[data-go]").hidden = true;
  for (const choice of form.querySelectorAll("input")) choice.addEventListener("change", () => form.submit());
}
