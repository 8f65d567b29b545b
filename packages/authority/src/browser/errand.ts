/**
 * What somebody came for who has to sign in first: a user code to enter or one entered before, an authorization request
 * to decide, a page to see.
 * An identity carries it along unread. Invariant: it is one of these shapes and never an address, so nobody can be sent elsewhere by it.
 */
import { type Form, formatUserCode, normaliseUserCode } from '@countersign/protocol'
import { isSha256Text } from '@countersign/proof'
import type { Settings } from '../settings.ts'

export interface Errand {
  /** The parameter it travels in. */
  readonly name: 'user_code' | 'entered' | 'request' | 'page'
  readonly value: string
}

/** To see and revoke what one has approved. */
export const DEVICES_ERRAND: Errand = { name: 'page', value: 'devices' }

/** To see and change the passkeys one signs in with. */
export const PASSKEYS_ERRAND: Errand = { name: 'page', value: 'passkeys' }

const PAGES = [DEVICES_ERRAND, PASSKEYS_ERRAND]

/** The errand in a query or a form; anything that is none is dropped. */
export function readErrand({ settings }: { readonly settings: Pick<Settings, 'userCodeAlphabet'> }, form: Form): Errand | undefined {
  const request = form.get('request')
  if (request !== undefined && isSha256Text(request)) return { name: 'request', value: request }
  const page = PAGES.find(({ value }) => value === form.get('page'))
  if (page !== undefined) return page
  const codeIn = (name: 'user_code' | 'entered') => userCodeErrand(normaliseUserCode(form.get(name) ?? '', settings.userCodeAlphabet), name)
  return codeIn('entered') ?? codeIn('user_code')
}

/** @param code in canonical form */
export function userCodeErrand(code: string, name: 'user_code' | 'entered' = 'user_code'): Errand | undefined {
  return code === '' || code.length > 16 ? undefined : { name, value: formatUserCode(code) }
}

const PATHS = { user_code: '/device', entered: '/device/decide', request: '/authorize/decide' } as const

/** Where the errand goes on once somebody is signed in: the code entry, the page of the decision, the list of devices or of passkeys. */
export function errandPath(base: string, errand: Errand | undefined): string {
  if (errand?.name === 'page') return `${base}/${errand.value}`
  return `${base}${PATHS[errand?.name ?? 'user_code']}${errandQuery(errand)}`
}

/** For carrying it in an address, with the question mark; empty when there is none. */
export function errandQuery(errand: Errand | undefined): string {
  return errand === undefined ? '' : `?${errand.name}=${errand.value}`
}
