/** Counting in words. Which form goes with a number is asked of the plural rules of the language (Unicode CLDR): "one or many" holds for few. */

/** A form for each plural category that has one of its own; `#` stands for the number. */
export type Forms = Readonly<Partial<Record<Intl.LDMLPluralRule, string>>> & { readonly other: string }

/** What a language needs to tell lengths of time. */
export interface TimeWords {
  /** BCP 47 tag. */
  readonly lang: string
  readonly units: Readonly<Record<'second' | 'minute' | 'hour' | 'day', Forms>>
  /** Stands between minutes and seconds. */
  readonly joint: string
  readonly ago: (length: string) => string
  readonly justNow: string
}

export interface Lengths {
  /** Seconds in words: `42 seconds`, `3 minutes`, `2 minutes 5 seconds`; below zero counts as zero. */
  readonly duration: (seconds: number) => string
  /** The same, in the past; below a second `just now`. */
  readonly ago: (seconds: number) => string
  /** How long ago, in the largest unit that fits: `just now`, `5 minutes ago`, `3 days ago`. */
  readonly longAgo: (seconds: number) => string
  /** How long to wait, rounded up: `1 minute`, `40 minutes`, `3 hours`. */
  readonly wait: (seconds: number) => string
}

const LARGE_UNITS = [
  [86_400, 'day'],
  [3600, 'hour'],
  [60, 'minute'],
] as const

/** The form of a number of things. Digits stay as they are: a person may have to type them somewhere. */
export function countingIn(lang: string): (count: number, forms: Forms) => string {
  const rules = new Intl.PluralRules(lang)
  /** Of the numbers of seconds and minutes, which every page of a decision tells: to ask the rules takes as long as to write ten lines of it. */
  let known: readonly Intl.LDMLPluralRule[] | undefined
  return (count, forms) => {
    known ??= Array.from({ length: 61 }, (_, small) => rules.select(small))
    return (forms[known[count] ?? rules.select(count)] ?? forms.other).replace('#', String(count))
  }
}

export function lengthsOfTime({ lang, units, joint, ago, justNow }: TimeWords): Lengths {
  const counted = countingIn(lang)
  const duration = (seconds: number): string => {
    const whole = Math.max(0, Math.floor(seconds))
    const minutes = Math.floor(whole / 60)
    const rest = whole % 60
    if (minutes === 0) return counted(rest, units.second)
    const told = counted(minutes, units.minute)
    return rest === 0 ? told : told + joint + counted(rest, units.second)
  }
  const longAgo = (seconds: number): string => {
    const fitting = LARGE_UNITS.find(([length]) => seconds >= length)
    return fitting === undefined ? justNow : ago(counted(Math.floor(seconds / fitting[0]), units[fitting[1]]))
  }
  const wait = (seconds: number): string => {
    const minutes = Math.max(1, Math.ceil(seconds / 60))
    return minutes <= 120 ? counted(minutes, units.minute) : counted(Math.ceil(minutes / 60), units.hour)
  }
  return { duration, ago: (seconds) => (seconds < 1 ? justNow : ago(duration(seconds))), longAgo, wait }
}
