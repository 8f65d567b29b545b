/** What a rule is called; a check on the wire is called by its id. */
import { RULES } from '../rules/catalogue.ts'

export function titleOf(rule: string): string {
  return RULES.find(({ id }) => id === rule)?.title ?? rule
}
