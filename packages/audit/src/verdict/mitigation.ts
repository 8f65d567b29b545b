/** What RFC 10027 (BCP 247) section 6.1 lists, and whether a server was seen to do it. */

/** `not applicable`: it cannot be seen from where the probe stands, or there is nothing it would apply to. Never a polite word for `absent`. */
export type Standing = 'pass' | 'absent' | 'not applicable'

export interface Mitigation {
  /** Of RFC 10027, such as `6.1.3`. */
  readonly section: string
  readonly title: string
  readonly standing: Standing
  /** How it was observed, one sentence. */
  readonly observed: string
  /** The steps of the transcript that show it. */
  readonly steps: readonly number[]
}
