/** What one rule says of a few files. */
import { subjectOf } from '../src/facts/roles.ts'
import { readProject } from '../src/link/read.ts'
import { RULES } from '../src/rules/catalogue.ts'
import { judge } from '../src/verdict/judge.ts'

export async function verdictsOf(rule: string, files: Readonly<Record<string, string>>) {
  const project = await readProject(new Map(Object.entries(files)))
  const judged = judge(
    RULES.filter(({ id }) => id === rule),
    subjectOf(project),
  )
  return new Set(judged.map(({ verdict }) => verdict))
}
