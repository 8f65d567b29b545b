/** The keyring on buses that are not as they should be: each is a refusal in time, and none of them ends the program. */
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import messages from '@homebridge/dbus-native/lib/message.js'
import { describe, expect, onTestFinished, test } from 'vitest'
import { busSockets } from '../../src/vault/bus-address.ts'
import { osKeychain } from '../../src/vault/keychain.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const get = [{ do: 'get', account: 'x' }] as const
const set = [{ do: 'set', account: 'x', secret: 'the secret' }] as const
const LONG = 20_000

/** A bus of which `talk` is all there is. */
async function busThat(talk: (socket: Socket) => void) {
  const path = join(await temporaryDirectory(), 'bus')
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    open.add(socket)
    socket.on('error', () => undefined)
    talk(socket)
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  onTestFinished(() => {
    for (const socket of open) socket.destroy()
    server.close()
  })
  return { path, keychain: osKeychain({ DBUS_SESSION_BUS_ADDRESS: `unix:path=${path},guid=00` }, 'linux') }
}

type Reply = readonly [signature: string, body: readonly unknown[]] | { readonly errorName: string } | 'nothing'

/** A bus that lets everybody in and answers each method as told; `asked` is what it was asked. */
async function busWith(replies: Readonly<Record<string, Reply>>) {
  const asked: string[] = []
  const bus = await busThat((socket) => {
    let isGreeted = false
    let bytes = Buffer.alloc(0)
    let read = (): void => undefined
    const source = {
      on: (_: 'readable', listener: () => void) => {
        read = listener
      },
      read: (length: number) => {
        if (bytes.length < length) return null
        const taken = bytes.subarray(0, length)
        bytes = bytes.subarray(length)
        return taken
      },
    }
    messages.unmarshalMessages(source, ({ serial: replySerial, member = '' }) => {
      asked.push(member)
      const reply = replies[member] ?? ['s', [':1.1']]
      if (reply === 'nothing') return
      const rest = 'errorName' in reply ? { type: 3, ...reply } : { type: 2, signature: reply[0], body: reply[1] }
      socket.write(messages.marshall({ serial: 1, replySerial, ...rest }))
    })
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk])
      if (!isGreeted && bytes.includes('AUTH EXTERNAL')) {
        socket.write('OK 00\r\n')
        isGreeted = true
      }
      const begin = bytes.indexOf('BEGIN\r\n')
      if (bytes[0] === 0 && begin === -1) return
      if (bytes[0] === 0) bytes = bytes.subarray(begin + 'BEGIN\r\n'.length)
      read()
    })
  })
  return { ...bus, asked }
}

/** A group element that both sides may have: two to the power of eight. */
const OPENED = ['vo', [['ay', Buffer.from([1, 0])], '/way']] as const
const refusal = (words: RegExp) => ({ code: 'vault_unavailable', message: expect.stringMatching(words) })

describe.runIf(process.platform === 'linux')('a bus', () => {
  test('that turns this user away', async () => {
    const { keychain } = await busThat((socket) => socket.write('REJECTED EXTERNAL\r\n'))
    await expect(keychain.ask(get, LONG)).rejects.toMatchObject(refusal(/refused: the bus refused this user$/))
  })

  test('that hangs up, at once or after the greeting', async () => {
    for (const talk of [(socket: Socket) => socket.destroy(), (socket: Socket) => socket.end('OK 00\r\n')]) {
      const { keychain } = await busThat(talk)
      await expect(keychain.ask(get, LONG)).rejects.toMatchObject(refusal(/keyring refused: ./))
    }
  })

  test('that sends what is no message, or one without end', async () => {
    // Cut into fields of eight bytes that are none.
    const broken = Buffer.concat([Buffer.from([0x6c, 2, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 8, 0, 0, 0]), Buffer.alloc(8, 0xee)])
    for (const sent of [broken, Buffer.alloc(64, 0xff), Buffer.alloc(64, 0x80), Buffer.alloc(64, 0x02)]) {
      const { keychain } = await busThat((socket) => socket.write(Buffer.concat([Buffer.from('OK 00\r\n'), sent])))
      await expect(keychain.ask(get, LONG)).rejects.toMatchObject(refusal(/refused: the bus sent what is no message$/))
    }
  })

  test('with no keyring on it', async () => {
    const { keychain } = await busWith({ OpenSession: { errorName: 'org.freedesktop.DBus.Error.ServiceUnknown' } })
    await expect(keychain.ask(get, LONG)).rejects.toMatchObject(refusal(/refused: org\.freedesktop\.DBus\.Error\.ServiceUnknown$/))
  })

  test('that is the second one named, the first being away', async () => {
    const { path } = await busWith({ OpenSession: { errorName: 'reached' } })
    const env = { DBUS_SESSION_BUS_ADDRESS: `unix:path=${path}-away;unix:path=${path}` }
    await expect(osKeychain(env, 'linux').ask(get, LONG)).rejects.toMatchObject(refusal(/refused: reached$/))
  })
})

describe.runIf(process.platform === 'linux')('a keyring', () => {
  test('whose answers make no sense', async () => {
    for (const reply of [
      ['s', ['?']],
      ['vo', [['s', '?'], '/way']],
      ['vu', [['ay', Buffer.from([1, 0])], 7]],
    ] as const) {
      const { keychain } = await busWith({ OpenSession: reply })
      await expect(keychain.ask(get, LONG)).rejects.toMatchObject(refusal(/refused: its answer makes no sense$/))
    }
  })

  test('that cannot be asked for such a name', async () => {
    const { keychain } = await busWith({ OpenSession: OPENED })
    await expect(keychain.ask([{ do: 'get', account: 'a\0b' }], LONG)).rejects.toMatchObject(refusal(/refused: ./))
  })

  test('that has no collection to keep it in', async () => {
    const { keychain, asked } = await busWith({ OpenSession: OPENED, ReadAlias: ['o', ['/']] })
    await expect(keychain.ask(set, LONG)).rejects.toMatchObject(refusal(/refused: it has no default collection$/))
    expect(asked).toEqual(['Hello', 'OpenSession', 'ReadAlias'])
  })

  test('that is locked is not waited for longer than the limit, and nothing is given to it', async () => {
    const locked = { OpenSession: OPENED, ReadAlias: ['o', ['/c']], Unlock: ['aoo', [[], '/prompt']] } as const
    const { keychain, asked } = await busWith(locked)
    // On a busy machine the first tries may end before it has asked for a person.
    for (let limit = 500; !asked.includes('Prompt'); limit *= 2) {
      await expect(keychain.ask(set, limit)).rejects.toMatchObject(refusal(/keyring .* within [\d.]+ seconds$/))
    }
    await expect(keychain.ask(set, 2000)).rejects.toMatchObject(refusal(/is locked, and nobody unlocked it within 2 seconds$/))
    expect(asked).not.toContain('CreateItem')
  })
})

test('addresses are read as the specification writes them', () => {
  const read = (address: string) => busSockets({ DBUS_SESSION_BUS_ADDRESS: address })
  expect(read('unix:path=/run/user/1000/bus')).toEqual(['/run/user/1000/bus'])
  expect(read('unix:guid=0a,path=/tmp/a%20b%3b')).toEqual(['/tmp/a b;'])
  expect(read('unix:abstract=/tmp/dbus-x,guid=00;unix:path=/b')).toEqual(['\0/tmp/dbus-x', '/b'])
  expect(read('tcp:host=localhost,port=1;unixexec:path=ssh;autolaunch:;nonsense')).toEqual([])
})
