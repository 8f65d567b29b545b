/** Turns what the driver throws into the one error a store may reject with, and says what to do about it. */
import { CountersignError } from '@countersign/protocol'

/** By SQLSTATE (PostgreSQL documentation, appendix A), by its class of two letters, or by what the system says about the connection. */
const HINTS: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'start PostgreSQL, or correct the host and the port'],
  ['ENOTFOUND', 'correct the name of the host'],
  ['ENOENT', 'start PostgreSQL, or correct the directory of its socket'],
  ['25006', 'name the primary: this database takes no writes'],
  ['28', 'correct the user and the password, or what pg_hba.conf says about them'],
  ['3D000', 'create the database first, or correct its name'],
  ['42501', 'give the user the rights on the schema, or let its owner run the migration (migrationSql)'],
  ['42P01', 'the tables are gone: start again, so that they are made'],
  ['42P07', 'the schema holds tables of another program: name another schema'],
  ['53100', 'free some space on the disk of the database; nothing that was answered is lost'],
  ['53300', 'let the database take more connections, or let the servers make fewer'],
  ['53', 'look at the memory and the disk of the database'],
  ['55P03', 'something holds a table or a row locked: look into pg_stat_activity'],
  ['57014', 'the database was too slow, or something holds a row locked: look into pg_stat_activity'],
  ['57P', 'the database stops, starts or fails over: it is asked again with the next move'],
])

/** The whole move took longer than it may. */
export class Late extends Error {
  readonly hint: string

  constructor(message: string, hint: string) {
    super(message)
    this.hint = hint
  }
}

export const noAnswer = (milliseconds: number) =>
  new Late(
    `no answer within ${milliseconds} ms`,
    'the database is too slow, cut off, or something holds a row locked: look into pg_stat_activity',
  )
export const noConnection = (milliseconds: number) =>
  new Late(`no connection within ${milliseconds} ms`, 'the database does not take connections, or all that this program may have are busy')

/** What the server says when it refuses a statement; undefined when the fault is with the connection. */
export function sqlState(error: unknown): string | undefined {
  const { severity, code } = error as { severity?: unknown; code?: unknown }
  return typeof severity === 'string' && typeof code === 'string' ? code : undefined
}

/** Whether the connection is lost, and with it the answer: the move may have been made, or not. */
export function lostConnection(error: unknown): boolean {
  if (error instanceof Late) return true
  return sqlState(error) === undefined || (error as { severity: string }).severity !== 'ERROR'
}

/**
 * A CountersignError `store_unavailable` about the place, which must be free of credentials. What the server adds to its message is left out:
 * it can hold whole rows.
 */
export function unavailable(place: string, error: unknown): CountersignError {
  if (error instanceof CountersignError) return error
  const { message = '', code: told = '' } = error as { message?: string; code?: string }
  const hint = error instanceof Late ? error.hint : (HINTS.get(told) ?? HINTS.get(told.slice(0, 3)) ?? HINTS.get(told.slice(0, 2)))
  // A connection tried on several addresses fails with an empty message.
  const fault = [told, message].filter((part) => part !== '').join(': ')
  return new CountersignError('store_unavailable', `${place}: ${fault}`, hint === undefined ? {} : { hint })
}
