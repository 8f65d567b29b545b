/** What a rule is called, and where it is explained; a check that is the proof of no rule goes by its own name. */
import { CHECKS } from '../probe/all-checks.ts'
import { RULES } from '../rules/catalogue.ts'

const DOCS = 'https://github.com/countersign/countersign/blob/main/docs/'

export function titleOf(rule: string): string {
  return RULES.find(({ id }) => id === rule)?.title ?? CHECKS.find(({ id }) => id === rule)?.title ?? rule
}

export function pageOf(rule: string): string {
  return rule.startsWith('DF-') ? `${DOCS}rules/${rule}.md` : `${DOCS}checks.md`
}
