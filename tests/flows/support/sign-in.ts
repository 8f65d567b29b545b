/** `countersign login` as somebody outside sees it: what it shows, and how it goes on once there is a decision. */
import { expect } from 'vitest'
import type { Place } from './place.ts'
import type { Program, TerminalProgram } from './programs.ts'

const USER_CODE = /\b[BCDFGHJKLMNPQRSTVWXZ]{3}(?:-[BCDFGHJKLMNPQRSTVWXZ]{3}){2}\b/

export interface Invitation {
  readonly userCode: string
  readonly verificationUri: string
  readonly verificationUriComplete: string
}

/** What the command tells the person to open and to compare. */
export async function invitationOf({ issuer }: Pick<Place, 'issuer'>, login: Program): Promise<Invitation> {
  const [userCode] = await login.until(USER_CODE)
  const [verificationUri] = await login.until(new RegExp(`${issuer}/[^\\s?]+(?=\\s)`))
  const [verificationUriComplete] = await login.until(new RegExp(`${issuer}/\\S+user_code=${userCode}`))
  return { userCode, verificationUri, verificationUriComplete }
}

/** Hands the number of the page to the command that waits for it; without a number there is nothing to hand over. */
export async function countersign(login: TerminalProgram, number: string | undefined): Promise<void> {
  if (number === undefined) return
  await login.until(/Type the number here: $/)
  login.type(`${number}\r`)
}

/** The command ends well and says so. */
export async function signedIn({ resource }: Pick<Place, 'resource'>, login: Program): Promise<void> {
  const { code, stdout, stderr } = await login.ended
  expect(code, stdout + stderr).toBe(0)
  expect(stdout + stderr).toContain(`Signed in to ${resource}.`)
}
