/** How people are told of approvals, as it is written in the configuration file. */
import { isSecureUrl } from '@countersign/protocol'
import { invalid, objectOf, type Read, required } from './expect.ts'
import { keyFile } from './keys.ts'
import { type MailServer, mailServer } from './mail-server.ts'

/** One way or both. */
export interface Notices {
  /** Where each notice is posted, and the file with the secret that signs it. */
  readonly webhook?: { readonly url: string; readonly secretFile: string }
  /** What mails them to the accounts that have an address. */
  readonly mail?: MailServer
}

const url: Read<string> = (value, path) => {
  const parsed = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined
  if (parsed === undefined || !isSecureUrl(parsed) || parsed.username !== '' || parsed.hash !== '') {
    throw invalid(path, 'an https URL without user name and fragment (http is for loopback addresses only)', value)
  }
  return value as string
}

const webhook: Read<NonNullable<Notices['webhook']>> = (value, path) => {
  const found = objectOf<NonNullable<Notices['webhook']>>({ url, secretFile: keyFile })(value, path)
  return {
    url: required(found.url, `${path}.url`, 'an https URL'),
    secretFile: required(found.secretFile, `${path}.secretFile`, 'the path of a file'),
  }
}

export const notices: Read<Notices> = (value, path) => {
  const found = objectOf<Required<Notices>>({ webhook, mail: mailServer })(value, path)
  if (found.webhook === undefined && found.mail === undefined) throw invalid(path, 'a webhook or mail', value)
  return found
}
