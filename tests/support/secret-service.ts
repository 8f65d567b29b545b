/**
 * A Secret Service that is nobody's: GNOME Keyring on a bus of its own, in a folder of its own, gone with the test; a watchdog sees to it
 * when nobody is left to do it. COUNTERSIGN_TEST_KEYRING and COUNTERSIGN_TEST_DBUS name the programs; `npm test` finds or installs them.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { watchedFolder } from './watched-folder.ts'

const KEYRING = process.env['COUNTERSIGN_TEST_KEYRING'] || 'gnome-keyring-daemon'
const DBUS = process.env['COUNTERSIGN_TEST_DBUS'] || 'dbus-daemon'
const MISSING =
  'no Secret Service: install it (Debian, Ubuntu: apt-get install gnome-keyring dbus), set COUNTERSIGN_TEST_KEYRING and COUNTERSIGN_TEST_DBUS to its programs, or run "npm test"'

export interface SecretService {
  /** For a program that is to use it. */
  readonly env: Readonly<Record<'PATH' | 'HOME' | 'XDG_RUNTIME_DIR' | 'XDG_DATA_HOME' | 'DBUS_SESSION_BUS_ADDRESS', string>>
  /** Ends the keyring and starts it again, unlocked or not: what it holds is on the disk. */
  readonly restart: (state: 'unlocked' | 'locked') => Promise<void>
}

/** Starts bus and keyring. */
export async function secretService(state: 'unlocked' | 'locked'): Promise<SecretService> {
  const { folder, watch, remove } = watchedFolder('countersign-keyring-')
  const started: ChildProcess[] = []
  const begin = (program: string, args: readonly string[], environment: Readonly<Record<string, string>>): ChildProcess => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'], env: environment })
    const ended = once(child, 'close').catch(() => undefined)
    child.stdin?.on('error', () => undefined)
    watch(child.pid, ended)
    started.push(child)
    return child
  }
  onTestFinished(async () => {
    await Promise.all(started.map(end))
    remove()
  })

  for (const name of ['runtime', 'data']) mkdirSync(join(folder, name), { mode: 0o700 })
  const base = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    XDG_RUNTIME_DIR: join(folder, 'runtime'),
    XDG_DATA_HOME: join(folder, 'data'),
  }
  // Nothing of this machine's own services may be started by the bus.
  const configuration = join(folder, 'bus.conf')
  writeFileSync(configuration, busConfiguration(join(folder, 'bus')))
  const bus = begin(DBUS, [`--config-file=${configuration}`, '--nofork', '--print-address'], base)
  const address = await firstLine(bus)
  const env = { ...base, DBUS_SESSION_BUS_ADDRESS: address }

  let keyring: ChildProcess | undefined
  async function start(wanted: 'unlocked' | 'locked'): Promise<void> {
    const unlocked = wanted === 'unlocked'
    keyring = begin(KEYRING, ['--foreground', '--components=secrets', ...(unlocked ? ['--unlock'] : [])], env)
    if (unlocked) keyring.stdin?.end('password of the keyring')
    await ready(address, keyring)
  }
  await start(state)
  return {
    env,
    restart: async (wanted) => {
      if (keyring !== undefined) await end(keyring)
      await start(wanted)
    },
  }
}

const busConfiguration = (
  socket: string,
): string => `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=${socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const ended = once(child, 'close')
  child.kill('SIGKILL')
  await ended
}

/** It says nothing when it is there; the bus does. */
async function ready(address: string, keyring: ChildProcess): Promise<void> {
  const question = ['--dest=org.freedesktop.DBus', '/', 'org.freedesktop.DBus.GetNameOwner', 'string:org.freedesktop.secrets']
  for (;;) {
    if (keyring.pid === undefined) throw new Error(MISSING)
    if (keyring.exitCode !== null) throw new Error(`the keyring ended with ${keyring.exitCode} before it was ready`)
    const asking = spawn('dbus-send', [`--bus=${address}`, '--print-reply', ...question], { stdio: 'ignore' })
    const [code] = (await once(asking, 'close')) as [number | null]
    if (code === 0) return
  }
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    child.once('error', () => reject(new Error(MISSING)))
    child.once('close', (code) => reject(new Error(`the program ended with ${code} before it was ready`)))
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')))
    })
  })
}
