/** Time, as the probe is given it: tests hand in a clock that moves only when somebody sleeps. */

export type Sleep = (milliseconds: number) => Promise<void>

export interface ProbeRuntime {
  readonly clock: { readonly now: () => number }
  readonly sleep: Sleep
}
