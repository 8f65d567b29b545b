/**
 * Who wants to hear about changes: a legacy host always, a modern one on the streams it opened with `subscriptions/listen`
 * (MCP 2026-07-28, subscriptions). The streams of the host are kept here, so they live on when the server goes away and comes back.
 */
import { META } from '../wire/era.ts'
import { isObject, type JsonObject, type MessageId, notificationText, objectAt, resultText } from '../wire/message.ts'

export interface Filter {
  readonly toolsListChanged: boolean
  readonly promptsListChanged: boolean
  readonly resourcesListChanged: boolean
  readonly resourceSubscriptions: readonly string[]
}

export interface Listening {
  /** A host opens a stream; the acknowledgement is written at once. */
  open(id: MessageId, params: JsonObject): void
  /** Ends one of them; false when there is none with that id. */
  close(id: MessageId): boolean
  /** Ends all of them, with the empty result that says so. */
  end(): void
  /** Passes a change on to whoever asked for it. */
  changed(method: string, params: JsonObject): void
  /** What all streams together want to hear. */
  wanted(): Filter
}

const MEMBERS = {
  'notifications/tools/list_changed': 'toolsListChanged',
  'notifications/prompts/list_changed': 'promptsListChanged',
  'notifications/resources/list_changed': 'resourcesListChanged',
} as const

/** Whether a notification is one of those that are listened for. */
export function isChange(method: string): boolean {
  return Object.hasOwn(MEMBERS, method) || method === 'notifications/resources/updated'
}

/** @param isLegacy whether the host gets every change without having asked */
export function listening(write: (text: string) => void, isLegacy: () => boolean, onWanted: () => void): Listening {
  const streams = new Map<MessageId, Filter>()

  const wants = (filter: Filter, method: string, params: JsonObject): boolean =>
    method === 'notifications/resources/updated'
      ? filter.resourceSubscriptions.some((uri) => uri === params['uri'])
      : Object.hasOwn(MEMBERS, method) && filter[MEMBERS[method as keyof typeof MEMBERS]]

  return {
    open(id, params) {
      const filter = readFilter(objectAt(params, 'notifications'))
      streams.set(id, filter)
      const { resourceSubscriptions, ...flags } = filter
      const honoured = {
        ...Object.fromEntries(Object.entries(flags).filter(([, on]) => on)),
        ...(resourceSubscriptions.length === 0 ? {} : { resourceSubscriptions }),
      }
      const told = { _meta: { [META.subscription]: id }, notifications: honoured }
      write(notificationText('notifications/subscriptions/acknowledged', told))
      onWanted()
    },
    close(id) {
      const known = streams.delete(id)
      if (known) onWanted()
      return known
    },
    end() {
      for (const id of streams.keys()) write(resultText(id, { resultType: 'complete', _meta: { [META.subscription]: id } }))
      streams.clear()
    },
    changed(method, params) {
      if (isLegacy()) write(notificationText(method, params))
      for (const [id, filter] of streams) {
        if (!wants(filter, method, params)) continue
        write(notificationText(method, { ...params, _meta: { ...objectAt(params, '_meta'), [META.subscription]: id } }))
      }
    },
    wanted() {
      const all = [...streams.values()]
      return {
        toolsListChanged: all.some(({ toolsListChanged }) => toolsListChanged),
        promptsListChanged: all.some(({ promptsListChanged }) => promptsListChanged),
        resourcesListChanged: all.some(({ resourcesListChanged }) => resourcesListChanged),
        resourceSubscriptions: [...new Set(all.flatMap(({ resourceSubscriptions }) => resourceSubscriptions))],
      }
    },
  }
}

function readFilter(given: JsonObject): Filter {
  const { resourceSubscriptions } = given
  const uris = Array.isArray(resourceSubscriptions) ? resourceSubscriptions.filter((uri): uri is string => typeof uri === 'string') : []
  return {
    toolsListChanged: given['toolsListChanged'] === true,
    promptsListChanged: given['promptsListChanged'] === true,
    resourcesListChanged: given['resourcesListChanged'] === true,
    resourceSubscriptions: isObject(given) ? uris : [],
  }
}
