/** The address of a store that several servers share. It may hold a password: no error, greeting or log repeats it whole. */
import { CountersignError } from '@countersign/protocol'
import { invalid, type Read } from './expect.ts'

/** Which package holds the store of a scheme. */
export const STORE_PACKAGES = {
  postgres: '@countersign/store-postgres',
  postgresql: '@countersign/store-postgres',
  redis: '@countersign/store-redis',
  rediss: '@countersign/store-redis',
  'redis+cluster': '@countersign/store-redis',
  'rediss+cluster': '@countersign/store-redis',
  'redis+sentinel': '@countersign/store-redis',
  'rediss+sentinel': '@countersign/store-redis',
} as const
export type StoreScheme = keyof typeof STORE_PACKAGES

const FORM = /^(?<scheme>[a-z][a-z+]*):\/\/(?:(?<user>[^:@/?#]*)(?<password>:[^@/?#]*)?@)?(?<rest>[^@]+)$/

const partsOf = (address: string) => FORM.exec(address)?.groups as Record<'scheme' | 'user' | 'password' | 'rest', string> | undefined

export const storeAddress: Read<string> = (value, path) => {
  const scheme = typeof value === 'string' ? partsOf(value)?.scheme : undefined
  if (scheme !== undefined && Object.hasOwn(STORE_PACKAGES, scheme)) return value as string
  const found = scheme === undefined ? '(something else)' : `${scheme}://...`
  throw invalid(
    path,
    'the address of a store, like "postgres://host/database" or "redis://host:6379"',
    found,
    `known are ${Object.keys(STORE_PACKAGES).join(', ')}`,
  )
}

export function schemeOf(address: string): StoreScheme {
  return partsOf(address)?.scheme as StoreScheme
}

/** As people may see it: without user name and password. */
export function shownStore(address: string): string {
  const { scheme, rest } = partsOf(address) ?? { scheme: '', rest: '' }
  // What follows a question mark may be a password, too.
  return `${scheme}://${rest.replace(/\?.*$/s, '')}`
}

/** The address with a password in it. @throws CountersignError `configuration_invalid` when it has one already */
export function withPassword(address: string, password: string): string {
  const { scheme, user = '', password: given, rest } = partsOf(address) ?? { scheme: '', rest: '' }
  if (given !== undefined)
    throw new CountersignError('configuration_invalid', 'the address of the store holds a password, and there is a file with one as well')
  return `${scheme}://${user}:${encodeURIComponent(password)}@${rest}`
}
