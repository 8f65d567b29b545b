export interface Habit {
  /** What programs do, in a few words. */
  readonly habit: string
  readonly rule: string
  /** The name decides the language. */
  readonly file: string
  readonly defect: string
  readonly inOrder: string
}

/** The same text twice: with `bad`, and with `good` in its place. */
export function either(text: (part: string) => string, bad: string, good: string): { readonly defect: string; readonly inOrder: string } {
  return { defect: text(bad), inOrder: text(good) }
}
