/** What this machine brings along: Node.js, proxies, certificates. Nothing here asks the network. */
import { access, constants } from 'node:fs/promises'
import type { Environment } from '../invocation.ts'
import type { Finding } from './finding.ts'

const OLDEST = [20, 19] as const

export async function examineMachine(environment: Environment, version: string): Promise<readonly Finding[]> {
  return [runtime(version), proxy(environment), await certificates(environment)]
}

function runtime(version: string): Finding {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number)
  const isOld = major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])
  const found = `Node.js ${version}`
  return isOld
    ? { check: 'node', status: 'failed', found, next: `Install ${OLDEST.join('.')} or newer.` }
    : { check: 'node', status: 'ok', found }
}

/** Lower case wins, as everywhere; a password in the address is not shown. */
function proxy(environment: Environment): Finding {
  const names = ['https_proxy', 'http_proxy', 'all_proxy', 'no_proxy']
  const found: string[] = []
  const wrong: string[] = []
  for (const name of names) {
    const variable = [name, name.toUpperCase()].find((each) => (environment[each] ?? '') !== '')
    if (variable === undefined) continue
    const value = environment[variable] ?? ''
    if (name === 'no_proxy') found.push(`${variable}=${value}`)
    else if (URL.canParse(value)) found.push(`${variable}=${withoutPassword(value)}`)
    else wrong.push(variable)
  }
  if (wrong.length > 0) {
    const next = 'Give the whole address, like http://proxy.example:3128.'
    return { check: 'proxy', status: 'failed', found: `${wrong.join(' and ')} ${wrong.length > 1 ? 'are' : 'is'} no URL`, next }
  }
  return { check: 'proxy', status: 'ok', found: found.length === 0 ? 'none' : found.join(', ') }
}

function withoutPassword(address: string): string {
  const url = new URL(address)
  if (url.username !== '' || url.password !== '') [url.username, url.password] = ['...', '...']
  return url.href
}

async function certificates({ NODE_EXTRA_CA_CERTS: file = '', NODE_TLS_REJECT_UNAUTHORIZED: check }: Environment): Promise<Finding> {
  if (check === '0') {
    return {
      check: 'certificates',
      status: 'failed',
      found: 'certificates are not checked (NODE_TLS_REJECT_UNAUTHORIZED=0): anybody on the way can read and change everything',
      next: 'Unset it. A certificate authority of your own goes into NODE_EXTRA_CA_CERTS.',
    }
  }
  if (file === '') return { check: 'certificates', status: 'ok', found: 'those of Node.js' }
  const isReadable = await access(file, constants.R_OK).then(
    () => true,
    () => false,
  )
  if (isReadable) return { check: 'certificates', status: 'ok', found: `those of Node.js, and ${file} (NODE_EXTRA_CA_CERTS)` }
  return {
    check: 'certificates',
    status: 'failed',
    found: `cannot read ${file} (NODE_EXTRA_CA_CERTS), which Node.js then leaves out without a word`,
    next: 'Name a file that can be read.',
  }
}
