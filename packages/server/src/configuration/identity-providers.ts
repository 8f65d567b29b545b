/** The places where people can sign in instead of here, as they are written in the configuration file. */
import { invalid, line, listOf, mapOf, objectOf, oneOf, type Read, required, yesOrNo } from './expect.ts'
import { issuer, keyFile } from './keys.ts'

/** An OpenID provider, and what this server is to it: a client that was registered there. */
export interface IdentityProvider {
  /** In the address it sends people back to (`/sign-in/callback/ID`), and before the names of its accounts. */
  readonly id: string
  /** On the button. */
  readonly name: string
  /** The issuer identifier, exactly as the provider has it in its metadata and its ID tokens. */
  readonly issuer: string
  readonly clientId: string
  /** Without one, this server is a public client there: PKCE alone. */
  readonly clientSecretFile?: string
  /** How the secret is sent; `client_secret_basic` unless the provider says it does not know that. */
  readonly clientAuthentication?: 'client_secret_basic' | 'client_secret_post'
  /** What is asked for; `openid profile` unless given. */
  readonly scope?: string
  /** Claims that the ID token must hold, as they are or among others: who has them not is not admitted. */
  readonly requiredClaims?: Readonly<Record<string, string>>
  /** Whether the mail address is kept that the provider has verified; notices are sent there, and it is good for nothing else. */
  readonly keepMail?: boolean
}

// It stands in paths and in account names.
const id: Read<string> = (value, path) => {
  if (typeof value !== 'string' || !/^[a-z0-9][a-z0-9-]{0,31}$/.test(value)) {
    throw invalid(path, '1 to 32 lower-case letters, digits and dashes', value)
  }
  return value
}

const scope: Read<string> = (value, path) => {
  if (!line(value, path).split(' ').includes('openid')) throw invalid(path, 'scopes separated by spaces, "openid" among them', value)
  return value as string
}

const identityProvider: Read<IdentityProvider> = (value, path) => {
  const { clientSecretFile, clientAuthentication, requiredClaims, keepMail, ...read } = objectOf<Required<IdentityProvider>>({
    id,
    name: line,
    issuer,
    clientId: line,
    clientSecretFile: keyFile,
    clientAuthentication: oneOf('client_secret_basic', 'client_secret_post'),
    scope,
    requiredClaims: mapOf(line, line),
    keepMail: yesOrNo,
  })(value, path)
  if (clientAuthentication !== undefined && clientSecretFile === undefined) {
    throw invalid(`${path}.clientSecretFile`, 'the path of a file, because clientAuthentication says how its secret is sent', undefined)
  }
  return {
    id: required(read.id, `${path}.id`, 'a short name for paths'),
    name: required(read.name, `${path}.name`, 'a line of text'),
    issuer: required(read.issuer, `${path}.issuer`, 'an https URL'),
    clientId: required(read.clientId, `${path}.clientId`, 'a line of text'),
    ...(clientSecretFile === undefined ? {} : { clientSecretFile }),
    ...(clientAuthentication === undefined ? {} : { clientAuthentication }),
    ...(read.scope === undefined ? {} : { scope: read.scope }),
    ...(requiredClaims === undefined ? {} : { requiredClaims }),
    ...(keepMail === undefined ? {} : { keepMail }),
  }
}

export const identityProviders: Read<readonly IdentityProvider[]> = (value, path) => {
  const all = listOf(identityProvider)(value, path)
  const twice = all.findIndex((one, index) => all.some((other, before) => before < index && other.id === one.id))
  if (twice !== -1) throw invalid(`${path}[${twice}].id`, 'each id once', all[twice]?.id)
  return all
}
