/** What a check comes back with. */
import type { Answer } from './wire/exchange.ts'

/** `SKIP`: something it needs was not given. `ERROR`: it could not be carried out. Neither counts as having run. */
export type Mark = 'PASS' | 'HALF' | 'FAIL' | 'SKIP' | 'ERROR'

export interface Outcome {
  readonly mark: Mark
  /** One sentence: what was seen that decided. */
  readonly because: string
  /** What else was noticed, without weight. */
  readonly notes: readonly string[]
  /** The steps of the transcript that show it. */
  readonly steps: readonly number[]
}

/** What a check looks at, one observation after the other; the worst one decides. */
export interface Findings {
  readonly fail: (because: string, ...seen: readonly Pick<Answer, 'step'>[]) => void
  readonly half: (because: string, ...seen: readonly Pick<Answer, 'step'>[]) => void
  readonly note: (text: string) => void
  /** PASS with this sentence, unless something worse was seen. A 5xx is never a PASS. */
  readonly outcome: (because: string, ...seen: readonly Pick<Answer, 'step'>[]) => Outcome
}

export function gather(): Findings {
  const seen: { readonly mark: 'HALF' | 'FAIL'; readonly because: string; readonly steps: readonly number[] }[] = []
  const notes: string[] = []
  const add =
    (mark: 'HALF' | 'FAIL') =>
    (because: string, ...answers: readonly Pick<Answer, 'step'>[]) =>
      void seen.push({ mark, because, steps: answers.map(({ step }) => step) })
  return {
    fail: add('FAIL'),
    half: add('HALF'),
    note: (text) => void notes.push(text),
    outcome: (because, ...answers) => {
      const steps = answers.map(({ step }) => step)
      if (seen.length === 0) return { mark: 'PASS', because, notes, steps }
      const mark = seen.some((each) => each.mark === 'FAIL') ? 'FAIL' : 'HALF'
      const deciding = seen.filter((each) => each.mark === mark)
      const lesser = seen.filter((each) => each.mark !== mark).map((each) => each.because)
      return {
        mark,
        because: deciding.map((each) => each.because).join('; '),
        notes: [...lesser, ...notes],
        steps: [...new Set(deciding.flatMap((each) => each.steps))],
      }
    },
  }
}

export function skipped(because: string): Outcome {
  return { mark: 'SKIP', because, notes: [], steps: [] }
}
