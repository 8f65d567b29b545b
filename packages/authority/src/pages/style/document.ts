/** The sheet of paper: body, header, card, headings and running text. Phone first. */

export const document = `
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0;
  padding: 0 1rem 2.5rem;
  min-height: 100vh;
  min-height: 100dvh;
  background: var(--paper);
  color: var(--ink);
  font: 1rem/1.5 var(--sans);
  overflow-wrap: anywhere;
}
h1, h2, h3, p, ul, dl { margin: 0; }
h1 { font-size: 1.5rem; line-height: 1.2; letter-spacing: -.015em; text-wrap: balance; }
/* Scripts whose letters join are not spaced; lines of Japanese break between phrases where the browser can tell them. */
:lang(ar) h1 { letter-spacing: 0; }
:lang(ja) { line-break: strict; word-break: auto-phrase; }
h2 { font-size: 1.0625rem; line-height: 1.35; }
h3, dt { font-size: .8125rem; font-weight: 600; color: var(--soft); }
code { font-family: var(--mono); font-size: .8125rem; }
.top {
  display: grid;
  grid-template-columns: minmax(0, 1fr) auto;
  align-items: center;
  gap: .25rem 1rem;
  max-width: 29rem;
  margin: 0 auto;
  padding: .875rem .25rem;
  font-size: .875rem;
}
.top.wide, .card.wide { max-width: 74rem; }
.name { display: flex; align-items: center; gap: .5rem; font-weight: 650; font-size: 1rem; }
.mark { color: var(--accent); flex: none; }
.logo { flex: none; height: 2rem; max-width: min(9rem, 25vw); object-fit: contain; }
/* A row of its own: who is signed in may be a long address, and the way out stays beside it. */
.way-out { grid-column: 1 / -1; display: flex; align-items: center; justify-content: space-between; gap: .75rem; color: var(--soft); }
.way-out > span { min-width: 0; }
.way-out > .quiet { flex: none; }
.card {
  position: relative;
  max-width: 29rem;
  margin: 0 auto;
  padding: 1.75rem 1.25rem 1.5rem;
  background: var(--card);
  border: 1px solid var(--line);
  border-radius: var(--round);
  box-shadow: var(--shadow);
  overflow: hidden;
}
/* The stripes of a sentry box, meeting in the middle. */
.card::before {
  content: "";
  position: absolute;
  inset: 0 0 auto;
  height: 8px;
  background:
    repeating-linear-gradient(-45deg, var(--stripe) 0 8px, var(--stripe-pale) 8px 16px) left / 50% 100% no-repeat,
    repeating-linear-gradient(45deg, var(--stripe) 0 8px, var(--stripe-pale) 8px 16px) right / 50% 100% no-repeat;
}
.card > * + *, .card form > * + *, section > * + * { margin-top: var(--gap); }
.card form > input[type=hidden] + * { margin-top: 0; }
.card > h1 + .lead { margin-top: .625rem; }
.lead { font-size: 1.0625rem; }
.aside, .hint, .more { color: var(--soft); font-size: .875rem; }
.aside { padding-top: 1rem; border-top: 1px solid var(--line); }
.unseen {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}
:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }
@media (min-width: 40rem) {
  body { padding-inline: 2rem; }
  .top { padding-block: 1.25rem; }
  .card { padding: 2.25rem 2.25rem 2rem; }
  h1 { font-size: 1.75rem; }
}
@media (min-width: 56rem) {
  .top.wide { display: flex; padding-block: .375rem; }
  .top.wide > .name { margin-inline-end: auto; }
  .card.wide { --gap: 1rem; padding-block: 1.5rem; }
  .card.wide > h1 { font-size: 1.5rem; }
  .card.wide > h1 + .lead { margin-top: .375rem; }
}
`
