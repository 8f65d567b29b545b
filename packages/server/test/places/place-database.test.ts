import { expect, test } from 'vitest'
import { placesIn } from '../../src/places/place-database.ts'
import { type MmdbOptions, writeMmdb } from './write-mmdb.ts'

const reims = {
  country: { iso_code: 'FR', names: { en: 'France' } },
  subdivisions: [{ names: { en: 'Grand Est', de: 'Großer Osten' } }, { names: { en: 'Marne' } }],
  city: { names: { en: 'Reims', 'zh-CN': '兰斯' } },
}
const germany = { country: { iso_code: 'DE' } }

test.each<MmdbOptions>([{}, { recordSize: 24 }, { recordSize: 32 }, { ipVersion: 4 }, { ipVersion: 4, recordSize: 24 }])(
  'a place is found by its network, the narrowest first, in a file with %o',
  (options) => {
    const places = placesIn(writeMmdb({ '203.0.113.0/24': germany, '203.0.113.128/25': reims }, options))
    expect(places('203.0.113.127', 'en')).toEqual({ country: 'DE' })
    expect(places('203.0.113.128', 'en')).toEqual({ country: 'FR', region: 'Grand Est', city: 'Reims' })
    expect(places('::ffff:203.0.113.200', 'en')).toEqual({ country: 'FR', region: 'Grand Est', city: 'Reims' })
    expect(places('203.0.114.1', 'en')).toBeUndefined()
    expect(places('10.0.0.1', 'en')).toBeUndefined()
  },
)

test('IPv6 addresses are found in a file for both versions, and in one for IPv4 nothing is taken for them', () => {
  const both = placesIn(writeMmdb({ '2001:db8::/32': germany, '2001:db8:7::/48': reims, '32.0.0.0/3': germany }))
  expect(both('2001:db8::1', 'en')).toEqual({ country: 'DE' })
  expect(both('2001:db8:7::1', 'en')).toMatchObject({ country: 'FR' })
  expect(both('2001:db9::1', 'en')).toBeUndefined()
  expect(both('fe80::1%eth0', 'en')).toBeUndefined()
  expect(placesIn(writeMmdb({ '32.0.0.0/3': germany }, { ipVersion: 4 }))('2001:db8::1', 'en')).toBeUndefined()
})

test('names come in the language that is asked for, else in English; regions of a language are one', () => {
  const places = placesIn(writeMmdb({ '203.0.113.0/24': reims }))
  expect(places('203.0.113.1', 'de')).toEqual({ country: 'FR', region: 'Großer Osten', city: 'Reims' })
  expect(places('203.0.113.1', 'zh-Hans')).toEqual({ country: 'FR', region: 'Grand Est', city: '兰斯' })
})

test('flat records are read too, and what is no country is no place', () => {
  const places = placesIn(
    writeMmdb({
      '1.0.0.0/8': { country: 'JP', region: 'Tokyo', city: 'Chiyoda' },
      '2.0.0.0/8': { country_code: 'BR', country: 'Brazil', city: '' },
      '3.0.0.0/8': { autonomous_system_number: 64_500 },
      '4.0.0.0/8': { country: { iso_code: 'de' } },
      '5.0.0.0/8': { country: { iso_code: '<b>' } },
      '6.0.0.0/8': 'DE',
      '7.0.0.0/8': { country: { iso_code: 'DE' }, city: 7, subdivisions: 'Bavaria' },
      '8.0.0.0/8': { registered_country: { iso_code: 'DE' } },
    }),
  )
  expect(places('1.2.3.4', 'en')).toEqual({ country: 'JP', region: 'Tokyo', city: 'Chiyoda' })
  expect(places('2.2.3.4', 'en')).toEqual({ country: 'BR' })
  for (const address of ['3.1.1.1', '4.1.1.1', '5.1.1.1', '6.1.1.1', '8.1.1.1']) expect(places(address, 'en'), address).toBeUndefined()
  expect(places('7.1.1.1', 'en')).toEqual({ country: 'DE' })
})

test('what is no address has no place, whatever it looks like', () => {
  const places = placesIn(writeMmdb({ '0.0.0.0/1': germany, '128.0.0.0/1': germany }))
  for (const address of ['', 'unknown', '1.2.3', '1.2.3.4.5', '256.1.1.1', '1.2.3.4:80', 'localhost', '::ffff:1.2.3', '%'])
    expect(places(address, 'en'), address).toBeUndefined()
})

test('a file that is something else, of another version, cut off or damaged is refused with the reason', () => {
  const good = writeMmdb({ '203.0.113.0/24': reims, '9.0.0.0/8': germany })
  const marker = good.indexOf('MaxMind.com') - 3
  const tree = good.indexOf(Buffer.alloc(16, 0), 0)
  const damaged = Buffer.from(good)
  damaged.fill(0xff, tree + 16, marker)
  for (const [bytes, message] of [
    [Buffer.alloc(0), 'no MaxMind DB file'],
    [Buffer.from('{"country": "DE"}'), 'no MaxMind DB file'],
    [good.subarray(0, marker), 'no MaxMind DB file'],
    [good.subarray(0, -20), 'no'],
    [Buffer.concat([good.subarray(0, 40), good.subarray(marker)]), 'not all of it is there'],
    [writeMmdb({ '9.0.0.0/8': germany }, { majorVersion: 3 }), 'no version of the format'],
    [damaged, 'damaged'],
  ] as const) {
    expect(() => placesIn(bytes), message).toThrow(message)
  }
})

test('damage that is found late makes a place unknown and nothing worse', () => {
  const bytes = writeMmdb({ '203.0.113.7/32': germany, '203.0.113.8/32': reims })
  const places = placesIn(bytes)
  const data = bytes.indexOf('iso_code')
  bytes.fill(0xff, data - 20, bytes.indexOf('MaxMind.com') - 3)
  for (const address of ['203.0.113.7', '203.0.113.8']) expect(places(address, 'en')).toBeUndefined()
})
