/** What the reference server remembers, and the few things everything in it uses. Written to be probed, not to be copied. */
import { randomBytes, randomInt } from 'node:crypto'
import type { Defect } from './defects.ts'

export interface ReferenceOptions {
  readonly clock: { readonly now: () => number }
  readonly defect?: Defect | undefined
  readonly interval?: number
  readonly codeLife?: number
  /** Key and certificate; plain http without them. */
  readonly tls?: { readonly key: string; readonly cert: string } | undefined
}

export interface DeviceRecord {
  readonly clientId: string
  readonly userCode: string
  readonly scope: readonly string[]
  readonly expiresAt: number
  state: 'pending' | 'approved' | 'denied' | 'redeemed'
  subject: string
  grantId: string
  interval: number
  polledAt: number | undefined
}

export interface GrantRecord {
  readonly clientId: string
  readonly subject: string
  readonly scope: readonly string[]
  readonly key: string | undefined
  generation: number
  isEnded: boolean
}

export interface ReferenceClient {
  readonly id: string
  readonly secret?: string
  readonly hasGrant: boolean
  readonly scope: readonly string[]
}

export const CLIENTS: readonly ReferenceClient[] = [
  { id: 'client-a', hasGrant: true, scope: ['read', 'write'] },
  { id: 'client-b', hasGrant: true, scope: ['read'] },
  { id: 'client-n', hasGrant: false, scope: [] },
  { id: 'client-k', secret: 'k-secret', hasGrant: true, scope: ['read'] },
]

export const PERSON = { name: 'ada', password: 'correct horse' }
const BASE20 = 'BCDFGHJKLMNPQRSTVWXZ'.replace('L', 'Y')

export interface Reply {
  readonly status: number
  readonly headers: Record<string, string | string[]>
  readonly body: string
}

export interface Request {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly query: URLSearchParams
  readonly form: URLSearchParams
}

export class Refusal extends Error {
  readonly status: number
  constructor(error: string, status = 400) {
    super(error)
    this.status = status
  }
}

export function openState({ clock, defect, interval = 1, codeLife = 120 }: ReferenceOptions) {
  let counter = 1_000_000
  const has = (one: Defect) => defect === one
  function drawUserCode(): string {
    if (has('six digits')) return String(randomInt(100_000, 1_000_000))
    const alphabet = has('look-alikes') ? '0O1IL23456789BCDFGHJ' : BASE20
    const draw = () => Array.from({ length: 4 }, () => alphabet[randomInt(alphabet.length)]).join('')
    return `${draw()}-${draw()}`
  }
  function drawDeviceCode(userCode: string): string {
    if (has('short device codes')) return randomBytes(8).toString('hex')
    if (has('counted device codes')) return `${counter++}-${'x'.repeat(32)}${randomBytes(20).toString('hex')}`
    if (has('user code inside')) return `${userCode.replace('-', '')}${randomBytes(24).toString('hex')}`
    return randomBytes(32).toString('base64url')
  }
  return {
    clock,
    has,
    interval,
    codeLife: has('codes for an hour') ? 3600 : codeLife,
    tokenLife: has('tokens for a week') ? 7 * 86_400 : 900,
    drawUserCode,
    drawDeviceCode,
    devices: new Map<string, DeviceRecord>(),
    grants: new Map<string, GrantRecord>(),
    /** Refresh tokens: which grant, and which turn of it. */
    refreshes: new Map<string, { readonly grantId: string; readonly generation: number }>(),
    browsers: new Map<string, { readonly subject: string; readonly secret: string }>(),
    mistakes: new Map<string, number>(),
    proofs: new Set<string>(),
  }
}

export type State = ReturnType<typeof openState>

export const newToken = () => randomBytes(24).toString('base64url')
