// @ts-check
/** Loaded into a client before anything else: its clock and its timers run COUNTERSIGN_TEST_SPEED times faster. Nothing else of it changes. */
import timers from 'node:timers'
import promises from 'node:timers/promises'
import { syncBuiltinESMExports } from 'node:module'

const speed = Number(process.env['COUNTERSIGN_TEST_SPEED'] ?? 1)
const RealDate = Date
const began = RealDate.now()
const now = () => Math.round(began + (RealDate.now() - began) * speed)

// @ts-expect-error Called without new it is nobody's here.
globalThis.Date = class extends RealDate {
  /** @param {any[]} given */
  constructor(...given) {
    // @ts-expect-error The constructor takes whatever the real one takes.
    super(...(given.length === 0 ? [now()] : given))
  }
  /** @override */
  static now() {
    return now()
  }
}
const { setTimeout: later, setInterval: often } = globalThis
const short = (/** @type {unknown} */ milliseconds) => (typeof milliseconds === 'number' ? milliseconds / speed : milliseconds)
// @ts-expect-error What else these functions have is not used by anybody here.
globalThis.setTimeout = (act, milliseconds, ...given) => later(act, short(milliseconds), ...given)
// @ts-expect-error As above.
globalThis.setInterval = (act, milliseconds, ...given) => often(act, short(milliseconds), ...given)
timers.setTimeout = globalThis.setTimeout
const wait = promises.setTimeout
// @ts-expect-error As above.
promises.setTimeout = (milliseconds, ...given) => wait(short(milliseconds), ...given)
syncBuiltinESMExports()
