/** How the report card looks: light and dark, readable without colour. */
export const REPORT_STYLE = `
:root{color-scheme:light dark;--ink:#1f2328;--quiet:#59636e;--line:#d1d9e0;--paper:#fff;--card:#f6f8fa;--good:#1a7f37;--fair:#9a6700;--poor:#b42318}
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--quiet:#9198a1;--line:#3d444d;--paper:#0d1117;--card:#151b23;--good:#3fb950;--fair:#d29922;--poor:#f85149}}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:52rem;margin:0 auto;padding:2rem 1rem}
header{display:flex;gap:1.5rem;align-items:center;border-bottom:1px solid var(--line);padding-bottom:1rem}
h1{font-size:1.4rem;margin:0;overflow-wrap:anywhere}
header p{margin:.25rem 0}
.grade{flex:none;width:5rem;height:5rem;border-radius:.75rem;display:grid;place-items:center;font-size:3rem;font-weight:700;color:#fff;background:#57606a}
.grade-A{background:#1a7f37}.grade-B{background:#4d7c0f}.grade-C{background:#9a6700}.grade-D{background:#bc4c00}.grade-F{background:#b42318}
.axes{width:100%;max-width:40rem;margin:1.5rem 0}
.axes text{font:14px system-ui,sans-serif;fill:var(--ink)}
.track{fill:var(--line)}.good{fill:var(--good)}.fair{fill:var(--fair)}.poor{fill:var(--poor)}
h2{text-transform:capitalize;font-size:1.1rem;margin:2rem 0 .5rem}
h2 span,summary span{color:var(--quiet);font-weight:400}
h3{font-size:1rem;margin:0}
article{background:var(--card);border:1px solid var(--line);border-left-width:4px;border-radius:.5rem;padding:.75rem 1rem;margin:.75rem 0}
article p,article ol{margin:.4rem 0}
.place,code{font:.9em/1.4 ui-monospace,monospace;overflow-wrap:anywhere}
.quiet{color:var(--quiet)}
.fix::before{content:"Fix: ";font-weight:600}
details{margin:1rem 0}summary{cursor:pointer;font-weight:600}
`
