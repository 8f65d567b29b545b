/** The page of the decision. Both buttons wear one class, and no rule here or elsewhere tells them apart. */

export const decision = `
.columns { display: grid; gap: 1.75rem; }
.columns > :is(div, form) > * + * { margin-top: 1.75rem; }
section > h2 + * { margin-top: .625rem; }
.plate {
  padding: 1.125rem .5rem;
  background: var(--plate);
  border: 2px solid var(--plate-edge);
  border-radius: 10px;
  color: var(--plate-ink);
  font: 700 clamp(1.75rem, 9.2vw, 2.625rem)/1.25 var(--mono);
  text-align: center;
}
.plate .group { display: inline-block; letter-spacing: .1em; margin-inline-end: -.1em; white-space: nowrap; }
.plate .dash { margin-inline: .12em; color: var(--plate-dash); font-weight: 400; }
.plate + p { margin-top: .625rem; font-size: .9375rem; }
.plate.place { font-size: clamp(1.125rem, 5vw, 1.5rem); overflow-wrap: anywhere; }
.self { font-weight: 700; }
.facts { border-top: 1px solid var(--line); }
.facts > div { display: grid; grid-template-columns: 6rem 1fr; gap: .75rem; padding: .5rem 0; border-bottom: 1px solid var(--line); }
.facts dd { margin: 0; font-size: .9375rem; }
.facts dt { padding-top: .125rem; }
.facts .more { display: block; }
.address { font-family: var(--mono); }
.near { display: block; }
.far { border-inline-start-width: 6px; font-size: 1.0625rem; }
.notice { color: var(--ink); }
.tag {
  display: inline-block;
  padding: 0 .4em;
  border: 1px solid var(--edge);
  border-radius: 4px;
  color: var(--soft);
  font-size: .75rem;
  line-height: 1.5;
  white-space: nowrap;
}
.scopes, .resources { padding: 0; list-style: none; }
.scopes { border-top: 1px solid var(--line); }
.scopes li { display: grid; grid-template-columns: auto 1fr; border-bottom: 1px solid var(--line); }
.scopes input { width: 1.5rem; height: 1.5rem; margin: .625rem 0; accent-color: var(--accent); }
.scopes label { padding-block: .625rem; padding-inline-start: .875rem; cursor: pointer; }
.resources li { position: relative; padding-inline-start: 1.375rem; }
.resources li + li { margin-top: .5rem; }
.resources li::before {
  content: "";
  position: absolute;
  inset-inline-start: .125rem;
  top: .5em;
  width: .5rem;
  height: .5rem;
  border: 2px solid var(--accent);
  transform: rotate(45deg);
}
.scopes .more, .resources .more { display: block; }
section > .hint + .scopes { margin-top: .625rem; }
section > h3 + * { margin-top: .25rem; }
.consequence, .fresh { font-weight: 600; }
.confirm { display: grid; grid-template-columns: auto 1fr; gap: .875rem; align-items: start; }
.confirm input { width: 1.5rem; height: 1.5rem; margin: 0; accent-color: var(--accent); }
.confirm label { padding-bottom: .25rem; }
.choices { display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); gap: .875rem; }
.choice { width: 100%; min-width: 0; padding-inline: .5rem; overflow-wrap: normal; }
/* On a desk both buttons are in sight at once, below everything they are about. */
@media (min-width: 56rem) {
  .columns { --gap: .75rem; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 2.5rem; }
  .columns > :is(div, form) > * + * { margin-top: 1rem; }
  .columns .plate { padding-block: .75rem; }
  .columns .facts > div { grid-template-columns: 7rem 1fr; padding-block: .375rem; }
  .columns .scopes :is(input, label) { margin-block: 0; padding-block: .5rem; }
  .columns .scopes input { margin-block: .375rem; }
  .columns .warning, .warning.far { padding-block: .625rem; }
  .warning.far { font-size: 1rem; }
  .warning.far p + p { margin-top: 0; }
  .columns .warning p + p { margin-top: .125rem; }
  .columns :is(.scopes, .resources) .more { display: inline; margin-inline-start: .25rem; }
}
`
