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
    legend: { ...text, orient: "top" }, range: { category: colours }, bar: { fill: colours[0] },
  };
  for (const place of document.querySelectorAll("[data-chart]")) {
    const narrow = place.clientWidth < 480;
    const spec = structuredClone(CHARTS[place.dataset.chart]);
    const fitted = narrow ? { ...config, axis: { ...config.axis, labelLimit: 130 } } : config;
    if (narrow) for (const layer of [spec, ...(spec.layer || [])])
      if (layer.encoding?.y?.axis?.labelLimit) layer.encoding.y.axis.labelLimit = 130;
    vegaEmbed(place, spec, { actions: false, renderer: "svg", config: fitted });
  }
}
draw();
dark.addEventListener("change", draw);
