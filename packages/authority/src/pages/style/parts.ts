/** Fields, buttons, warnings and problems, as the pages share them. Every border is drawn, so forced colours lose nothing. */

export const parts = `
button, input { font: inherit; color: inherit; }
.field { display: grid; gap: .375rem; }
.field label { font-weight: 600; }
.field input {
  width: 100%;
  min-height: 3rem;
  padding: .5rem .875rem;
  background: var(--card);
  border: 1.5px solid var(--edge);
  border-radius: 10px;
}
.field input[readonly] { background: var(--paper); }
.field input[aria-invalid="true"] { border-color: var(--bad-edge); border-width: 2px; }
.field .code-input {
  min-height: 4rem;
  padding-inline: .25rem;
  font: 600 clamp(1.5rem, 8vw, 2.125rem)/1 var(--mono);
  letter-spacing: .08em;
  text-align: center;
  text-transform: uppercase;
}
.main, .choice {
  display: inline-flex;
  align-items: center;
  justify-content: center;
  gap: .5rem;
  min-height: 3.25rem;
  padding: .5rem 1.25rem;
  border: 2px solid transparent;
  border-radius: 10px;
  background: var(--choice);
  color: var(--choice-ink);
  font-weight: 650;
  font-size: 1.0625rem;
  line-height: 1.2;
  text-decoration: none;
  cursor: pointer;
}
.main { width: 100%; }
.main:hover, .choice:hover { background: var(--choice-over); }
.quiet {
  min-height: 2.75rem;
  padding: .25rem .5rem;
  border: 0;
  border-radius: 6px;
  background: none;
  color: var(--ink);
  font-weight: 600;
  text-decoration: underline;
  text-underline-offset: .2em;
  cursor: pointer;
}
.quiet:hover { color: var(--accent); }
.warning {
  display: flex;
  gap: .75rem;
  padding: .875rem 1rem;
  background: var(--warn-paper);
  border: 1px solid var(--warn-edge);
  border-radius: 10px;
  color: var(--warn-ink);
  font-size: .9375rem;
}
.warning p + p { margin-top: .25rem; }
.icon { flex: none; }
.alert {
  padding: .75rem 1rem;
  background: var(--bad-paper);
  border: 1px solid var(--bad-edge);
  border-inline-start-width: 6px;
  border-radius: 10px;
  color: var(--bad-ink);
  font-weight: 600;
}
.seal {
  display: grid;
  place-items: center;
  width: 3.5rem;
  height: 3.5rem;
  border: 2px solid currentColor;
  border-radius: 50%;
  color: var(--accent);
}
.seal .icon { width: 1.75rem; height: 1.75rem; }
.seal.denied { color: var(--ink); }
.card > .seal + h1 { margin-top: 1rem; }
@media (prefers-reduced-motion: no-preference) {
  .main, .choice, .quiet { transition: background-color .15s, color .15s; }
}
@media (forced-colors: active) {
  .main, .choice { border-color: ButtonText; }
}
`
