// @ts-check
/** Devices ask for codes (RFC 8628 section 3.1). */
import { devices, unexpected } from './workload.mjs'

/** @type {import('./workload.mjs').Workload} */
export const issue = {
  name: 'issue',
  title: 'issue',
  about: 'a device asks for codes',
  supports: () => true,
  play: async ({ dialect }) => {
    const device = devices()
    return {
      ready: async () => undefined,
      turn: async (connection) => {
        const answer = await connection.ask(dialect.issue(device(), 'jwt'))
        if (dialect.readIssue(answer) === undefined) throw unexpected('issue', answer)
        return true
      },
    }
  },
}
