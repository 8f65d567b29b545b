/** Colours, type and measures by name. Light is a grey morning at the gate, dark the same gate under its lantern. */

export const DAY = {
  paper: '#eaeeea',
  card: '#ffffff',
  ink: '#13201b',
  soft: '#4a5952',
  line: '#d3dbd6',
  edge: '#6f8078',
  accent: '#1a5a46',
  stripe: '#1a5a46',
  'stripe-pale': '#cfe0d8',
  plate: '#12231d',
  'plate-edge': '#12231d',
  'plate-ink': '#ffdc93',
  'plate-dash': '#8fa89d',
  'warn-paper': '#fff4d9',
  'warn-edge': '#b97a00',
  'warn-ink': '#503600',
  'bad-paper': '#fdeae7',
  'bad-edge': '#b3261e',
  'bad-ink': '#7d1a14',
  choice: '#1c3a30',
  'choice-over': '#0f271f',
  'choice-ink': '#ffffff',
  shadow: '0 1px 2px rgb(19 32 27 / .06), 0 12px 32px -12px rgb(19 32 27 / .18)',
}

/** Every name has a value, so night repaints all of the day. */
export type Palette = Readonly<typeof DAY>

export const NIGHT: Palette = {
  paper: '#0b1210',
  card: '#131d19',
  ink: '#e7eeea',
  soft: '#a9b8b1',
  line: '#2b3a34',
  edge: '#74877e',
  accent: '#86d3b6',
  stripe: '#4f9a80',
  'stripe-pale': '#1d352c',
  plate: '#070c0a',
  'plate-edge': '#3a4d45',
  'plate-ink': '#ffd27a',
  'plate-dash': '#7d9388',
  'warn-paper': '#2a2110',
  'warn-edge': '#d9a441',
  'warn-ink': '#ffe3ad',
  'bad-paper': '#361512',
  'bad-edge': '#ff8a7e',
  'bad-ink': '#ffd0ca',
  choice: '#d7e5de',
  'choice-over': '#f3f8f5',
  'choice-ink': '#0b1210',
  shadow: 'none',
}

const SANS = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", sans-serif'
const MONO = 'ui-monospace, "SF Mono", "Cascadia Mono", "Segoe UI Mono", "Roboto Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace'

/** @param font the family that comes before ours */
export function paletteCss(day: Palette, night: Palette, font?: string): string {
  return `
:root {
  color-scheme: light dark;
${declared(day)}
  --sans: ${font === undefined ? '' : `"${font}", `}${SANS};
  --mono: ${MONO};
  --round: 14px;
  --gap: 1.25rem;
}
@media (prefers-color-scheme: dark) {
  :root {
${declared(night)}
  }
}
`
}

function declared(palette: Palette): string {
  return Object.entries(palette)
    .map(([name, value]) => `  --${name}: ${value};`)
    .join('\n')
}
