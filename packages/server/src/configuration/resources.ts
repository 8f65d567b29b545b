/** What tokens can be for, as it is written in the configuration file. */
import type { Resource } from '@countersign/authority'
import { OAuthError, parseResource, parseScope } from '@countersign/protocol'
import { invalid, line, listOf, mapOf, objectOf, oneOf, type Read, required } from './expect.ts'

const scopeName: Read<string> = (value, path) => {
  const [name, ...more] = scopesIn(value, path)
  if (name === undefined || more.length > 0 || name !== value) throw invalid(path, 'one scope', value)
  // Whether a device may refresh is between the client and the server; as a scope of a resource it would be put into every challenge.
  if (name === 'offline_access') throw invalid(path, 'scopes of the resource', name, 'refresh tokens need no scope here: remove it')
  return name
}

function scopesIn(value: unknown, path: string): readonly string[] {
  try {
    return parseScope(line(value, path))
  } catch (error) {
    if (error instanceof OAuthError) throw invalid(path, 'scopes separated by spaces', value)
    throw error
  }
}

const resourceIdentifier: Read<string> = (value, path) => {
  try {
    return parseResource(line(value, path))
  } catch (error) {
    if (error instanceof OAuthError) throw invalid(path, 'an absolute URI without a fragment', value)
    throw error
  }
}

const resource: Read<Resource> = (value, path) => {
  const read = objectOf<Required<Resource>>({
    resource: resourceIdentifier,
    name: line,
    scopes: mapOf(scopeName, line),
    defaultScope: scopesIn,
    risky: scopesIn,
    accessTokens: oneOf('jwt', 'opaque'),
  })
  const { resource: identifier, name, scopes, defaultScope, risky, accessTokens } = read(value, path)
  const known = required(scopes, `${path}.scopes`, 'an object with a sentence for each scope')
  for (const [key, some] of Object.entries({ defaultScope, risky })) {
    const beyond = some?.find((scope) => !Object.hasOwn(known, scope))
    if (beyond !== undefined) throw invalid(`${path}.${key}`, `scopes out of ${path}.scopes`, beyond)
  }
  return {
    resource: required(identifier, `${path}.resource`, 'an absolute URI'),
    name: required(name, `${path}.name`, 'a line of text'),
    scopes: known,
    ...(defaultScope === undefined ? {} : { defaultScope }),
    ...(risky === undefined ? {} : { risky }),
    ...(accessTokens === undefined ? {} : { accessTokens }),
  }
}

export const resources: Read<readonly Resource[]> = (value, path) => {
  const all = listOf(resource)(value, path)
  const twice = all.findIndex((one, index) => all.some((other, before) => before < index && other.resource === one.resource))
  if (twice !== -1) throw invalid(`${path}[${twice}].resource`, 'each resource once', all[twice]?.resource)
  return all
}
