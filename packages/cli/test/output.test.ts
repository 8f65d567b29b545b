import { CountersignError } from '@countersign/protocol'
import { describe, expect, test } from 'vitest'
import { openOutput } from '../src/output.ts'

interface Given {
  readonly json?: boolean
  readonly isTTY?: boolean
  readonly environment?: Readonly<Record<string, string>>
}

/** An output, and what came out of it. */
function capture({ json = false, isTTY = false, environment = {} }: Given = {}) {
  const written = { stdout: '', stderr: '' }
  const to = (name: 'stdout' | 'stderr') => ({ isTTY, write: (text: string) => void (written[name] += text) })
  return { written, output: openOutput({ json, stdout: to('stdout'), stderr: to('stderr'), environment }) }
}

test('a result goes to stdout, a word to the person to stderr', () => {
  const { output, written } = capture()
  output.say('working')
  output.result({ name: 'x' }, ['one', 'two'])
  expect(written).toEqual({ stdout: 'one\ntwo\n', stderr: 'working\n' })
})

test('a result without lines leaves stdout empty', () => {
  const { output, written } = capture()
  output.result({ name: 'x' }, [])
  expect(written.stdout).toBe('')
})

test('with --json a result is one object on one line', () => {
  const { output, written } = capture({ json: true })
  output.result({ name: 'x\ny' }, 'x')
  expect(written).toEqual({ stdout: '{"name":"x\\ny"}\n', stderr: '' })
})

describe('a failure', () => {
  const failure = new CountersignError('usage', 'there is no such thing', { hint: 'look elsewhere' })

  test('is a line and a hint on stderr', () => {
    const { output, written } = capture()
    output.failure(failure)
    expect(written).toEqual({ stdout: '', stderr: 'countersign: there is no such thing\nhint: look elsewhere\n' })
  })

  test('with --json is one object on stdout, with a stable code', () => {
    const { output, written } = capture({ json: true })
    output.failure(failure)
    expect(written.stderr).toBe('')
    expect(JSON.parse(written.stdout)).toMatchObject({
      error: { code: 'usage', message: 'there is no such thing', hint: 'look elsewhere' },
    })
  })

  test('that nobody foresaw is told without its stack and without the names of the system', () => {
    const { output, written } = capture({ json: true })
    output.failure(Object.assign(new Error('connect refused'), { code: 'ECONNREFUSED' }))
    expect(JSON.parse(written.stdout)).toEqual({ error: { code: 'unexpected', message: 'connect refused' } })
  })

  test('cannot move the cursor, colour or forge a second line', () => {
    const { output, written } = capture()
    output.failure(new CountersignError('usage', 'a\u001b[2Jb\rc\nhint: all is well\u202e', { hint: '\u001b]0;x\u0007y' }))
    expect(written.stderr).toBe('countersign: ab c hint: all is well\nhint: y\n')
  })
})

describe('colour', () => {
  const coloured = (given: Given) => {
    const { output, written } = capture(given)
    output.failure(new Error('x'))
    return written.stderr.includes('\u001b')
  }

  test('is for terminals', () => {
    expect(coloured({ isTTY: true, environment: { TERM: 'xterm' } })).toBe(true)
    expect(coloured({ isTTY: false, environment: { TERM: 'xterm' } })).toBe(false)
  })

  test.each([{ NO_COLOR: '1' }, { TERM: 'dumb' }, { CI: 'true' }])('is left out under %j', (environment) => {
    expect(coloured({ isTTY: true, environment: { TERM: 'xterm', ...environment } })).toBe(false)
  })
})
