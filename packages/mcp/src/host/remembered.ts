/**
 * What is remembered of a server between starts: who it is and what it lists, so that a host gets an answer before there is a network or a
 * sign-in. Nothing in it is a secret, but it may be private: what an account may do shows in its tools.
 */
import { isObject, type JsonObject } from '../wire/message.ts'
import type { ServerIdentity } from './server-identity.ts'

/** The lists a server has, by the method that asks for them; each with the member that holds it. */
export const LISTS = {
  'tools/list': 'tools',
  'prompts/list': 'prompts',
  'resources/list': 'resources',
  'resources/templates/list': 'resourceTemplates',
} as const

export type ListMethod = keyof typeof LISTS

export function isListMethod(method: string): method is ListMethod {
  return Object.hasOwn(LISTS, method)
}

export interface Remembered {
  readonly version: 1
  readonly server: Omit<ServerIdentity, 'sessionId'>
  /** Complete lists, all pages. */
  readonly lists: Readonly<Partial<Record<ListMethod, readonly JsonObject[]>>>
}

/** Where it is kept. Neither rejects: what cannot be read was never known, and what cannot be kept will be asked again. */
export interface Memory {
  read(): Promise<Remembered | undefined>
  write(remembered: Remembered): Promise<void>
}

/** A memory that ends with the process. */
export function volatileMemory(): Memory {
  let kept: Remembered | undefined
  return {
    read: async () => kept,
    write: async (remembered) => void (kept = remembered),
  }
}

/** What a memory held, if it is what was once written there. */
export function readRemembered(text: string): Remembered | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isObject(value) || value['version'] !== 1 || !isObject(value['server']) || !isObject(value['lists'])) return undefined
  const { era, version, capabilities } = value['server']
  if ((era !== 'legacy' && era !== 'modern') || typeof version !== 'string' || !isObject(capabilities)) return undefined
  if (!Object.entries(value['lists']).every(([method, list]) => isListMethod(method) && Array.isArray(list) && list.every(isObject)))
    return undefined
  return value as unknown as Remembered
}
