/** `countersign admin user`: accounts, and the passwords of people, which are asked for, piped in or made, and never taken from an argument. */
import { plainLine } from '@countersign/node'
import { CountersignError } from '@countersign/protocol'
import type { Administration } from '@countersign/server'
import type { Invocation } from '../invocation.ts'
import { askSecretly, canAsk, readStdin } from '../prompt.ts'
import { table } from '../table.ts'
import type { AdminOptions, MailOptions, NewUserOptions, PasskeysOptions, PasswordOptions } from './admin-options.ts'
import { administer } from './server-package.ts'

export function addUser(invocation: Invocation, name: string, options: NewUserOptions): Promise<void> {
  return administer(invocation, options, async (administration) => {
    const password = await obtainPassword(invocation, administration, options)
    const added = await administration.addUser(name, password, options.mail)
    tellPassword(invocation, added, password, options)
    invocation.output.say(`account "${name}" added`)
  })
}

export function changePassword(invocation: Invocation, name: string, options: PasswordOptions): Promise<void> {
  return administer(invocation, options, async (administration) => {
    const password = await obtainPassword(invocation, administration, options)
    await administration.setUserPassword(name, password)
    tellPassword(invocation, { name }, password, options)
    invocation.output.say(`the password of "${name}" was changed`)
  })
}

export function setDisabled(invocation: Invocation, name: string, disabled: boolean, options: AdminOptions): Promise<void> {
  return administer(invocation, options, async (administration) => {
    await administration.setUserDisabled(name, disabled)
    invocation.output.result({ name, disabled }, [])
    invocation.output.say(`account "${name}" ${disabled ? 'disabled' : 'enabled'}`)
  })
}

export function changeMail(invocation: Invocation, name: string, address: string | undefined, options: MailOptions): Promise<void> {
  if ((address === undefined) !== (options.remove === true)) {
    throw new CountersignError('usage', 'give an address, or --remove to take it back')
  }
  return administer(invocation, options, async (administration) => {
    await administration.setUserMail(name, address)
    invocation.output.result({ name, mail: address ?? null }, [])
    const told = address === undefined ? 'are mailed nowhere now' : `are mailed to ${plainLine(address)}`
    invocation.output.say(`notices for "${name}" ${told}`)
  })
}

export function listUsers({ output, environment }: Invocation, options: AdminOptions): Promise<void> {
  return administer({ environment }, options, async (administration) => {
    const users = (await administration.listUsers()).map((user) => ({ ...user, createdAt: new Date(user.createdAt).toISOString() }))
    const rows = users.map(({ name, subject, disabled, createdAt, mail = '-' }) => [
      name,
      disabled ? 'disabled' : 'enabled',
      subject,
      createdAt,
      mail,
    ])
    output.result({ users }, table(['name', 'state', 'subject', 'created', 'mail'], rows, output.stdout))
  })
}

/** Lists what a person signs in with, or takes it away: whoever lost a device comes back with a password. */
export function passkeys({ output, environment }: Invocation, name: string, options: PasskeysOptions): Promise<void> {
  return administer({ environment }, options, async (administration) => {
    const { remove: id, removeAll = false } = options
    if (id === undefined && !removeAll) {
      const time = (moment: number) => new Date(moment).toISOString()
      const found = (await administration.listUserPasskeys(name)).map(({ addedAt, usedAt, ...passkey }) => ({
        ...passkey,
        addedAt: time(addedAt),
        ...(usedAt === undefined ? {} : { usedAt: time(usedAt) }),
      }))
      const rows = found.map((each) => [each.id, each.name, each.addedAt, each.usedAt ?? '-'])
      output.result({ name, passkeys: found }, table(['id', 'name', 'added', 'last used'], rows, output.stdout))
      return
    }
    const removed = await administration.removeUserPasskeys(name, id === undefined ? 'all' : { id })
    output.result({ name, removed }, [])
    output.say(`${removed} ${removed === 1 ? 'passkey' : 'passkeys'} of "${name}" removed`)
  })
}

async function obtainPassword(invocation: Invocation, administration: Administration, options: PasswordOptions): Promise<string> {
  if (options.generate === true) return administration.generatePassword()
  if (options.passwordStdin === true) return readStdin(invocation)
  if (!canAsk(invocation)) {
    throw new CountersignError('usage', 'there is no terminal to ask for the password on', { hint: 'use --password-stdin or --generate' })
  }
  const [password = '', again] = await askSecretly(invocation, ['Password: ', 'Once more: '])
  if (password !== again) throw new CountersignError('usage', 'the two passwords differ; nothing was changed')
  return password
}

/** A password that was made is told here, once; one that a person gave is not told back. */
function tellPassword({ output }: Invocation, about: object, password: string, { generate }: PasswordOptions): void {
  if (generate === true) output.result({ ...about, password }, password)
  else output.result(about, [])
}
