/** Floors 0 to 2 run where nothing of Node.js is: not only as they read (neutral.test.ts), but as they do. */
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { run } from '../../tools/steps.mjs'

test('a device signs in at an authority that has no Node.js around it', async () => {
  const program = fileURLToPath(new URL('bare-runtime.mjs', import.meta.url))
  expect(await run(process.execPath, [program])).toEqual({ code: 0, output: 'Bearer\n' })
})
