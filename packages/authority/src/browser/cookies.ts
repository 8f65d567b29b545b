/** Cookies of the pages. On https they carry the __Host- prefix: this host only, whole site, never over plain http (RFC 6265bis section 4.1.3.2). */
import { type Exchange, headerOf } from '@countersign/protocol'
import type { Context } from '../context.ts'

type Issuer = Pick<Context, 'issuer'>

function nameOf({ issuer }: Issuer, name: string): string {
  // Browsers refuse the prefix without Secure, and Secure over http; plain http is allowed on loopback only.
  return issuer.startsWith('https:') ? `__Host-${name}` : name
}

export function readCookie(context: Issuer, exchange: Exchange, name: string): string | undefined {
  const wanted = `${nameOf(context, name)}=`
  const header = headerOf(exchange, 'cookie') ?? ''
  for (let from = 0; from < header.length; ) {
    const semicolon = header.indexOf(';', from)
    const end = semicolon < 0 ? header.length : semicolon
    const pair = header.slice(from, end).trim()
    if (pair.startsWith(wanted)) {
      const value = pair.slice(wanted.length)
      return ours.test(value) ? value : undefined
    }
    from = end + 1
  }
  return undefined
}

const ours = /^[\w-]{1,128}$/

/** @param value `undefined` takes the cookie back */
export function writeCookie(context: Issuer, name: string, value: string | undefined): string {
  const secure = context.issuer.startsWith('https:') ? '; Secure' : ''
  const life = value === undefined ? '; Max-Age=0' : ''
  // Lax, not Strict: a person who follows the link of the terminal arrives signed in. Forms carry a token of their own.
  return `${nameOf(context, name)}=${value ?? ''}; Path=/; HttpOnly; SameSite=Lax${secure}${life}`
}
