/** Elicitation requests as plain values, and what comes back. Both eras use the same parameters; only the way there differs. */
import { isObject } from '../wire/message.ts'

/** The parameters of `elicitation/create`. */
export type ElicitationParameters =
  | { readonly mode: 'url'; readonly url: string; readonly message: string; readonly elicitationId?: string }
  | { readonly mode: 'form'; readonly message: string; readonly requestedSchema: FormSchema }

interface FormSchema {
  readonly type: 'object'
  readonly properties: Readonly<
    Record<string, { readonly type: 'string'; readonly title: string; readonly minLength: number; readonly maxLength: number }>
  >
  readonly required?: readonly string[]
}

/** @param elicitationId only in the legacy era, which has it */
export function askByUrl(url: string, message: string, elicitationId?: string): ElicitationParameters {
  return { mode: 'url', url, message, ...(elicitationId === undefined ? {} : { elicitationId }) }
}

/** Nothing is collected: the message is what matters, and accepting is "done". */
export function askByForm(message: string): ElicitationParameters {
  return { mode: 'form', message, requestedSchema: { type: 'object', properties: {} } }
}

const NUMBER = 'number'

/** The countersign is no credential: it is shown to whoever approves, is worth nothing without this process, and works once. */
export function askForNumber(message: string): ElicitationParameters {
  const properties = { [NUMBER]: { type: 'string', title: 'Number on the page', minLength: 1, maxLength: 6 } } as const
  return { mode: 'form', message, requestedSchema: { type: 'object', properties, required: [NUMBER] } }
}

export type ElicitationAnswer =
  | { readonly action: 'accept'; readonly number?: string }
  /** The person said no. */
  | { readonly action: 'decline' }
  /** The person closed it without an answer. */
  | { readonly action: 'cancel' }
  /** No answer to this question; whatever it is, it was not a person. */
  | { readonly action: 'unusable' }

/** MCP elicitation, response actions. What comes from the client is not trusted to have any shape. */
export function readElicitationAnswer(value: unknown): ElicitationAnswer {
  const action = isObject(value) ? value['action'] : undefined
  if (action === 'decline' || action === 'cancel') return { action }
  if (action !== 'accept') return { action: 'unusable' }
  const content = isObject(value) ? value['content'] : undefined
  const number = isObject(content) ? content[NUMBER] : undefined
  return typeof number === 'string' && number.trim() !== '' ? { action, number: number.trim() } : { action }
}
