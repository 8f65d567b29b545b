/** The list of devices, and the links that lead to it. */

export const devices = `
.top .to-devices { display: inline-flex; align-items: center; }
.link { color: var(--accent); font-weight: 600; text-underline-offset: .2em; }
.told { display: flex; gap: .625rem; align-items: flex-start; padding: .75rem 1rem; border: 1px solid var(--accent); border-radius: 10px; }
.told .icon { margin-top: .125rem; color: var(--accent); }
.devices { display: grid; gap: 1.25rem; padding: 0; list-style: none; }
.device {
  display: flex;
  flex-direction: column;
  padding: 1rem .875rem;
  border: 1px solid var(--line);
  border-radius: 10px;
}
.device > h2 { font-size: 1.1875rem; }
.device > .facts { margin-top: .75rem; border-top: 0; }
.device .facts > div { grid-template-columns: 5.5rem 1fr; gap: .625rem; border-top: 1px solid var(--line); border-bottom: 0; }
.device-choices { display: flex; flex-wrap: wrap; align-items: flex-start; justify-content: space-between; gap: .5rem 1rem; margin-top: auto; padding-top: .75rem; }
.device-choices::before { content: ""; flex: 1 0 100%; border-top: 1px solid var(--line); }
.device-choices > details[open] { flex: 1 1 100%; }
.device-choices .choice { width: auto; min-height: 2.75rem; padding-inline: 1.25rem; font-size: 1rem; }
.rename { display: grid; gap: .75rem; padding-top: .5rem; }
.plain { padding: 0; list-style: none; }
.plain li + li { margin-top: .25rem; }
summary.quiet { display: inline-flex; align-items: center; margin-inline-start: -.5rem; list-style: none; }
summary.quiet::-webkit-details-marker { display: none; }
.addition { padding-top: 1.25rem; border-top: 1px solid var(--line); }
.all form { padding-top: .5rem; }
.all .choice { width: auto; }
@media (min-width: 56rem) {
  .device { padding: 1.25rem; }
  .device .facts > div { grid-template-columns: 7rem 1fr; }
  .devices { grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); }
}
`
