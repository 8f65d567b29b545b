/** `countersign completion`: what makes a shell complete this command, and what the shell then asks. */
import type { Command } from 'commander'
import { candidatesFor } from '../completion/candidates.ts'
import { SCRIPTS, type Shell } from '../completion/scripts.ts'
import type { Invocation } from '../invocation.ts'
import { openClientParts } from '../sign-ins/client-parts.ts'
import { allSignIns, placeOf, profileOf } from '../sign-ins/find-sign-in.ts'

/** Prints the script. */
export async function completion({ output }: Invocation, shell: Shell): Promise<void> {
  output.result({ shell, script: SCRIPTS[shell] }, SCRIPTS[shell].trimEnd().split('\n'))
}

/** Prints what the last of the words may become, one a line. Whatever stands in the way, a person who presses Tab is not told. */
export async function complete(invocation: Invocation, program: Command, words: readonly string[]): Promise<void> {
  const signIns = async () => {
    try {
      // Nobody is asked for a passphrase in the middle of a line.
      const stdin = Object.assign(Object.create(invocation.stdin) as NodeJS.ReadStream, { isTTY: false })
      return await allSignIns((await openClientParts({ ...invocation, stdin })).vault)
    } catch {
      return []
    }
  }
  const once = async (of: (entry: Awaited<ReturnType<typeof signIns>>[number]) => string) =>
    [...new Set((await signIns()).map(of))].toSorted()
  output(await candidatesFor(program, words, { urls: () => once(placeOf), profiles: () => once(profileOf) }))

  function output(candidates: readonly string[]): void {
    invocation.output.result({ candidates }, candidates)
  }
}
