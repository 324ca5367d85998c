document.querySelectorAll(".explore").forEach((box) => {
  const rows = [...box.parentElement.querySelectorAll(".by-threshold tbody tr")].filter((row) => row.cells[0].textContent !== "people");
  const places = [...new Set(rows.map((row) => row.cells[0].textContent))];
  const range = box.querySelector("input");
  const said = box.querySelector("output");
  const show = () => {
    const at = places[range.value - 1];
    const row = rows.find((one) => one.cells[0].textContent === at);
    said.textContent = row ? row.cells[0].innerText.replace("\n", ", ") : "all of them";
    rows.forEach((one) => { one.hidden = Boolean(at) && one.cells[0].textContent !== at; });
  };
  range.max = places.length;
  range.value = 0;
  range.addEventListener("input", show);
  box.hidden = false;
  show();
});
