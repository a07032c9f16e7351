/* Puts the parts together: theme, legend, layers, keys, the way between table and chart. */

const element = (id) => document.getElementById(id);

const remember = (theme) => { try { localStorage.setItem("tradec-theme", theme); } catch { /* a file may have no storage */ } };
const remembered = () => { try { return localStorage.getItem("tradec-theme"); } catch { return null; } };
const preferred = window.matchMedia("(prefers-color-scheme: dark)");
const set_theme = (theme) => {
  document.documentElement.dataset.theme = theme;
  element("theme-word").textContent = theme === "dark" ? "Dark" : "Light";
};
set_theme(remembered() || (preferred.matches ? "dark" : "light"));

const report = UNPACK(JSON.parse(element("data").textContent));
const view = CHART(report, element("chart"));
let selected = -1;

const choose = (trade) => {
  if (!trade) return;
  selected = trade.place;
  view.jump(trade);
  table.select(trade);
  const result = `${table.signed(trade.net_pnl, 2)} USDT by ${trade.exit_reason}`;
  element("announce").textContent = `Trade ${trade.trade_id}, ${trade.side}, from ${table.clock(trade.ts_entry)} to ${table.clock(trade.ts_exit)}: ${result}`;
};
const table = TRADES(report, (trade) => {
  choose(trade);
  element("chart-frame").scrollIntoView({ block: "nearest" });
});

/* --- the legend --------------------------------------------------------------------------- */

const word = (name, value, color) => {
  const made = document.createElement("span");
  const label = document.createElement("span");
  label.className = "name";
  label.textContent = name;
  const text = document.createElement("span");
  text.textContent = value;
  if (color) text.style.color = color;
  made.append(label, text);
  return made;
};

const legend = (i) => {
  const at = Math.min(Math.max(i, 0), report.n - 1);
  const price = (value) => table.number(value, report.decimals);
  const parts = [word("", table.clock(report.time[at] * 1000))];
  if (report.bars) {
    const bar = report.bars[at];
    const color = bar.close >= bar.open ? "var(--up)" : "var(--down)";
    ["open", "high", "low", "close"].forEach((name) => parts.push(word(name[0].toUpperCase(), price(bar[name]), color)));
  }
  parts.push(word("equity", table.number(report.equity[at], 2)));
  parts.push(word("drawdown", `${table.number(Math.abs(report.drawdown[at]), 2)} %`));
  report.layers.filter((layer) => layer.on && layer.columns.length).forEach((layer) => {
    const values = layer.columns.map((column) => column[at]).filter((value) => !Number.isNaN(value));
    if (values.length) parts.push(word(layer.name, values.map(price).join(" to "), view.look.layer(layer)));
  });
  element("legend").replaceChildren(...parts);
};
view.chart.subscribeCrosshairMove((move) => legend(move.logical === undefined ? report.n - 1 : Math.round(move.logical)));

/* --- what is drawn ------------------------------------------------------------------------ */

const chip = (name, color, on, change) => {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "chip";
  made.textContent = name;
  made.style.setProperty("--swatch", color());
  made.setAttribute("aria-pressed", String(on));
  made.addEventListener("click", () => {
    const now = made.getAttribute("aria-pressed") !== "true";
    made.setAttribute("aria-pressed", String(now));
    change(now);
    legend(report.n - 1);
  });
  made.repaint = () => made.style.setProperty("--swatch", color());
  return made;
};

const chips = [];
if (report.bars) {
  chips.push(chip("trades", () => view.look.accent, true, (on) => view.drawings.show_trades(on)));
  chips.push(chip("buy and hold", () => view.look.muted, false, (on) => view.held.applyOptions({ visible: on })));
  report.layers.forEach((layer) => {
    const name = layer.tf === report.exec ? layer.name : `${layer.name} · ${layer.tf}`;
    chips.push(chip(name.replace(/_this_bar\b/, ""), () => view.look.layer(layer), layer.on, (on) => view.show(layer, on)));
  });
}
const hidden = chips.filter((one) => one.getAttribute("aria-pressed") !== "true").slice(1);
element("layers").append(...chips.filter((one) => !hidden.includes(one)));
if (hidden.length) {
  const more = document.createElement("button");
  more.type = "button";
  more.className = "button more";
  more.setAttribute("aria-expanded", "false");
  more.textContent = `${hidden.length} more`;
  hidden.forEach((one) => { one.hidden = true; });
  more.addEventListener("click", () => {
    const open = more.getAttribute("aria-expanded") !== "true";
    more.setAttribute("aria-expanded", String(open));
    more.textContent = open ? "fewer" : `${hidden.length} more`;
    hidden.forEach((one) => { one.hidden = !open && one.getAttribute("aria-pressed") !== "true"; });
  });
  element("layers").append(...hidden, more);
}

/* --- theme -------------------------------------------------------------------------------- */

const repaint = (theme) => {
  set_theme(theme);
  view.paint();
  chips.forEach((one) => one.repaint());
  legend(report.n - 1);
};
element("theme").addEventListener("click", () => {
  const theme = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
  remember(theme);
  repaint(theme);
});
preferred.addEventListener("change", (change) => { if (!remembered()) repaint(change.matches ? "dark" : "light"); });

/* --- keys and buttons --------------------------------------------------------------------- */

const next = () => choose(table.beside(selected, 1));
const previous = () => choose(table.beside(selected, -1));
const actions = {
  ArrowLeft: () => view.move(-0.15),
  ArrowRight: () => view.move(0.15),
  "+": () => view.zoom(0.6),
  "=": () => view.zoom(0.6),
  "-": () => view.zoom(1 / 0.6),
  f: view.all,
  n: next,
  p: previous,
  Home: view.start,
  End: view.end,
};
element("chart").addEventListener("keydown", (event) => {
  const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  action();
});
const buttons = { next, previous, "zoom-in": actions["+"], "zoom-out": actions["-"], fit: view.all };
Object.entries(buttons).forEach(([id, action]) => element(id).addEventListener("click", action));
if (!report.trades.length) ["next", "previous"].forEach((id) => { element(id).disabled = true; });

/* A click on the chart chooses the trade there, the one whose exit is nearest first. */
view.chart.subscribeClick((click) => {
  if (click.logical === undefined) return;
  const i = Math.round(click.logical);
  const there = report.trades.filter((trade) => trade.i0 <= i + 1 && trade.i1 >= i - 1);
  if (!there.length) return;
  const trade = there.sort((a, b) => Math.abs(a.i1 - i) - Math.abs(b.i1 - i))[0];
  selected = trade.place;
  view.drawings?.select(trade.place);
  table.select(trade);
});

legend(report.n - 1);
window.tradec = { report, range: view.range };
document.documentElement.dataset.ready = "true";
