/** The names that other programs call this one by: they look for a program named after themselves and after the helper. */

const BY_NAME: Readonly<Record<string, string>> = {
  'git-credential-countersign': 'git-credential',
  'docker-credential-countersign': 'docker-credential',
}

/** The command that the path of the program stands for, to go before the arguments. */
export function commandOfName(path: string): readonly string[] {
  const name =
    path
      .split(/[/\\]/)
      .at(-1)
      ?.replace(/\.(?:exe|cmd|[cm]?js)$/i, '') ?? ''
  return Object.hasOwn(BY_NAME, name) ? [BY_NAME[name] ?? ''] : []
}
