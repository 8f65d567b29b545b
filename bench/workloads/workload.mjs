// @ts-check
/**
 * What a workload is: something that devices, people or resource servers do, in words that hold for every contestant.
 * @typedef {import('../contestants/contestant.mjs').Dialect} Dialect
 * @typedef {import('../contestants/contestant.mjs').Running} Running
 *
 * The workload on one running contestant. `ready` makes what the next slice will use up, unmeasured; `turns` is how many it may need.
 * @typedef {{ readonly ready: (turns: number) => Promise<void>, readonly turn: import('../load/closed-loop.mjs').Turn }} Play
 *
 * `supports`: whether the contestant can do it at all. `requests`: how many kinds of requests a turn makes, each of which is code of its own to compile;
 * one without it.
 * @typedef {{
 *   readonly name: string,
 *   readonly title: string,
 *   readonly about: string,
 *   readonly requests?: number,
 *   readonly supports: (dialect: Dialect) => boolean,
 *   readonly play: (running: Running) => Promise<Play>,
 * }} Workload
 */

/** Every device of a run has a number of its own, counted on from here. */
export function devices() {
  let count = 0
  return () => count++
}

/** What went wrong: a server that answers something else than it should is not measured. @param {string} what @param {import('../load/connection.mjs').Answer} answer */
export function unexpected(what, { status, body }) {
  return new Error(`${what} was answered with ${status}: ${body.slice(0, 300)}`)
}
