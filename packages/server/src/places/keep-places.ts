/** The database of places in use: read at the start, and read again when the file was replaced, beside the work of the server. */
import { readFileSync, statSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import type { Places } from '@countersign/authority'
import { CountersignError } from '@countersign/protocol'
import { placesIn } from './place-database.ts'

export interface KeptPlaces {
  readonly places: Places
  /** Looks at the file no more. */
  close(): Promise<void>
}

export interface KeepingPlaces {
  readonly reloaded: () => void
  /** What lies there now cannot be used; what was read before goes on being used. */
  readonly notReloaded: (cause: unknown) => void
  /** Looks again and again until what it gives back is called; every half a minute unless given. */
  readonly repeat?: (look: () => Promise<void>) => () => void
}

const INTERVAL_MS = 30_000

/** @throws CountersignError `configuration_invalid` when the file cannot be read or used */
export function keepPlaces(file: string, { notReloaded, reloaded, repeat = nowAndThen }: KeepingPlaces): KeptPlaces {
  let { places, seen } = firstPlaces(file)
  let looking = Promise.resolve()

  async function look(): Promise<void> {
    const now = await stat(file).then(markOf, () => undefined)
    // A file that is gone is about to come back, or is missed at the next start.
    if (now === undefined || now === seen) return
    // Before it is read: what is written meanwhile is seen the next time.
    seen = now
    try {
      places = placesIn(await readFile(file))
      reloaded()
    } catch (cause) {
      notReloaded(cause)
    }
  }
  const stop = repeat(() => (looking = looking.then(look)))

  return {
    places: (address, language) => places(address, language),
    close: async () => {
      stop()
      await looking
    },
  }
}

function firstPlaces(file: string): { places: Places; seen: string } {
  try {
    const seen = markOf(statSync(file))
    return { seen, places: placesIn(readFileSync(file)) }
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    const why = code === undefined ? message : code === 'ENOENT' ? 'it does not exist' : 'it cannot be read'
    throw new CountersignError('configuration_invalid', `the place database "${file}" cannot be used: ${why}`, {
      hint: 'name a file in MaxMind DB format (.mmdb) that tells countries or cities, or none',
      cause,
    })
  }
}

/** Differs when the file does. */
function markOf({ ino, mtimeMs, size }: { readonly ino: number; readonly mtimeMs: number; readonly size: number }): string {
  return `${ino} ${mtimeMs} ${size}`
}

function nowAndThen(look: () => Promise<void>): () => void {
  const timer = setInterval(() => void look(), INTERVAL_MS)
  timer.unref()
  return () => clearInterval(timer)
}
