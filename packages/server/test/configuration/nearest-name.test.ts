import { expect, test } from 'vitest'
import { nearestName } from '../../src/configuration/nearest-name.ts'

const names = ['issuer', 'listen', 'dataDirectory', 'resources', 'log']

test.each([
  ['isuer', 'issuer'],
  ['lisetn', 'listen'],
  ['LISTEN', 'listen'],
  ['datadir', 'dataDirectory'],
  ['directory', undefined],
  ['dataDirectroy', 'dataDirectory'],
  ['resource', 'resources'],
  ['lag', 'log'],
  ['telemetry', undefined],
  ['data', 'dataDirectory'],
  ['res', undefined],
])('%s is %s', (written, meant) => {
  expect(nearestName(written, names)).toBe(meant)
})
