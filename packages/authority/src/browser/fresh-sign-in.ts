/** Whether somebody proved a moment ago who they are, as it takes for what a browser that was left open must not do. */
import type { Context } from '../context.ts'
import type { Approver } from '../ports/identity.ts'

export function isFreshSignIn(
  { clock, settings }: Pick<Context, 'clock' | 'settings'>,
  { authenticatedAt }: Pick<Approver, 'authenticatedAt'>,
): boolean {
  return clock.now() - authenticatedAt < settings.freshSignIn * 1000
}
