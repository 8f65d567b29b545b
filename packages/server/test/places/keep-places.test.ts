import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { keepPlaces } from '../../src/places/keep-places.ts'
import { faultOf, ownDirectory, put } from '../directory.ts'
import { writeMmdb } from './write-mmdb.ts'

const inCountry = (country: string) => writeMmdb({ '203.0.113.0/24': { country: { iso_code: country } } })

/** Keeps a file that is looked at when the test says so. */
function kept(file: string) {
  const told: unknown[] = []
  let look: () => Promise<void> = async () => undefined
  let stopped = false
  const { close, places } = keepPlaces(file, {
    reloaded: () => void told.push('reloaded'),
    notReloaded: (cause) => void told.push((cause as Error).message),
    repeat: (each) => {
      look = each
      return () => void (stopped = true)
    },
  })
  return { close, told, look: () => look(), stopped: () => stopped, country: () => places('203.0.113.7', 'en')?.country }
}

test('a file that is replaced is read again, once', async () => {
  const directory = ownDirectory()
  const file = put(directory, 'places.mmdb', inCountry('FR'))
  const { country, look, told } = kept(file)
  await look()
  expect([country(), told]).toEqual(['FR', []])
  renameSync(put(directory, 'new.mmdb', inCountry('DE')), file)
  expect(country()).toBe('FR')
  await look()
  await look()
  expect([country(), told]).toEqual(['DE', ['reloaded']])
})

test('what cannot be used is told once and changes nothing, and the next that can be is taken', async () => {
  const file = put(ownDirectory(), 'places.mmdb', inCountry('FR'))
  const { country, look, told } = kept(file)
  writeFileSync(file, inCountry('DE').subarray(0, 60))
  await look()
  await look()
  expect([country(), told]).toEqual(['FR', ['it is no MaxMind DB file']])
  rmSync(file)
  await look()
  expect([country(), told.length]).toEqual(['FR', 1])
  writeFileSync(file, inCountry('JP'))
  await look()
  expect([country(), told[1]]).toEqual(['JP', 'reloaded'])
})

test('whoever closes waits for what is being read, and then nothing is looked at', async () => {
  const file = put(ownDirectory(), 'places.mmdb', inCountry('FR'))
  const { close, country, look, stopped, told } = kept(file)
  writeFileSync(file, inCountry('DE'))
  void look()
  await close()
  expect([country(), told, stopped()]).toEqual(['DE', ['reloaded'], true])
})

test('without being told otherwise it looks every half a minute, until it is closed', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  const told: string[] = []
  const ports = { reloaded: () => void told.push('reloaded'), notReloaded: () => void told.push('not') }
  const file = put(ownDirectory(), 'places.mmdb', inCountry('FR'))
  const early = keepPlaces(file, ports)
  const late = keepPlaces(file, ports)
  writeFileSync(file, inCountry('JP').subarray(0, 70))
  vi.advanceTimersByTime(29_999)
  await early.close()
  expect(told).toEqual([])
  vi.advanceTimersByTime(1)
  await late.close()
  expect([told, vi.getTimerCount()]).toEqual([['not'], 0])
})

test('at the start a file that cannot be used is told, with what is wrong', () => {
  const directory = ownDirectory()
  const ports = { reloaded: () => undefined, notReloaded: () => undefined }
  const corrupt = put(directory, 'corrupt.mmdb', inCountry('FR').subarray(0, 50))
  for (const [file, why] of [
    [join(directory, 'none.mmdb'), 'it does not exist'],
    [directory, 'it cannot be read'],
    [corrupt, 'it is no MaxMind DB file'],
  ] as const) {
    expect(faultOf(() => keepPlaces(file, ports))).toEqual({
      code: 'configuration_invalid',
      message: `the place database "${file}" cannot be used: ${why}`,
      hint: 'name a file in MaxMind DB format (.mmdb) that tells countries or cities, or none',
    })
  }
})
