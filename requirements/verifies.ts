import { test } from 'vitest'
import type { RequirementId } from './requirements.ts'

/**
 * A test that proves one or more requirements; its title begins with their ids, and the gate counts them as cited.
 * The ids are written as literals: the compiler refuses an unknown one, and the gate reads them from the source text.
 */
export function verifies(
  ids: RequirementId | readonly RequirementId[],
  title: string,
  body: () => void | Promise<void>,
  timeout?: number,
): void {
  const cited = typeof ids === 'string' ? [ids] : ids
  test(`${cited.join(' ')}: ${title}`, body, timeout)
}
