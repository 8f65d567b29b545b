import { test } from 'vitest'

/** A test that proves one or more requirements; its title begins with their ids, and the gate counts them as cited. */
export function verifies(ids: string | readonly string[], title: string, body: () => void | Promise<void>, timeout?: number): void {
  const cited = typeof ids === 'string' ? [ids] : ids
  test(`${cited.join(' ')}: ${title}`, body, timeout)
}
