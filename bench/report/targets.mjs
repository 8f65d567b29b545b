// @ts-check
/** What Countersign wants to be, as ratios between rows of one run. */
import { median } from './statistics.mjs'

/**
 * @typedef {import('../measures/throughput.mjs').Series} Series
 * @typedef {import('../measures/throughput.mjs').Slice} Slice
 *
 * `least` or `most`: the bound. `value`: what was measured; `byCpu`: the same ratio by processor time a turn, where there is one.
 * `disturbed`: the machine had other things to do, so that processor time decides.
 * @typedef {{
 *   readonly about: string, readonly ours: string, readonly theirs: string, readonly value: number, readonly byCpu?: number | undefined, readonly disturbed?: boolean,
 *   readonly least?: number, readonly most?: number, readonly unit: string, readonly met: boolean,
 * }} Judgement
 */

/** Ours, theirs, and for each workload how many times as many turns a second. The plain poll of a peer is what our poll with a proof is held against. */
const PAIRS = [
  {
    ours: 'serve',
    theirs: 'oidc-map',
    least: { poll: 5, 'poll-dpop': 1, issue: 3, login: 2.5, 'login-inside': 2.5, refresh: 2.5, introspect: 5 },
  },
  {
    ours: 'serve-redis',
    theirs: 'oidc-redis',
    least: { poll: 2.5, 'poll-dpop': 0.8, issue: 2, login: 2, 'login-inside': 2, refresh: 2, introspect: 2.5 },
  },
  { ours: 'serve', theirs: 'better-auth', least: { poll: 50, 'poll-dpop': 10, issue: 40, login: 30, refresh: 25, introspect: 40 } },
]
/** `countersign serve` approves by its pages only; an embedding program approves from within. @type {Readonly<Record<string, Readonly<Record<string, string>>>>} */
const STANDS_IN = { 'login-inside': { serve: 'embedded-sqlite' } }
/** @type {Readonly<Record<string, string>>} */
const HELD_AGAINST = { 'poll-dpop': 'poll', 'poll-dpop-known': 'poll' }

/** The share of its core that a server under full load has when nothing else runs. */
const UNDISTURBED = 0.8
const GROWTH_COST = 1.3
const GROWTH_BYTES = 400
/** Among fewer, what the program itself has grown to weighs more than they do. */
const GROWTH_BYTES_AMONG = 1_000_000
const SWEEP_MILLISECONDS = 20
const STEADY_P99 = 2
const COLD_START = 3
const IDLE_MEMORY = 2

/** @param {readonly Series[]} series @returns {Judgement[]} */
export function judgeThroughput(series) {
  return PAIRS.flatMap(({ ours, theirs, least }) =>
    Object.entries(least).flatMap(([workload, bound]) => {
      const own = find(series, workload, STANDS_IN[workload]?.[ours] ?? ours)
      const against = HELD_AGAINST[workload] ?? workload
      const other = find(series, against, theirs)
      if (own === undefined || other === undefined) return []
      const value = ratio(own, other, (slice) => slice.rate)
      const inverse = ratio(other, own, (slice) => slice.cpu ?? Number.NaN)
      const about = against === workload ? workload : `${workload} / its ${against}`
      const byCpu = Number.isNaN(inverse) ? undefined : inverse
      const disturbed = byCpu !== undefined && isDisturbed(series, against)
      return [
        {
          about,
          ours: own.contestant,
          theirs,
          value,
          byCpu,
          disturbed,
          least: bound,
          unit: 'x',
          met: (disturbed ? byCpu : value) >= bound,
        },
      ]
    }),
  )
}

/** @param {readonly import('../measures/steady.mjs').SteadySeries[]} series @returns {Judgement[]} */
export function judgeSteady(series) {
  const [ours, bare] = ['serve', 'bare'].map((name) => series.find(({ contestant }) => contestant === name))
  if (ours === undefined || bare === undefined) return []
  return [atMost('p99 at a steady load', 'serve', 'bare', median(paired(ours.slices, bare.slices, ({ p99 }) => p99)), STEADY_P99, 'x')]
}

/** @param {readonly import('../measures/start.mjs').StartSeries[]} series @returns {Judgement[]} */
export function judgeStarts(series) {
  const [ours, bare] = ['serve', 'bare'].map((name) => series.find(({ contestant }) => contestant === name))
  if (ours === undefined || bare === undefined) return []
  const memory = (/** @type {{ memory: number | undefined }} */ start) => start.memory ?? Number.NaN
  return [
    atMost('cold start', 'serve', 'bare', median(paired(ours.starts, bare.starts, ({ ready }) => ready)), COLD_START, 'x'),
    atMost('idle memory', 'serve', 'bare', median(paired(ours.starts, bare.starts, memory)), IDLE_MEMORY, 'x'),
  ]
}

/** @param {string} ours @param {readonly import('../measures/growth.mjs').GrowthSeries[]} series @returns {Judgement[]} */
export function judgeGrowth(ours, series) {
  const [few, many] = [series[0], series.at(-1)]
  if (few === undefined || many === undefined || few === many) return []
  const cost = median(paired(many.rounds, few.rounds, ({ cpu }) => cpu ?? Number.NaN))
  return [
    atMost('growth: cost of a poll', `${ours} ${many.size}`, `${ours} ${few.size}`, cost, GROWTH_COST, 'x'),
    ...(many.bytes === undefined || many.size < GROWTH_BYTES_AMONG
      ? []
      : [atMost('growth: memory of a login', `${ours} ${many.size}`, 'idle', many.bytes, GROWTH_BYTES, ' B')]),
  ]
}

/** @param {readonly import('../measures/sweep.mjs').SweepResult[]} results @returns {Judgement[]} */
export function judgeSweeps(results) {
  return results.map(({ store, worst }) => atMost('sweep: longest stop', store, '-', worst, SWEEP_MILLISECONDS, ' ms'))
}

/** @param {string} about @param {string} ours @param {string} theirs @param {number} value @param {number} most @param {string} unit @returns {Judgement} */
function atMost(about, ours, theirs, value, most, unit) {
  return { about, ours, theirs, value, most, unit, met: value <= most }
}

/** A floor waits for nothing but its core, so when it had less of it, somebody else had the rest. @param {readonly Series[]} series @param {string} workload */
function isDisturbed(series, workload) {
  const floor = find(series, workload, 'floor') ?? find(series, workload, 'bare')
  return floor !== undefined && median(floor.slices.map(({ busy }) => busy ?? 1)) < UNDISTURBED
}

/** @param {readonly Series[]} series @param {string} workload @param {string} contestant */
function find(series, workload, contestant) {
  return series.find((one) => one.workload === workload && one.contestant === contestant && one.slices.length > 0)
}

/** The median of the ratios of neighbours. @param {Series} one @param {Series} other @param {(slice: Slice) => number} value */
export function ratio(one, other, value) {
  return median(paired(one.slices, other.slices, value))
}

/** @template Sample @param {readonly Sample[]} some @param {readonly Sample[]} others @param {(sample: Sample) => number} value */
function paired(some, others, value) {
  return some.slice(0, others.length).map((sample, round) => value(sample) / value(/** @type {Sample} */ (others[round])))
}
