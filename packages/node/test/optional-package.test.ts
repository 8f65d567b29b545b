import { loadPackage } from '@countersign/node'
import { expect, test } from 'vitest'

/** As Node.js tells it of a package that cannot be found. */
const notFound = (name: string) =>
  Object.assign(new Error(`Cannot find package '${name}' imported from /app/main.js`), { code: 'ERR_MODULE_NOT_FOUND' })

test('a package that is installed is given', async () => {
  expect(await loadPackage('a', async () => ({ answer: 42 }))).toEqual({ answer: 42 })
})

test('one that is not is told with the command that installs it', async () => {
  await expect(loadPackage('@countersign/store-x', () => Promise.reject(notFound('@countersign/store-x')))).rejects.toMatchObject({
    code: 'configuration_invalid',
    message: 'this needs the package @countersign/store-x, which is not installed',
    hint: 'npm install @countersign/store-x   (with --global, if countersign was installed so)',
  })
})

test('what goes wrong inside a package, and what it misses itself, is not taken for its absence', async () => {
  for (const fault of [notFound('left-pad'), new Error("'a' is broken"), Object.assign(new Error("'a'"), { code: 'EACCES' })]) {
    await expect(loadPackage('a', () => Promise.reject(fault))).rejects.toBe(fault)
  }
})
