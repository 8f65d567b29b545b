/** `countersign audit`: source code, judged without being run; as flags and help. */
import type { Command } from 'commander'
import type { AuditFlags } from './commands/audit.ts'
import type { Perform } from './invocation.ts'
import { JSON_FLAG } from './json-flag.ts'

const AUDIT_HELP = `
TARGET is a folder or a file, the URL of a git repository (https or ssh), or a
package: npm:NAME, npm:NAME@VERSION, pypi:NAME, go:MODULE@VERSION. TypeScript,
JavaScript, Python and Go are read; nothing of it is run or installed.
npm_config_registry, PIP_INDEX_URL and GOPROXY name other registries.

Examples:
  countersign audit .
  countersign audit https://github.com/example/cli --html report.html
  countersign audit npm:example-cli@2 --json
  countersign audit . --write-baseline audit-baseline.json
  countersign audit . --baseline audit-baseline.json --fail-on medium --sarif audit.sarif

A line is left alone with a reason, on it or on the line above:
  // countersign-ignore DF-C09: the file lies on an encrypted volume

docs/rules/ has a page for each rule.
Exit codes: 0 nothing to fail on, 1 defects or failed, 2 called wrongly.`

/** Adds the command. */
export function addAudit(program: Command, perform: Perform): void {
  program
    .command('audit <target>')
    .summary('judge source code that has to do with device logins')
    .description('Judge the device flow (RFC 8628) in source code, with the line, the reason and the fix.')
    .option('--all', 'also list what is in order')
    .option('--fail-on <severity>', 'exit with 1 from this severity on: critical, high, medium, low, info, or never', 'high')
    .option('--fail-under <grade>', 'exit with 1 below this grade: A, B, C, D')
    .option('--baseline <file>', 'leave out the defects that are in this file')
    .option('--write-baseline <file>', 'write the defects of today into a file, and exit with 0')
    .option('--with-probe <file>', 'merge the result of "countersign probe --json": what both saw is proven')
    .option('--sarif <file>', 'write SARIF 2.1.0, for code scanning')
    .option('--html <file>', 'write a report card')
    .option('--markdown <file>', 'write a summary')
    .option('--badge <file>', 'write the grade as an SVG picture')
    .option(...JSON_FLAG)
    .addHelpText('after', AUDIT_HELP)
    .action((target: string, options: AuditFlags) =>
      perform(options, async (invocation) => (await import('./commands/audit.ts')).audit(invocation, target, options)),
    )
}
