import { describe, expect, test } from 'vitest'
import { FLOORS, SIDEWAYS } from './floors.ts'
import { packageOf, packages, specifiersOf } from './sources.ts'

const floorOf = (name: string): number => FLOORS[name] ?? Number.NaN
const isSideways = (from: string, to: string): boolean => SIDEWAYS.some(([a, b]) => a === from && b === to)

/** Says why `from` may not use `to`; undefined when it may. */
export function wrong(from: string, to: string): string | undefined {
  if (!(to in FLOORS) || isSideways(from, to) || floorOf(to) < floorOf(from)) return undefined
  return `${from} (floor ${floorOf(from)}) uses ${to} (floor ${floorOf(to)})`
}

test('every package has a floor, and every floor a package', () => {
  expect(packages.map(({ manifest }) => manifest.name).sort()).toEqual(Object.keys(FLOORS).sort())
})

test('the rule refuses upward and sideways, and allows down', () => {
  expect(wrong('@countersign/protocol', '@countersign/proof')).toContain('floor 0')
  expect(wrong('@countersign/client', '@countersign/authority')).toContain('floor 2')
  expect(wrong('@countersign/node', '@countersign/client')).toBeUndefined()
})

describe.each(packages)('$manifest.name', ({ folder, manifest, sources }) => {
  const within = manifest.bin === undefined ? {} : manifest.devDependencies
  const listed = { ...manifest.dependencies, ...manifest.peerDependencies, ...within }

  test('imports point down only', () => {
    const faults = [...sources].flatMap(([path, text]) =>
      specifiersOf(text).flatMap((specifier) => {
        const fault = wrong(manifest.name, packageOf(specifier) ?? '')
        return fault === undefined ? [] : [`${path}: ${fault}`]
      }),
    )
    expect(faults).toEqual([])
  })

  test('relative imports stay inside the package', () => {
    const faults = [...sources].flatMap(([path, text]) => {
      const depth = path.split('/').length - `${folder}/src/`.split('/').length
      return specifiersOf(text)
        .filter((specifier) => specifier.startsWith('../'.repeat(depth + 1)))
        .map((specifier) => `${path}: ${specifier}`)
    })
    expect(faults).toEqual([])
  })

  test('the manifest lists the packages of the house it uses, at their version, and no higher floor', () => {
    const used = new Set([...sources.values()].flatMap(specifiersOf).map((specifier) => packageOf(specifier) ?? ''))
    const house = packages.filter((other) => other.manifest.name in listed)
    expect([...used].filter((name) => name in FLOORS && !(name in listed))).toEqual([])
    expect(house.map((other) => wrong(manifest.name, other.manifest.name)).filter(Boolean)).toEqual([])
    for (const other of house) {
      // A peer is a range: an exact one would force a major release with every minor one of the peer.
      const wanted = other.manifest.name in (manifest.peerDependencies ?? {}) ? '0.x' : other.manifest.version
      expect(listed[other.manifest.name]).toBe(wanted)
    }
  })
})
