/** How the report card looks: light and dark, on a phone and on paper, readable without colour. */
export const REPORT_STYLE = `
:root{color-scheme:light dark;--ink:#1c2128;--quiet:#57606a;--line:#d5dae0;--paper:#fff;--band:#f5f7f9;--code:#f0f2f5;--link:#0b5cad;
--good:#1a7f37;--fair:#9a6700;--poor:#c0291d;--critical:#86198f;--high:#c0291d;--medium:#9a5b00;--low:#0b6375;--info:#57606a;--on:#fff;--fix:#eaf6ec}
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--quiet:#a1abb6;--line:#343b44;--paper:#0e1217;--band:#151b22;--code:#1c232c;--link:#79b8ff;
--good:#56d364;--fair:#e3b341;--poor:#ff8a80;--critical:#f0abfc;--high:#ff8a80;--medium:#f2b757;--low:#67d3e6;--info:#a1abb6;--on:#0e1217;--fix:#12261a}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
h1,h2,h3,p,ul,ol,pre,table{margin:0}
a{color:var(--link)}
code,pre,.path{font:.875em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
code{background:var(--code);border-radius:.25rem;padding:.1em .3em}
.quiet{color:var(--quiet);font-weight:400}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.top{background:var(--band);border-bottom:1px solid var(--line)}
.top>div,main,footer{max-width:60rem;margin:0 auto;padding:2rem 1.25rem}
.top>div{display:flex;gap:2rem;align-items:center}
.summary{min-width:0;flex:1}
.kind{color:var(--quiet);font-size:.875rem}
h1{font-size:1.6rem;line-height:1.25;overflow-wrap:anywhere;margin:.1rem 0 .5rem}
.ring{flex:none;width:8.5rem;height:8.5rem;--c:var(--quiet)}
.ring.grade-A,.ring.grade-B{--c:var(--good)}.ring.grade-C{--c:var(--fair)}.ring.grade-D,.ring.grade-F{--c:var(--poor)}
.ring circle{fill:none;stroke-width:9}
.ring .track{stroke:var(--line)}.ring .filled{stroke:var(--c);stroke-linecap:butt}
.ring text{text-anchor:middle;fill:var(--ink)}
.ring .letter{font-size:44px;font-weight:700;fill:var(--c)}.ring .score{font-size:14px;fill:var(--quiet)}.ring .none{font-size:17px;font-weight:600}
.counts{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:.5rem;margin-top:.75rem;font-size:.875rem}
.counts li{border:1px solid var(--line);border-radius:999px;padding:.1rem .75rem;background:var(--paper)}
.counts .critical b{color:var(--critical)}.counts .high b{color:var(--high)}.counts .medium b{color:var(--medium)}.counts .low b{color:var(--low)}.counts .info b{color:var(--info)}.counts .good b{color:var(--good)}
section,details{margin-bottom:2.25rem}
h2{font-size:1.15rem;margin-bottom:.75rem}
.axes{border-collapse:collapse;width:100%}
.axes th,.axes td{padding:.3rem 0;vertical-align:middle}
.axes th{text-align:left;font-weight:400;width:1%;white-space:nowrap;padding-right:1.5rem}
.axes svg{display:block;width:100%;height:.75rem;border-radius:.375rem}
.axes .track{fill:var(--line)}.axes .good{fill:var(--good)}.axes .fair{fill:var(--fair)}.axes .poor{fill:var(--poor)}
.axes .number.fair{color:var(--fair)}.axes .number.poor{color:var(--poor)}
.axes .number{width:3.5rem;text-align:right;font-variant-numeric:tabular-nums;font-weight:600}
article{border:1px solid var(--line);border-left:5px solid var(--c);border-radius:.5rem;padding:1rem 1.25rem 1.1rem;margin-bottom:1rem;--c:var(--info)}
.critical{--c:var(--critical)}.high{--c:var(--high)}.medium{--c:var(--medium)}.low{--c:var(--low)}.info{--c:var(--info)}
article>header{display:flex;flex-wrap:wrap;gap:.25rem 1rem;align-items:baseline;justify-content:space-between}
h3{font-size:1.05rem;line-height:1.4}
.tags{display:flex;flex-wrap:wrap;gap:.4rem}
.tag{display:inline-block;border:1px solid currentColor;border-radius:.25rem;padding:0 .5rem;font-size:.8125rem;line-height:1.5;white-space:nowrap;color:var(--c,var(--quiet));background:var(--paper)}
.tag.critical,.tag.high,.tag.proven{color:var(--on);background:var(--c,var(--high));border-color:transparent}
.tag.proven{background:var(--ink);color:var(--paper)}
.tag.good{color:var(--good)}.tag.absent{color:var(--poor)}.tag.quiet{color:var(--quiet)}
.where{margin:.15rem 0 .6rem;font-size:.9375rem;display:flex;flex-wrap:wrap;gap:.1rem .9rem;align-items:baseline}
article pre{background:var(--code);border-radius:.375rem;padding:.5rem .75rem;margin:.6rem 0;white-space:pre-wrap}
article pre .number{color:var(--quiet);margin-right:1rem;user-select:none}
.label{font-size:.8125rem;font-weight:600;color:var(--quiet);margin-top:.75rem}
article ol,article ul{padding-left:1.25rem;font-size:.9375rem}
.fix{background:var(--fix);border-radius:.375rem;padding:.5rem .75rem;margin-top:.85rem}
.fix b{color:var(--good);margin-right:.4rem}
.none{color:var(--quiet)}
.wide{overflow-x:auto}
.mitigations{border-collapse:collapse;width:100%;min-width:34rem;font-size:.9375rem}
.mitigations th,.mitigations td{text-align:left;vertical-align:top;padding:.45rem .75rem .45rem 0;border-bottom:1px solid var(--line)}
.mitigations tbody th{font-weight:600}.mitigations thead th{font-size:.8125rem;color:var(--quiet)}
details{border-top:1px solid var(--line);padding-top:.9rem;margin-bottom:.9rem}
summary{cursor:pointer}summary h2{display:inline;margin:0}
.lines{list-style:none;padding:.75rem 0 0;font-size:.9375rem}
.lines li{display:grid;grid-template-columns:5rem 1fr;gap:.5rem;padding:.35rem 0;border-bottom:1px solid var(--line)}
main>section:last-child{border-top:1px solid var(--line);padding-top:1rem}
main>section li{overflow-wrap:anywhere}
footer{color:var(--quiet);font-size:.875rem;padding-top:0}
@media(max-width:40rem){.top>div{flex-direction:column;align-items:flex-start;gap:1rem}.axes th{width:9rem;white-space:normal;padding-right:.75rem}.ring{width:7rem;height:7rem}article{padding:.85rem 1rem}}
@media print{:root{color-scheme:light}body{font-size:11pt}.top,article,.axes,.tag,pre,.fix{print-color-adjust:exact}.top>div,main,footer{max-width:none;padding:1rem 0}article,tr,.lines li{break-inside:avoid}h2,h3{break-after:avoid}a{color:inherit;text-decoration:none}details::details-content{content-visibility:visible;block-size:auto}}
`
