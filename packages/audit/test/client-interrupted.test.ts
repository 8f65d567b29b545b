import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { clientLines, clientReport, probeClient } from '../src/index.ts'

test('an interrupted probe of a client ends what runs, and says that nothing was seen', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'interrupted-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const stop = new AbortController()
  const client = `require('fs').writeFileSync(${JSON.stringify(folder)} + '/' + process.pid, ''); setInterval(() => undefined, 1000)`
  const probing = probeClient({ command: [process.execPath, '-e', client], environment: {}, together: 2, signal: stop.signal })
  while (readdirSync(folder).length < 2) await new Promise((resolve) => setTimeout(resolve, 10))
  stop.abort()
  const result = await probing
  expect(result.judged.map(({ verdict }) => verdict)).toEqual(Array(11).fill('unknown'))
  expect(result.judged[0]?.because).toBe('it was interrupted before anything was seen of it')
  expect(clientReport(result).notes[0]).toBe('The probe was interrupted.')
  expect(clientLines(result, { colour: false, width: 80 })[1]).toBe('The probe was interrupted.')
  expect(readdirSync(folder)).toHaveLength(2)
  for (const pid of readdirSync(folder)) expect(isRunning(Number(pid))).toBe(false)
})

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
