/**
 * Places out of a file in the MaxMind DB format (version 2.0 of its specification), as MaxMind, DB-IP, IPinfo and others publish them.
 * Invariant: what was not found to be whole is not used, and a lookup neither throws nor waits, whatever the file holds.
 */
import { isIP } from 'node:net'
import type { Place, Places } from '@countersign/authority'
import { Reader, type Response } from 'mmdb-lib'

type Members = Readonly<Record<string, unknown>>

const SEPARATOR_BYTES = 16

/** @throws Error that says what is wrong with the bytes */
export function placesIn(bytes: Buffer): Places {
  const reader = wholeReader(bytes)
  const isForBoth = reader.metadata.ipVersion === 6
  return (address, language) => {
    // What a socket for both versions calls an IPv4 peer (RFC 4291 section 2.5.5.2).
    const plain = address.replace(/^::ffff:(?=\d+\.)/i, '')
    const version = isIP(plain)
    if (version === 0 || (version === 6 && !isForBoth)) return undefined
    try {
      return placeOf(reader.get(plain), language)
    } catch {
      return undefined
    }
  }
}

function wholeReader(bytes: Buffer): Reader<Response> {
  const reader = opened(bytes)
  const { binaryFormatMajorVersion, ipVersion, nodeCount, searchTreeSize } = reader.metadata
  if (binaryFormatMajorVersion !== 2 || (ipVersion !== 4 && ipVersion !== 6) || !Number.isSafeInteger(nodeCount) || nodeCount < 1) {
    throw new Error('it is in no version of the format that is known here')
  }
  const separator = bytes.subarray(searchTreeSize, searchTreeSize + SEPARATOR_BYTES)
  if (separator.length < SEPARATOR_BYTES || separator.some((byte) => byte !== 0))
    throw new Error('it is damaged, or not all of it is there')
  // Not every record, for there are millions: one in each part of the tree.
  for (let first = 1; first < 224; first++) {
    try {
      reader.get(`${first}.0.0.1`)
    } catch (cause) {
      throw new Error(`it is damaged: what it says of ${first}.0.0.1 cannot be read`, { cause })
    }
  }
  return reader
}

function opened(bytes: Buffer): Reader<Response> {
  try {
    return new Reader(bytes)
  } catch (cause) {
    throw new Error('it is no MaxMind DB file', { cause })
  }
}

/** Both ways in which the publishers write records: nested with names in several languages, and flat in one. */
function placeOf(found: unknown, language: string): Place | undefined {
  const record = membersOf(found)
  const country = [membersOf(record['country'])['iso_code'], record['country_code'], record['country']].find(isCountryCode)
  if (country === undefined) return undefined
  const subdivision = Array.isArray(record['subdivisions']) ? (record['subdivisions'][0] as unknown) : record['region']
  const region = nameIn(subdivision, language)
  const city = nameIn(record['city'], language)
  return { country, ...(region === undefined ? {} : { region }), ...(city === undefined ? {} : { city }) }
}

function nameIn(value: unknown, language: string): string | undefined {
  if (typeof value === 'string') return value || undefined
  const names = membersOf(membersOf(value)['names'])
  const sameLanguage = Object.keys(names).find((tag) => tag.split('-', 1)[0] === language.split('-', 1)[0])
  const name = names[language] ?? (sameLanguage === undefined ? undefined : names[sameLanguage]) ?? names['en']
  return typeof name === 'string' ? name || undefined : undefined
}

function isCountryCode(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Z]{2}$/.test(value)
}

function membersOf(value: unknown): Members {
  return typeof value === 'object' && value !== null ? (value as Members) : {}
}
