import { judgeLogs } from './c07-secret-logged.ts'
import { onServer, type Rule } from './rule.ts'

export const serverLogsSecret: Rule = {
  id: 'DF-S22',
  title: 'The server logs codes or tokens',
  severity: 'high',
  confidence: 'medium',
  axis: 'storage',
  side: 'server',
  sources: ['RFC 8628 section 5.2', 'RFC 6819 section 5.1.6', 'CWE-532'],
  fix: 'Log the id of the record or a digest, never a code or a token.',
  check: onServer(({ root, scope }, { project }) => judgeLogs(project, root, scope)),
}
