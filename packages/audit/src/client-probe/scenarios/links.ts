// countersign-ignore-file: answers as no server should, to see what a client does
/** What a server can put on a person's screen and into their browser: links that lead elsewhere, control characters, and words for a shell. */
import type { Hostile } from '../hostile-server.ts'
import type { ClientRun } from '../run-client.ts'
import { type Judgement, type Scenario, satisfies, unknown, violates } from '../scenario.ts'

const TITLE = 'countersign-probe'

const isOver = ({ asked, polls }: Hostile, now: number): boolean => polls.length > 0 || (asked[0] !== undefined && now > asked[0] + 10)

function link(name: string, address: string): Scenario {
  return {
    name: `a verification URI that is ${name}`,
    behaviour: () => ({
      interval: 1,
      expiresIn: 60,
      verificationUri: () => address,
      verificationUriComplete: () => `${address}?user_code=WDJB-MJHT`,
      polls: ['pending'],
    }),
    limit: 45,
    isSeen: isOver,
    judge: (run, hostile) => [shown(run, hostile, name, address)],
  }
}

function shown({ output, opened, exitCode }: ClientRun, { asked, polls }: Hostile, name: string, address: string): Judgement {
  if (asked.length === 0) return unknown('C10', 'it never asked for a code')
  if (opened.includes(address)) return violates('C10', `it opened a link that is ${name}`)
  // Telling what was refused may name it: what counts is that the login ended there.
  const isRefused = polls.length === 0 && exitCode !== undefined && exitCode !== 0
  if (isRefused) return satisfies('C10', `it refused a link that is ${name}`)
  return output.includes(address)
    ? violates('C10', `it showed a link that is ${name}, as if it were good`)
    : unknown('C10', `it did not show a link that is ${name}, and went on`)
}

export const links: readonly Scenario[] = [
  link('plain http on another host', 'http://signin.countersign-probe.example/device'),
  link('a script', 'javascript:alert(1)'),
  link('a file', 'file:///etc/passwd'),
]

export const controlCharacters: Scenario = {
  name: 'control characters in the user code',
  behaviour: () => ({ interval: 1, expiresIn: 60, userCode: `WDJB\u001b]0;${TITLE}\u0007\u001b[2J-MJHT`, polls: ['pending'] }),
  limit: 45,
  isSeen: isOver,
  judge: ({ output }, { asked }) => {
    if (asked.length === 0) return [unknown('C10', 'it never asked for a code')]
    return [
      output.includes(`\u001b]0;${TITLE}`)
        ? violates('C10', 'control characters of the server reach the terminal')
        : satisfies('C10', 'control characters of the server do not reach the terminal'),
    ]
  },
}

export const shellWords: Scenario = {
  name: 'words for a shell in the link',
  behaviour: (mark) => ({
    interval: 1,
    expiresIn: 60,
    verificationUriComplete: (issuer, userCode) =>
      `${issuer}/device?user_code=${userCode}&a=$(touch\${IFS}${mark});touch\${IFS}${mark};\`touch\${IFS}${mark}\``,
    polls: ['pending', 'pending', 'pending', 'tokens'],
  }),
  limit: 45,
  isSeen: ({ polls }) => polls.length > 2,
  judge: ({ opened, wasShellTricked }, { asked }) => {
    if (wasShellTricked) return [violates('C19', 'a shell ran what stood in the link')]
    if (asked.length === 0) return [unknown('C19', 'it never asked for a code')]
    return [
      opened === ''
        ? unknown('C19', 'it started no browser')
        : satisfies('C19', 'a browser was started, and no shell ran what stood in the link'),
    ]
  },
}
