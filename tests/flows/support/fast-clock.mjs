// @ts-check
/**
 * Loaded into a program before anything else: its machine's clock runs so many times faster, from a moment that all programs of a place share.
 * Timers keep real time, so a program that must wait a minute for something to expire waits a few seconds. Nothing else of it changes.
 */
const { COUNTERSIGN_FLOW_CLOCK = '' } = process.env
const [factor = 1, from = 0] = COUNTERSIGN_FLOW_CLOCK.split(' ').map(Number)
const real = Date.now
Date.now = () => Math.round(from + (real() - from) * factor)
