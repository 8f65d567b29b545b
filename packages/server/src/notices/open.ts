/** Every way by which people are told, put together as the configuration has it. */
import { type Letter, mailOf, type Notice, noticeLetter, type Store } from '@countersign/authority'
import type { Suite } from '@countersign/proof'
import { type Clock, CountersignError, type Fetch } from '@countersign/protocol'
import type { Configuration, Environment } from '../configuration/configuration.ts'
import type { MailServer } from '../configuration/mail-server.ts'
import { readPrivateLine } from '../configuration/private-file.ts'
import type { Channel, DeliveryPorts } from './delivery.ts'
import { openWebhook } from './webhook.ts'
import { readWebhookSecret } from './webhook-secret.ts'

export interface NoticePorts extends DeliveryPorts {
  readonly store: Store
  readonly suite: Suite
  readonly clock: Clock
  readonly fetch: Fetch
  readonly environment: Environment
}

/** @throws CountersignError `configuration_invalid` when a secret cannot be read */
export async function openNotices(
  { notices = {}, operator, resources, settings }: Configuration,
  issuer: string,
  ports: NoticePorts,
): Promise<Channel> {
  const channels: Channel[] = []
  if (notices.webhook !== undefined) {
    const { url, secretFile } = notices.webhook
    channels.push(openWebhook(url, readWebhookSecret(secretFile), ports))
  }
  if (notices.mail !== undefined) {
    const { openMail } = await import('./mail.ts')
    const language = notices.mail.language ?? settings.defaultLanguage ?? 'en'
    const write = (notice: Notice): Letter => noticeLetter(notice, { language, resources, operator })
    const addressOf = (subject: string) => mailOf(ports, subject)
    const senderName = operator?.name ?? new URL(issuer).host
    channels.push(openMail(notices.mail, passwordOf(notices.mail, ports.environment), { ...ports, addressOf, senderName, write }))
  }
  return {
    notify: (notice) => {
      for (const { notify } of channels) notify(notice)
    },
    close: async () => {
      await Promise.all(channels.map((channel) => channel.close()))
    },
  }
}

function passwordOf({ passwordFile, passwordVariable }: MailServer, environment: Environment): string | undefined {
  if (passwordFile !== undefined)
    return readPrivateLine(passwordFile, 'the mail password file', 'write the password of the mail user into it')
  if (passwordVariable === undefined) return undefined
  const password = environment[passwordVariable]
  if (password) return password
  throw new CountersignError(
    'configuration_invalid',
    `the environment variable "${passwordVariable}", which holds the mail password, is not set`,
  )
}
