/** The style of the page: system fonts, two colour schemes of enough contrast, a layout from 320 pixels on, and print. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --page: #f7f7f5; --surface: #ffffff; --raised: #f2f2ef; --ink: #1c1f24; --muted: #5a6270; --line: #e2e2dd;
  --accent: #2f5fc4; --bar: #5b86dd; --good: #1a7a4c; --good-bar: #3fa873; --bad: #b3261e; --bad-bar: #d9534a;
  --warn: #875600; --warn-bar: #dca13a; --warn-soft: #fff4dc; --bad-soft: #fdecea; --good-soft: #e4f4ec; --grey-bar: #b4b8bf; --shade: #00000022;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #131519; --surface: #1b1e24; --raised: #23272e; --ink: #e7e9ed; --muted: #a4acb9; --line: #31363f;
    --accent: #94b6ff; --bar: #6a95ee; --good: #67d29b; --good-bar: #3f9d6e; --bad: #ff9389; --bad-bar: #d9594f;
    --warn: #f0bd6a; --warn-bar: #c78f34; --warn-soft: #33290f; --bad-soft: #3a1c1a; --good-soft: #16301f; --grey-bar: #596170; --shade: #00000088;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", sans-serif;
}
.width { max-width: 1120px; margin: 0 auto; padding: 0 clamp(16px, 4vw, 40px); }
header .width { padding-top: clamp(24px, 5vw, 48px); padding-bottom: 20px; }
main { padding-bottom: 40px; }
h1, h2, h3 { line-height: 1.25; margin: 0; font-weight: 650; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h1 { font-size: clamp(24px, 4vw, 32px); }
h2 { font-size: 19px; margin-bottom: 4px; }
h3 { font-size: 15px; }
p { margin: 0; }
a { color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
.skip { position: absolute; left: -9999px; }
.skip:focus { left: 16px; top: 12px; background: var(--surface); padding: 8px 12px; z-index: 2; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.note, .sub { color: var(--muted); }
.note { font-size: 14px; max-width: 75ch; }
.sub { font-size: 13px; }
.lead { color: var(--muted); margin-top: 6px; max-width: 80ch; overflow-wrap: anywhere; }
.facts { display: flex; flex-wrap: wrap; gap: 6px 18px; margin-top: 14px; align-items: center; font-size: 14px; color: var(--muted); }
.badge { display: inline-block; padding: 2px 10px; border-radius: 999px; font-size: 13px; font-weight: 600; white-space: nowrap; }
.badge.good { background: var(--good-soft); color: var(--good); }
.badge.bad { background: var(--bad-soft); color: var(--bad); }
.badge.warn { background: var(--warn-soft); color: var(--warn); }
.badge.plain { background: var(--raised); color: var(--muted); }
.banner { margin-top: 18px; padding: 10px 14px; border-radius: 8px; background: var(--warn-soft); color: var(--warn); overflow-wrap: anywhere; }
.banner.bad { background: var(--bad-soft); color: var(--bad); }
.banner strong { font-weight: 650; }
nav ul { display: flex; flex-wrap: wrap; gap: 4px 18px; list-style: none; margin: 18px 0 0; padding: 0; font-size: 14px; }
nav a { text-decoration: none; }
nav a:hover { text-decoration: underline; }
section { background: var(--surface); border: 1px solid var(--line); border-radius: 12px; padding: clamp(16px, 3vw, 24px); margin-top: 18px; }
section.bare { background: none; border: 0; padding: 0; margin-top: 0; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(160px, 1fr)); gap: 12px; margin: 0; }
.cards > div { background: var(--surface); border: 1px solid var(--line); border-radius: 12px; padding: 14px 16px; min-width: 0; }
.cards dt { color: var(--muted); font-size: 13px; }
.cards dd { margin: 0; }
.cards .figure { font-size: 23px; font-weight: 650; letter-spacing: -0.02em; line-height: 1.35; font-variant-numeric: tabular-nums; white-space: nowrap; }
.figure.good { color: var(--good); } .figure.bad { color: var(--bad); }
.share { display: block; width: 100%; height: 10px; margin-top: 12px; border-radius: 5px; overflow: hidden; background: var(--raised); }
.legend { display: flex; flex-wrap: wrap; gap: 4px 16px; margin-top: 8px; padding: 0; list-style: none; font-size: 13px; color: var(--muted); font-variant-numeric: tabular-nums; }
.legend li::before { content: ""; display: inline-block; width: 10px; height: 10px; border-radius: 3px; margin-right: 6px; background: var(--grey-bar); }
.legend .good::before { background: var(--good-bar); } .legend .bad::before { background: var(--bad-bar); }
.legend .warn::before { background: var(--warn-bar); } .legend .accent::before { background: var(--bar); }
.f-good { fill: var(--good-bar); } .f-bad { fill: var(--bad-bar); } .f-warn { fill: var(--warn-bar); } .f-accent { fill: var(--bar); } .f-grey { fill: var(--grey-bar); }
.rule { stroke: var(--line); stroke-width: 1; vector-effect: non-scaling-stroke; }
.mark { stroke: var(--ink); stroke-width: 1; stroke-dasharray: 3 3; vector-effect: non-scaling-stroke; opacity: .55; }
.scroll {
  position: relative; overflow-x: auto;
  background:
    linear-gradient(to right, var(--surface) 30%, transparent) 0 0 / 40px 100% no-repeat local,
    linear-gradient(to left, var(--surface) 30%, transparent) 100% 0 / 40px 100% no-repeat local,
    linear-gradient(to right, var(--shade), transparent) 0 0 / 14px 100% no-repeat scroll,
    linear-gradient(to left, var(--shade), transparent) 100% 0 / 14px 100% no-repeat scroll;
  margin: 12px calc(-1 * clamp(16px, 3vw, 24px)) 0; padding: 0 clamp(16px, 3vw, 24px); }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th, td { text-align: left; vertical-align: baseline; padding: 7px 14px 7px 0; border-bottom: 1px solid var(--line); }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--muted); font-weight: 500; font-size: 13px; white-space: nowrap; }
tbody th { font-weight: 500; overflow-wrap: break-word; min-width: 110px; max-width: 320px; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
tr.group th { padding-top: 16px; color: var(--muted); font-size: 13px; font-weight: 500; }
tr.sum th, tr.sum td { font-weight: 650; border-bottom: 0; }
td.bars { width: 22%; min-width: 90px; }
.bar { display: block; width: 100%; height: 8px; border-radius: 4px; background: var(--raised); }
.results { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 420px), 1fr)); gap: 24px 40px; margin-top: 18px; }
.results + dl.pairs { margin-top: 24px; }
.results > div { min-width: 0; }
.results .scroll { margin-top: 4px; }
.results tbody th { font-weight: 400; }
td.shares { width: 34%; min-width: 64px; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 210px), 1fr)); gap: 20px 28px; margin-top: 18px; }
figure { margin: 0; min-width: 0; }
figcaption { display: flex; justify-content: space-between; gap: 12px; font-size: 14px; margin-bottom: 6px; overflow-wrap: anywhere; }
figcaption .sub { white-space: nowrap; font-variant-numeric: tabular-nums; }
.plot { display: block; width: 100%; height: 84px; border-bottom: 1px solid var(--line); overflow: visible; }
.wide .plot { height: 96px; }
.axis { display: flex; justify-content: space-between; font-size: 12px; color: var(--muted); margin-top: 4px; font-variant-numeric: tabular-nums; }
.stack { display: grid; gap: 22px; margin-top: 16px; }
code, pre, .mono { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; font-size: 13px; }
code { overflow-wrap: anywhere; }
pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: plaintext; }
.text { unicode-bidi: plaintext; overflow-wrap: anywhere; }
.source { counter-reset: line; background: var(--raised); border-radius: 8px; padding: 12px 14px 12px 0; margin-top: 12px; overflow-x: auto; white-space: pre; }
.source span { counter-increment: line; }
.source span::before { content: counter(line); display: inline-block; width: 3.6em; padding-right: 1.2em; text-align: right; color: var(--muted); }
.spaced { margin-top: 14px; }
summary { cursor: pointer; color: var(--accent); font-size: 14px; width: fit-content; }
dl.pairs { display: grid; grid-template-columns: minmax(110px, max-content) 1fr; gap: 6px 24px; margin: 12px 0 0; font-size: 14px; }
dl.pairs dt { color: var(--muted); }
dl.pairs dd { margin: 0; overflow-wrap: anywhere; min-width: 0; }
ul.plain { list-style: none; margin: 0; padding: 0; }
.error { padding: 14px 0; border-bottom: 1px solid var(--line); }
.error:last-child { border-bottom: 0; padding-bottom: 0; }
.error h3 { display: flex; gap: 10px; align-items: baseline; flex-wrap: wrap; }
.error h3 .sub { font-weight: 400; letter-spacing: 0; }
.error h3 .count { color: var(--bad); font-variant-numeric: tabular-nums; }
.error li { margin-top: 6px; font-size: 14px; overflow-wrap: anywhere; }
.controls { display: none; }
.js .controls { display: flex; flex-wrap: wrap; gap: 10px; align-items: end; margin-top: 14px; }
.controls label { display: grid; gap: 4px; font-size: 13px; color: var(--muted); }
.controls label.grow { flex: 1 1 220px; }
.controls input, .controls select { font: inherit; font-size: 14px; color: var(--ink); background: var(--page); border: 1px solid var(--grey-bar); border-radius: 8px; padding: 7px 10px; width: 100%; min-height: 38px; }
.controls output { font-size: 13px; color: var(--muted); padding-bottom: 9px; font-variant-numeric: tabular-nums; }
button { font: inherit; color: inherit; background: none; border: 0; padding: 0; cursor: pointer; text-align: inherit; }
thead button { color: var(--muted); white-space: nowrap; }
thead button::after { content: "\\2195"; opacity: .45; padding-left: 4px; }
th[aria-sort="ascending"] button::after { content: "\\2191"; opacity: 1; }
th[aria-sort="descending"] button::after { content: "\\2193"; opacity: 1; }
.records { table-layout: fixed; margin-top: 10px; }
.records td, .records th { vertical-align: top; }
.records .badge { padding: 0 9px; }
.records .c-line { width: 62px; } .records .c-key { width: 17%; } .records .c-out { width: 104px; }
.records .c-calls { width: 62px; } .records .c-tokens { width: 76px; } .records .c-cost { width: 88px; } .records .c-time { width: 76px; }
.records tr.row th { color: var(--ink); min-width: 0; overflow-wrap: anywhere; }
.records .said { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.records .field { color: var(--muted); } .records .field:not(:first-child) { margin-left: 1em; }
.records .toggle { display: none; overflow-wrap: anywhere; font-weight: 500; color: var(--accent); }
.js .records .toggle { display: inline; }
.js .records .plain-key { display: none; }
.toggle::before { content: "\\25B8"; display: inline-block; width: 1.1em; color: var(--muted); }
.open .toggle::before { content: "\\25BE"; }
.js tr.more { display: none; }
.js .open tr.more { display: table-row; }
.js tr.more > td > details > summary { display: none; }
tr.more > td { padding: 4px 0 12px; }
.js .open tr.row > * { border-bottom-color: transparent; }
.story { background: var(--raised); border-radius: 10px; padding: 16px; margin-top: 6px; display: grid; gap: 18px; min-width: 0; }
.story > div { min-width: 0; }
.story h3 + pre { margin-top: 6px; }
.call { margin-top: 10px; padding-left: 12px; border-left: 3px solid var(--line); }
.call > .sub { overflow-wrap: anywhere; }
.turn { margin-top: 8px; display: grid; grid-template-columns: 84px 1fr; gap: 2px 12px; }
.turn > * { min-width: 0; }
.role { color: var(--muted); font-size: 13px; }
.turn.answer pre { color: var(--ink); font-weight: 500; }
.turn.wrong pre { color: var(--bad); }
.cut { color: var(--muted); font-style: italic; }
.good-text { color: var(--good); } .bad-text { color: var(--bad); }
footer { color: var(--muted); font-size: 13px; padding-bottom: 40px; }
[hidden] { display: none !important; }
@media (max-width: 1000px) {
  .cards { grid-template-columns: repeat(3, 1fr); }
}
@media (max-width: 760px) {
  .records .c-calls, .records .c-tokens, .records .c-cost, .records .c-time, .records .c-line { width: 0; }
  .records .calls, .records .tokens, .records .cost, .records .time, .records .line { padding: 0; font-size: 0; overflow: hidden; }
  .records .c-key { width: 30%; } .records .c-out { width: 110px; }
  .records .said { white-space: normal; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; line-clamp: 3; }
  .records .field:not(:first-child) { margin-left: 0; }
  .turn { grid-template-columns: 1fr; }
  dl.pairs { grid-template-columns: 1fr; gap: 0; }
  dl.pairs dd { margin-bottom: 8px; }
  .story { padding: 12px; }
}
@media (max-width: 460px) {
  .scroll th, .scroll td { padding-right: 9px; font-size: 13px; }
  .scroll tbody th { min-width: 84px; max-width: 140px; }
  .scroll thead th { white-space: normal; vertical-align: bottom; }
  .bars, .spare { display: none; }
  .cards { grid-template-columns: 1fr 1fr; gap: 8px; }
  .cards > div { padding: 12px; }
  .cards .figure { font-size: 20px; }
}
@media print {
  :root { --page: #fff; --surface: #fff; --raised: #f4f4f4; --ink: #000; --muted: #444; --line: #ccc; --accent: #1f4c9c; }
  body { font-size: 10.5pt; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  .width { max-width: none; padding: 0; }
  header .width { padding: 0 0 8pt; }
  nav, .skip, .controls, .js .controls, tr.more:has(details:not([open])), thead button::after { display: none; }
  section { border: 0; border-top: 1px solid var(--line); border-radius: 0; padding: 12pt 0 0; margin-top: 14pt; }
  section.bare { border: 0; padding: 0; }
  .scroll { overflow: visible; margin: 12pt 0 0; padding: 0; }
  .cards { grid-template-columns: repeat(3, 1fr); }
  .error, figure, tr, .cards > div { break-inside: avoid; }
  h2 { break-after: avoid; }
  .records .said { white-space: normal; }
}
`;
