/**
 * The wait, made visible: on a terminal one line that counts down and leaves nothing behind, elsewhere a line a minute.
 * Invariant: the line is never as long as the terminal is wide, so that repainting it never scrolls.
 */
import type { Clock, EpochMilliseconds, Sleep } from '@countersign/protocol'
import type { Manner } from './manner.ts'
import { clockTime, inWords } from './words.ts'

export interface CountdownOptions {
  readonly stderr: { readonly columns?: number; write(text: string): unknown }
  readonly manner: Manner
  readonly clock: Clock
  readonly sleep: Sleep
  readonly expiresAt: EpochMilliseconds
}

export interface Countdown {
  /** Writes a line that stays, above the one that counts. */
  readonly say: (line: string) => void
  /** Ends it and takes its line away. */
  readonly stop: () => void
}

const ERASE = '\r\u001b[K'
const MINUTE = 60_000

/** Starts counting. */
export function startCountdown({ stderr, manner, clock, sleep, expiresAt }: CountdownOptions): Countdown {
  const ended = new AbortController()
  const left = () => expiresAt - clock.now()

  function paint(): void {
    const room = (stderr.columns || 80) - 1
    const long = `Waiting for your approval; the code expires in ${clockTime(left())}`
    const text = long.length <= room ? long : `Waiting, ${clockTime(left())} left`
    stderr.write(`\r${text.slice(0, room)}\u001b[K`)
  }

  async function pause(milliseconds: number): Promise<boolean> {
    return sleep(milliseconds, ended.signal).then(
      () => !ended.signal.aborted,
      () => false,
    )
  }

  async function repaint(): Promise<void> {
    for (;;) {
      paint()
      const milliseconds = left()
      // On the beat of the remaining seconds; at the end there is nothing left to count.
      if (milliseconds <= 0 || !(await pause(milliseconds % 1000 || 1000))) return
    }
  }

  async function remind(): Promise<void> {
    stderr.write(`Waiting for your approval; the code expires in ${inWords(left())}.\n`)
    while (left() > MINUTE && (await pause(MINUTE))) stderr.write(`Still waiting; the code expires in ${inWords(left())}.\n`)
  }

  void (manner === 'live' ? repaint() : remind())
  return {
    say: (line) => {
      stderr.write(manner === 'live' ? `${ERASE}${line}\n` : `${line}\n`)
      if (manner === 'live' && !ended.signal.aborted) paint()
    },
    stop: () => {
      if (ended.signal.aborted) return
      ended.abort()
      if (manner === 'live') stderr.write(ERASE)
    },
  }
}
