/** How people are told of approvals, as it is written in the configuration file. */
import { isSecureUrl } from '@countersign/protocol'
import { invalid, objectOf, type Read, required } from './expect.ts'
import { keyFile } from './keys.ts'

export interface Notices {
  /** Where each notice is posted, and the file with the secret that signs it. */
  readonly webhook: { readonly url: string; readonly secretFile: string }
}

const url: Read<string> = (value, path) => {
  const parsed = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined
  if (parsed === undefined || !isSecureUrl(parsed) || parsed.username !== '' || parsed.hash !== '') {
    throw invalid(path, 'an https URL without user name and fragment (http is for loopback addresses only)', value)
  }
  return value as string
}

export const notices: Read<Notices> = (value, path) => {
  const { webhook } = objectOf<Notices>({
    webhook: (each, at) => {
      const found = objectOf<Notices['webhook']>({ url, secretFile: keyFile })(each, at)
      return {
        url: required(found.url, `${at}.url`, 'an https URL'),
        secretFile: required(found.secretFile, `${at}.secretFile`, 'the path of a file'),
      }
    },
  })(value, path)
  return { webhook: required(webhook, `${path}.webhook`, 'an object') }
}
