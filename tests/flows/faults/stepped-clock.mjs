// @ts-check
/**
 * Loaded into a server before anything else: its machine's clock runs so many times faster, and is as far off as a file says, which is read again
 * at SIGUSR2. Timers keep real time, as they do when somebody sets the clock of a machine.
 */
import { readFileSync } from 'node:fs'

const { COUNTERSIGN_FLOW_CLOCK = '', COUNTERSIGN_FLOW_CLOCK_OFF = '' } = process.env
const [factor = 1, from = 0] = COUNTERSIGN_FLOW_CLOCK.split(' ').map(Number)
const real = Date.now
const readOff = () => Number(readFileSync(COUNTERSIGN_FLOW_CLOCK_OFF, 'utf8'))
let off = readOff()
process.on('SIGUSR2', () => {
  off = readOff()
})
// Over a limit on the size of files a write is to fail, as on a full disk, and not to end the program.
process.on('SIGXFSZ', () => undefined)
Date.now = () => Math.round(from + (real() - from) * factor + off)
