// @ts-check
/** The results as a person reads them. */
import { median, spread } from './statistics.mjs'
import { ratio } from './targets.mjs'

/** @typedef {import('../measures/throughput.mjs').Series} Series @typedef {import('../measures/throughput.mjs').Slice} Slice */

/** What each row is held against. */
const BASES = ['bare', 'oidc-map', 'oidc-redis', 'better-auth']

/** Lines of cells, the first column to the left, the others to the right. @param {readonly (readonly string[])[]} rows */
function grid(rows) {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
}

/** @param {import('../workloads/workload.mjs').Workload} workload @param {readonly Series[]} all @param {ReadonlyMap<string, string>} titles @returns {string[]} */
export function throughputTable({ name, title, about }, all, titles) {
  const series = all.filter(({ workload, slices }) => workload === name && slices.length > 0)
  const failures = all.filter(({ workload, failed }) => workload === name && failed !== undefined)
  const bases = BASES.flatMap((base) => series.find(({ contestant }) => contestant === base) ?? [])
  const head = [title, 'per s', '+-', 'cpu us', 'busy', 'p50 ms', 'p99 ms', ...bases.map(({ contestant }) => `x ${contestant}`)]
  const rows = series.map((one) => {
    const middle = (/** @type {(slice: Slice) => number | undefined} */ value) =>
      median(one.slices.map((slice) => value(slice) ?? Number.NaN))
    return [
      titles.get(one.contestant) ?? one.contestant,
      whole(middle(({ rate }) => rate)),
      percent(spread(one.slices.map(({ rate }) => rate))),
      fixed(
        middle(({ cpu }) => cpu),
        1,
      ),
      percent(middle(({ busy }) => busy)) + (middle(({ loadBusy }) => loadBusy) > 0.9 ? ' (load full)' : ''),
      fixed(
        middle(({ p50 }) => p50),
        2,
      ),
      fixed(
        middle(({ p99 }) => p99),
        2,
      ),
      ...bases.map((base) => times(ratio(one, base, ({ rate }) => rate))),
    ]
  })
  const failed = failures.map((one) => `${titles.get(one.contestant) ?? one.contestant} failed: ${one.failed}`)
  return [`${title}: ${about}`, ...grid([head, ...rows]), ...failed]
}

/** @param {readonly import('../measures/steady.mjs').SteadySeries[]} series @param {number} rate @param {ReadonlyMap<string, string>} titles */
export function steadyTable(series, rate, titles) {
  const rows = series.map(({ contestant, slices }) => [
    titles.get(contestant) ?? contestant,
    ...[slices.map(({ p50 }) => p50), slices.map(({ p99 }) => p99), slices.map(({ worst }) => worst)].map((each) => fixed(median(each), 2)),
  ])
  return grid([[`${rate} pending polls a second, ms`, 'p50', 'p99', 'worst'], ...rows])
}

/** @param {readonly import('../measures/start.mjs').StartSeries[]} series @param {ReadonlyMap<string, string>} titles */
export function startTable(series, titles) {
  const rows = series.map(({ contestant, starts }) => [
    titles.get(contestant) ?? contestant,
    whole(median(starts.map(({ ready }) => ready))),
    whole(median(starts.map(({ memory }) => (memory ?? Number.NaN) / 1e6))),
  ])
  return grid([['starting', 'ms to first answer', 'MB idle'], ...rows])
}

/** @param {string} title @param {readonly import('../measures/growth.mjs').GrowthSeries[]} series */
export function growthTable(title, series) {
  const rows = series.map(({ size, bytes, rounds }) => [
    size.toLocaleString('en'),
    fixed(median(rounds.map(({ cpu }) => cpu ?? Number.NaN)), 1),
    whole(median(rounds.map(({ rate }) => rate))),
    // A server that has just begun to work grows anyway: among few logins that is most of it.
    whole(size < 10_000 ? Number.NaN : (bytes ?? Number.NaN)),
  ])
  return grid([[`logins that wait at ${title}`, 'cpu us a poll', 'polls a s', 'bytes each'], ...rows])
}

/** @param {readonly import('../measures/sweep.mjs').SweepResult[]} results */
export function sweepTable(results) {
  const rows = results.map(({ store, freed, elapsed, p99, worst, worstIdle }) => [
    store,
    freed.toLocaleString('en'),
    fixed(elapsed / 1000, 1),
    fixed(p99, 2),
    fixed(worst, 1),
    fixed(worstIdle, 1),
  ])
  return grid([['sweep', 'rows freed', 's', 'p99 stop ms', 'longest stop ms', 'the same, not sweeping'], ...rows])
}

const TOP_FUNCTIONS = 30
const TOP_FILES = 15

/** @param {import('../measures/profile.mjs').Profile} profile */
export function profileTable({ workload, turns, functions, files }) {
  const told = (/** @type {import('../measures/profile.mjs').Spent} */ { name, share, self }) => [
    name,
    `${(share * 100).toFixed(1)} %`,
    self.toFixed(2),
  ]
  const head = ['of its time', 'us a turn']
  return [
    ...grid([[`${workload}, ${turns} turns: functions`, ...head], ...functions.slice(0, TOP_FUNCTIONS).map(told)]),
    ...grid([[`${workload}: files`, ...head], ...files.slice(0, TOP_FILES).map(told)]),
  ]
}

/** @param {readonly import('./targets.mjs').Judgement[]} judgements */
export function targetTable(judgements) {
  const rows = judgements.map(({ about, ours, theirs, value, byCpu, disturbed, least, most, unit, met }) => [
    about,
    ours,
    theirs,
    `${rounded(value)}${unit}`,
    byCpu === undefined ? '' : `${rounded(byCpu)}x`,
    least === undefined ? `<= ${most}${unit}` : `>= ${least}${unit}`,
    (met ? 'met' : 'MISSED') + (disturbed === true ? ' (by cpu: the machine was busy)' : ''),
  ])
  return grid([['target', 'ours', 'against', 'measured', 'by cpu', 'wanted', ''], ...rows])
}

const whole = (/** @type {number} */ value) => (Number.isNaN(value) ? '-' : Math.round(value).toLocaleString('en'))
const fixed = (/** @type {number} */ value, /** @type {number} */ digits) => (Number.isNaN(value) ? '-' : value.toFixed(digits))
const percent = (/** @type {number} */ value) => (Number.isNaN(value) ? '-' : `${Math.round(value * 100)} %`)
const rounded = (/** @type {number} */ value) => value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)
const times = (/** @type {number} */ value) => (value < 0.1 ? value.toFixed(3) : rounded(value))
