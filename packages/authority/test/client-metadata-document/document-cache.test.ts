import { memoryStore } from '@countersign/authority'
import { expect, test } from 'vitest'
import { documentCache } from '../../src/clients/metadata-document/document-cache.ts'
import { testClock } from '../house.ts'

const DOCUMENT = { status: 200, contentType: 'application/json', cacheControl: 'max-age=3600', body: '{}' }

test('no more than 32 fetches are under way, whoever waits for them', async () => {
  const clock = testClock()
  const waiting: (() => void)[] = []
  const fetchDocument = () => new Promise<typeof DOCUMENT>((resolve) => void waiting.push(() => resolve(DOCUMENT)))
  const read = documentCache({ clock, store: memoryStore(clock), fetchDocument }, { least: 60, most: 3600 }, (url) => url)
  const all = Array.from({ length: 32 }, (_, index) => read(`https://host-${index}.example/c`))
  // Let each of them get as far as its fetch.
  while (waiting.length < 32) await Promise.resolve()
  await expect(read('https://one-more.example/c')).rejects.toMatchObject({ code: 'temporarily_unavailable' })
  // Who asks for one that is under way waits with the others.
  const again = read('https://host-0.example/c')
  for (const answer of waiting) answer()
  expect(await Promise.all([...all, again])).toHaveLength(33)
  const late = read('https://one-more.example/c')
  while (waiting.length < 33) await Promise.resolve()
  waiting.at(-1)?.()
  expect(await late).toBe('https://one-more.example/c')
})

test('a thousand documents are kept; the one fetched longest ago makes room', async () => {
  const clock = testClock()
  const fetched: string[] = []
  const fetchDocument = async (url: string) => {
    fetched.push(url)
    return DOCUMENT
  }
  const read = documentCache({ clock, store: memoryStore(clock), fetchDocument }, { least: 60, most: 3600 }, (url) => url)
  const url = (index: number) => `https://host-${index}.example/c`
  for (let index = 0; index < 1001; index++) await read(url(index))
  await read(url(1))
  await read(url(1000))
  expect(fetched).toHaveLength(1001)
  await read(url(0))
  expect(fetched).toHaveLength(1002)
})
