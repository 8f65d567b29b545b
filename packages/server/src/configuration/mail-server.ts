/** The mail server that takes notices, as it is written in the configuration file. */
import { isMailAddress, LANGUAGES, type Language } from '@countersign/authority'
import { isLoopbackHost } from '@countersign/protocol'
import { invalid, line, numberBetween, objectOf, oneOf, type Read, required } from './expect.ts'
import { keyFile, urlHost } from './keys.ts'

export interface MailServer {
  readonly host: string
  /** 587, with `tls` 465, with `none` 25 unless given. */
  readonly port?: number
  /** `starttls` unless given: demanded, not only taken when offered. `none`: for a mail server on this machine. */
  readonly security?: 'starttls' | 'tls' | 'none'
  /** Who this server is there. Its password is in a file or in an environment variable, which are named here. */
  readonly user?: string
  readonly passwordFile?: string
  readonly passwordVariable?: string
  /** The address that notices are from. */
  readonly from: string
  /** Of the notices; the default language of the pages unless given. */
  readonly language?: Language
}

const mailAddress: Read<string> = (value, path) => {
  if (typeof value !== 'string' || !isMailAddress(value)) throw invalid(path, 'a mail address, like "no-reply@example.com"', value)
  return value
}

const host: Read<string> = (value, path) => {
  if (!/^[\w:.-]+$/.test(line(value, path))) throw invalid(path, 'the name or the address of a mail server', value)
  return value as string
}

const port: Read<number> = (value, path) => {
  if (!Number.isInteger(value)) throw invalid(path, 'a port', value)
  return numberBetween(1, 65_535, 'as a port')(value, path)
}

const variable: Read<string> = (value, path) => {
  if (typeof value !== 'string' || !/^[A-Za-z_]\w*$/.test(value)) throw invalid(path, 'the name of an environment variable', value)
  return value
}

export const mailServer: Read<MailServer> = (value, path) => {
  const {
    from,
    host: at,
    ...others
  } = objectOf<Required<MailServer>>({
    host,
    port,
    security: oneOf('starttls', 'tls', 'none'),
    user: line,
    passwordFile: keyFile,
    passwordVariable: variable,
    from: mailAddress,
    language: oneOf(...LANGUAGES),
  })(value, path)
  const read = { ...others, host: required(at, `${path}.host`, 'a mail server'), from: required(from, `${path}.from`, 'a mail address') }
  if (read.security === 'none' && !isLoopbackHost(urlHost(read.host))) {
    throw invalid(`${path}.security`, '"starttls" or "tls", because the mail server is not on this machine', 'none')
  }
  const passwords = [read.passwordFile, read.passwordVariable].filter((each) => each !== undefined).length
  if (passwords !== (read.user === undefined ? 0 : 1)) {
    const expected =
      read.user === undefined ? 'the name that the password belongs to' : 'one of passwordFile and passwordVariable beside it'
    throw invalid(`${path}.user`, expected, read.user)
  }
  return read
}
