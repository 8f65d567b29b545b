/**
 * Refresh tokens: `family . generation . MAC`. Nothing of them is stored: the MAC proves that we made this generation,
 * so a forgery is refused without any effect and an old generation is recognised as a replay (DESIGN: refresh families in O(1)).
 */
import { type Awaitable, whenKnown } from '@countersign/protocol'
import { equalInConstantTime } from '@countersign/proof'
import type { Context } from '../context.ts'

export interface RefreshTokenParts {
  readonly grantId: string
  readonly generation: number
}

const shape = /^([A-Za-z0-9_-]{22})\.(0|[1-9]\d{0,14})\.([A-Za-z0-9_-]{43})$/

export function makeRefreshToken(context: Context, { grantId, generation }: RefreshTokenParts): Awaitable<string> {
  return whenKnown(macOf(context, grantId, generation), (mac) => `${grantId}.${generation}.${mac}`)
}

/** The parts of a refresh token that this authority made, or `undefined`. */
export async function readRefreshToken(context: Context, token: string): Promise<RefreshTokenParts | undefined> {
  const [, grantId, digits, mac] = shape.exec(token) ?? []
  if (grantId === undefined || digits === undefined || mac === undefined) return undefined
  const generation = Number(digits)
  return equalInConstantTime(mac, await macOf(context, grantId, generation)) ? { grantId, generation } : undefined
}

function macOf(context: Context, grantId: string, generation: number) {
  return context.digest('refresh_token', `${grantId}.${generation}`)
}
