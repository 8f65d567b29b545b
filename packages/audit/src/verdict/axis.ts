/** The sides from which a device login is looked at; each has a score of its own. */

export const AXES = ['polling', 'redemption', 'codes', 'approval', 'storage', 'tokens', 'transport'] as const

export type Axis = (typeof AXES)[number]

/** What a reader sees. */
export const AXIS_TITLES: Readonly<Record<Axis, string>> = {
  polling: 'Polling',
  redemption: 'Binding and redemption',
  codes: 'Codes',
  approval: 'Approval',
  storage: 'Storage and logs',
  tokens: 'Tokens',
  transport: 'Transport',
}
