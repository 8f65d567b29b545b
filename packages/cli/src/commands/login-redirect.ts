/** Signing in by redirect: in a browser on this machine, or in any browser, with the address pasted here. */
import { codeLogin, type CodeLoginOptions, type Discovery, type Granted, type Visit } from '@countersign/client'
import { plainLine } from '@countersign/node'
import { openBrowser, receiveRedirect } from '@countersign/node/sign-in'
import { CountersignError } from '@countersign/protocol'
import type { ClientParts, Invocation } from '../invocation.ts'
import { ask, canAsk } from '../prompt.ts'

type Asked = Pick<CodeLoginOptions, 'clientId' | 'authentication' | 'scope' | 'resource'>

/** Registered without a port (RFC 8252 section 7.3); nothing listens there when the address is carried by hand. */
export const REDIRECT_URI = 'http://127.0.0.1/callback'
const TRIES = 3

/** Opens a browser here. @throws CountersignError as `codeLogin` does */
export async function inBrowser(invocation: Invocation, { runtime }: ClientParts, place: Discovery, asked: Asked): Promise<Granted> {
  const { output, environment, signal } = invocation
  const receiver = await receiveRedirect()
  try {
    const visit = async ({ url, isAnswer, signal: stopped }: Visit) => {
      output.say('Sign in with a browser on this machine. If none comes up, open this link in one:')
      output.say(plainLine(url))
      void openBrowser(url, environment).then((fault) => {
        if (fault !== undefined && !stopped.aborted) output.say(plainLine(`No browser could be opened (${fault}); use the link.`))
      })
      return receiver.received(isAnswer, stopped)
    }
    return await codeLogin(runtime, place, { ...asked, redirectUri: receiver.redirectUri, visit, signal })
  } finally {
    receiver.close()
  }
}

/** Lets the person carry the address back. @throws CountersignError `usage` where nobody can paste anything, and as `codeLogin` does */
export async function byPaste(invocation: Invocation, { runtime }: ClientParts, place: Discovery, asked: Asked): Promise<Granted> {
  const { output, stdin, stderr, signal } = invocation
  if (!canAsk(invocation)) {
    throw new CountersignError('usage', `${place.issuer} has no device grant, and nobody is here to paste an address`, {
      hint: 'run this in a terminal, or sign in with a key of the client: --flow client-credentials',
    })
  }
  const visit = async ({ url, isAnswer, signal: stopped }: Visit): Promise<string> => {
    output.say('Open this link in a browser on any machine, and sign in:')
    output.say(plainLine(url))
    output.say('')
    output.say(`It ends on a page that cannot be shown, at an address that begins with ${REDIRECT_URI}.`)
    output.say('Copy that whole address from the address bar.')
    for (let tries = 1; ; tries++) {
      const address = (await ask({ stdin, stderr, signal: stopped }, 'Paste it here: ')).trim()
      if (isAnswer(address) || tries === TRIES) return address
      output.say('That is not the address of this sign-in.')
    }
  }
  return codeLogin(runtime, place, { ...asked, redirectUri: REDIRECT_URI, visit, signal })
}
