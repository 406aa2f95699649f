const dark = window.matchMedia("(prefers-color-scheme: dark)");
function draw() {
  const style = getComputedStyle(document.documentElement);
  const ink = style.getPropertyValue("--quiet").trim(), line = style.getPropertyValue("--line").trim();
  const colours = dark.matches
    ? ["#86a8ff", "#f0a35e", "#6fdba6", "#d59bf6", "#ff9b9b"]
    : ["#2f5fd0", "#d9730d", "#13784a", "#8b3fc7", "#b42525"];
  const text = { labelColor: ink, titleColor: ink, labelFontSize: 12, titleFontSize: 12, titleFontWeight: 500 };
  const config = {
    background: "transparent", font: "system-ui, sans-serif", view: { stroke: null },
    axis: { ...text, gridColor: line, domainColor: line, tickColor: line },
    title: { color: ink }, header: { labelColor: ink }, text: { fill: ink },
    legend: { ...text, orient: "top" }, range: { category: colours }, bar: { fill: colours[0] },
  };
  for (const place of document.querySelectorAll("[data-chart]")) {
    const narrow = place.clientWidth < 480;
    const spec = structuredClone(CHARTS[place.dataset.chart]);
    // A legend in one row would be cut off where many versions stand in it.
    const columns = Math.max(2, Math.floor(place.clientWidth / 110));
    const fitted = { ...config, legend: { ...config.legend, columns } };
    if (spec.vconcat || spec.facet) fit(spec, place.clientWidth);
    if (narrow && spec.usermeta?.parts) stack(spec);
    vegaEmbed(place, spec, { actions: false, renderer: "svg", config: fitted });
  }
}
// Only single views know how wide their place is.
function fit(spec, width) {
  for (const panel of spec.vconcat || []) {
    panel.width = width - 66;
    // A title that is too long for a narrow page goes on in a second line.
    const most = Math.floor((width - 10) / 7.2), lines = new RegExp(`(.{1,${most}})(?:\\s|$)`, "g");
    panel.title.text = [...panel.title.text.matchAll(lines)].map(found => found[1]);
  }
  if (!spec.facet) return;
  spec.columns = Math.max(2, Math.floor(width / 220));
  spec.spec.width = Math.floor((width - 8) / spec.columns) - spec.spacing.column;
}
// Long labels stand on lines of their own: cut short, they would all read the same.
function stack(spec) {
  const lines = `split(replace(datum.label, regexp(' (?=over |not worse )'), ': '), ': ')`;
  for (const { encoding } of [spec, ...(spec.layer || [])]) {
    if (encoding?.y?.axis) Object.assign(encoding.y.axis, { labelExpr: lines, labelOffset: -14 });
    for (const shown of [encoding?.color, encoding?.shape])
      if (shown?.field && shown.legend !== null) shown.legend = { ...shown.legend, columns: 1 };
    if (encoding?.x) encoding.x.axis = { ...encoding.x.axis, tickCount: 4 };
  }
  spec.height = Math.round(spec.height * 1.4);
}
draw();
dark.addEventListener("change", draw);
let drawn = innerWidth;
addEventListener("resize", () => { if (innerWidth !== drawn) { drawn = innerWidth; draw(); } });
