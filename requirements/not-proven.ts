/**
 * Requirements no test proves yet, each with the reason, and those we decided against.
 * A mark goes away with the first test that cites its id: the gate refuses an id that is both cited and marked.
 */
import type { RequirementId } from './requirements.ts'

/** The open work a requirement waits for. */
export const ISSUES = {
  1: 'main job end to end',
  2: 'authorization server complete',
  3: 'scale',
  4: 'client complete',
  5: 'MCP kit',
  6: 'auditor',
} as const

export type Issue = keyof typeof ISSUES

export type Mark = { readonly later: `issue ${Issue}`; readonly reason: string } | { readonly excluded: string }

export const NOT_PROVEN: ReadonlyMap<RequirementId, Mark> = new Map([
  [
    'rfc8628-6.2-alternative-channels',
    {
      excluded:
        'optional, and every channel that carries a code or an answer past the person at the page is one more way to phish: codes are typed, answers are polled',
    },
  ],
])
