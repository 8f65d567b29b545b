/** How much of a stranger's repository or package is taken in before it is refused. */

export interface Limits {
  /** Unpacked, all files together. */
  readonly bytes: number
  readonly files: number
  /** What is sent over the network for a package. */
  readonly packedBytes: number
  readonly milliseconds: number
}

export const LIMITS: Limits = { bytes: 1_000_000_000, files: 200_000, packedBytes: 200_000_000, milliseconds: 300_000 }
