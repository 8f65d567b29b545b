/** Which version of a package is meant, of those that there are. */

/** The highest version that is this one or begins with it; of releases, before what is still in the making. */
export function newest(versions: readonly string[], wanted: string | undefined): string | undefined {
  if (wanted !== undefined && versions.includes(wanted)) return wanted
  const numbers = (version: string) => version.split('.').map(Number)
  return versions
    .filter((version) => /^\d+(?:\.\d+)*$/.test(version) && (wanted === undefined || version.startsWith(`${wanted}.`)))
    .sort((one, other) => {
      const [mine, theirs] = [numbers(one), numbers(other)]
      const index = mine.findIndex((number, at) => number !== (theirs[at] ?? 0))
      return index === -1 ? mine.length - theirs.length : (mine[index] ?? 0) - (theirs[index] ?? 0)
    })
    .at(-1)
}
