/** The style of a page. Colours keep a contrast of 4.5 to 1 and more, in light and in dark; no meaning is in colour alone. */
export const pageStyle = `
:root{color-scheme:light dark;--ink:#1c2128;--dim:#57606a;--paper:#fff;--line:#d0d7de;--went:#ffebe9;--went-ink:#82071e;--came:#dafbe1;--came-ink:#0b4a1f}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--dim:#9da7b3;--paper:#0d1117;--line:#3d444d;--went:#4c1217;--went-ink:#ffc1ba;--came:#0f3d1f;--came-ink:#aff5b4}}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
main{max-width:60rem;margin:0 auto;padding:1.5rem 1rem}
h1{font-size:1.5rem;margin:0 0 .5rem}
h2{font-size:1.25rem;margin:2rem 0 .5rem}
h3{font-size:1rem;margin:0 0 .5rem;overflow-wrap:anywhere}
h4{font-size:.875rem;font-weight:600;color:var(--dim);margin:.5rem 0 .125rem;overflow-wrap:anywhere}
.verdict{display:inline-block;margin:0 0 1rem;padding:.25rem .75rem;border:1px solid var(--line);border-left-width:.5rem;border-radius:.25rem;font-weight:600}
.differs{border-left-color:#bf8700}
.same{border-left-color:#1a7f37}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem;margin:0 0 1.5rem}
dt{color:var(--dim)}
dd{margin:0;overflow-wrap:anywhere}
table{border-collapse:collapse;margin:0 0 1.5rem;width:100%}
caption{text-align:left;font-weight:600;font-size:1.125rem;padding:.25rem 0}
th,td{padding:.25rem .75rem .25rem 0;border-bottom:1px solid var(--line);text-align:left;vertical-align:top;overflow-wrap:anywhere}
th:last-child,td:last-child{padding-right:0}
thead th{color:var(--dim);font-weight:400;white-space:nowrap}
tbody th{font-weight:400;min-width:min(7.5rem,22vw)}
tbody td:not(.number){min-width:min(6rem,24vw)}
.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.number+:not(.number){padding-left:.75rem}
td ul{margin:0;padding:0;list-style:none}
article{border:1px solid var(--line);border-radius:.375rem;padding:.75rem 1rem;margin:0 0 1rem}
.change{margin:0;white-space:pre-wrap;overflow-wrap:anywhere;font-family:ui-monospace,monospace;font-size:.875rem}
del,ins{border-radius:.125rem;padding:0 .125rem}
del{background:var(--went);color:var(--went-ink);text-decoration:line-through}
ins{background:var(--came);color:var(--came-ink);text-decoration:underline}
.omitted,.legend{color:var(--dim)}
@media (max-width:30rem){table{font-size:.875rem}th,td{padding-right:.5rem}}
@media print{main{max-width:none;padding:0}article,tr{break-inside:avoid}}
`;
