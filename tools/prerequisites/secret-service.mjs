// @ts-check
/** A Secret Service of its own for the tests: GNOME Keyring on a private D-Bus. Told to them as COUNTERSIGN_TEST_KEYRING and COUNTERSIGN_TEST_DBUS. */
import { run } from '../steps.mjs'
import { byApt, install, mayInstall, onDebian } from './apt.mjs'
import { onPath } from './prerequisite.mjs'

const PACKAGES = ['gnome-keyring', 'dbus']

/** @type {import('./prerequisite.mjs').Prerequisite} */
export const secretService = {
  name: 'Secret Service',
  provide: async () => {
    let found = await search()
    if (found === undefined && (await mayInstall())) {
      await install('Secret Service', PACKAGES)
      found = await search()
    }
    if (found !== undefined) {
      const { keyring, bus, version } = found
      return { used: `${version} (${keyring})`, env: { COUNTERSIGN_TEST_KEYRING: keyring, COUNTERSIGN_TEST_DBUS: bus } }
    }
    return {
      missing: 'no GNOME Keyring found, and none could be installed',
      command: onDebian() ? byApt(PACKAGES) : 'install GNOME Keyring and D-Bus, and put gnome-keyring-daemon and dbus-daemon on the PATH',
    }
  },
}

async function search() {
  const keyring = onPath('gnome-keyring-daemon')
  const bus = onPath('dbus-daemon')
  if (keyring === undefined || bus === undefined) return undefined
  const { code, output } = await run(keyring, ['--version'])
  const version = /gnome-keyring-daemon: \S+/.exec(output)?.[0].replace(':', '')
  return code === 0 && version !== undefined ? { keyring, bus, version } : undefined
}
