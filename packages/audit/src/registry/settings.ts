/** What the settings around a registry say of its clients: how long things live, whether refresh tokens are rotated. */
import { durationOf } from '../facts/fold.ts'
import type { Node } from '../neutral/tree.ts'
import { isNo, isYes, type RegisteredClient, textOf } from './clients.ts'

const LIFE = /life_?(?:span|time)|ttl|time_to_live|expir|max_?age|validity/
const ISO_8601 = /^p(?:(\d{1,6})d)?(?:t(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,9})s)?)?$/

export interface SetLife {
  readonly seconds: number
  readonly node: Node
}

/** How long a device code lives. */
export const deviceCodeLife = (client: RegisteredClient): SetLife | undefined =>
  lifeIn(client, (word) => /device/.test(word) && !/(?:access|refresh|id)_?token|interval/.test(word))

/** How long an access token lives. */
export const accessTokenLife = (client: RegisteredClient): SetLife | undefined =>
  lifeIn(client, (word) => /access_?token/.test(word) && !/refresh|implicit|idle|client_credentials|jwt_bearer|id_token/.test(word))

function lifeIn(client: RegisteredClient, isMeant: (word: string) => boolean): SetLife | undefined {
  for (const [word, node] of client.settings) {
    if (!LIFE.test(word) || !isMeant(word)) continue
    const number = node.kind === 'number' ? node.value : durationIn(textOf(node))
    if (number !== undefined && number > 0) return { seconds: /_(?:ms|millis|milliseconds)$/.test(word) ? number / 1000 : number, node }
  }
  return undefined
}

/** `1h30m`, `600`, and `pt10m` in small letters. */
function durationIn(text: string): number | undefined {
  const parts = ISO_8601.exec(text)
  if (parts === null) return durationOf(text)
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part ?? 0))
  return ((days * 24 + hours) * 60 + minutes) * 60 + seconds
}

/** Where it is said that a refresh token stays good after it was used; undefined when that is not said, or the token is bound to a key. */
export function keptRefreshToken({ settings }: RegisteredClient): Node | undefined {
  if (settings.some(([word, value]) => /(?:dpop|certificate)_bound_access_tokens$/.test(word) && isYes(value))) return undefined
  const [word, decided] = settings.find(([each]) => isAboutRotation(each)) ?? []
  if (word === undefined || decided === undefined) return undefined
  if (REUSE.test(word)) return isYes(decided) ? decided : undefined
  const isReuse = /^(?:re_?use|non-rotating|never)$/.test(textOf(decided)) || (decided.kind === 'number' && decided.value === 0)
  return isNo(decided) || isReuse ? decided : undefined
}

/** What says the opposite of rotation. */
const REUSE = /(?:^|_)re_?use_refresh_tokens?$|tokens?_(?:disable_rotation|rotation_disabled)$/

/** Words of Keycloak, of IdentityServer, and of everybody who says "rotate". */
function isAboutRotation(word: string): boolean {
  return word === 'revoke_refresh_token' || word === 'refresh_token_usage' || (/rotat/.test(word) && /token/.test(word)) || REUSE.test(word)
}
