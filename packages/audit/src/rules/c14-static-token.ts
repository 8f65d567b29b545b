import { spotsWhere } from '../facts/spots.ts'
import { lineOf } from '../neutral/spot.ts'
import type { Node } from '../neutral/tree.ts'
import { calleeOf, lastName, nodesOf, pathOf } from '../neutral/walk.ts'
import { type Judgement, type Rule, violates } from './rule.ts'

export const staticToken: Rule = {
  id: 'DF-C14',
  title: 'A long-lived token is taken from the environment or a configuration',
  severity: 'medium',
  confidence: 'medium',
  axis: 'storage',
  side: 'client',
  sources: ['RFC 9700 section 2.2', 'CWE-522'],
  fix: 'Make the device login the way in; where a fixed token has to stay, say that it is a fallback and warn when it is used.',
  check: ({ clients, project }) => {
    const [client] = clients
    if (client === undefined) return []
    const read = spotsWhere(project.functions, (node) => isTokenRead(node))
    const judged: Judgement[] = read.slice(0, 5).map((spot) =>
      violates(client.root, 'A token that lives until somebody thinks of it is read from the environment.', {
        spot,
        searched: ['a comment or a warning that names it a fallback'],
      }),
    )
    for (const [path, text] of project.texts) {
      const line = pastedIn(path, text)
      if (line === undefined) continue
      const func = lineOf(path, line, 'configuration')
      judged.push(violates(func, 'A token stands in a configuration of an MCP host.', { spot: { func } }))
    }
    return judged
  },
}

const NAMES = /^(?:[A-Z0-9_]*_)?(?:ACCESS_TOKEN|OAUTH_TOKEN|API_TOKEN|AUTH_TOKEN|BEARER_TOKEN|PERSONAL_ACCESS_TOKEN|PAT|TOKEN)$/i
const READERS = /^(?:os\.getenv|os\.Getenv|os\.LookupEnv|os\.environ\.get|getenv|Deno\.env\.get|viper\.GetString|config\.get|env\.get)$/

function isTokenRead(node: Node): boolean {
  const name = (text: string): boolean =>
    NAMES.test(text) &&
    !/^(?:NEXT_|CSRF)|REFRESH|DEVICE|ID_TOKEN|TEST|NPM_|GITHUB_ACTIONS|ACTIONS_|CI_|SENTRY|SLACK|DISCORD|TELEGRAM|MAX_TOKEN|_MAX_/i.test(
      text,
    )
  if (node.kind === 'field')
    return /^(?:process\.env|os\.environ|import\.meta\.env|env)$/.test(pathOf(node.base).join('.')) && name(node.name)
  if (node.kind === 'index')
    return /^(?:os\.environ)$/.test(pathOf(node.base).join('.')) && node.index.kind === 'text' && name(node.index.value)
  if (node.kind === 'call' && READERS.test(calleeOf(node)))
    return node.args.some(({ value }) => value.kind === 'text' && name(value.value.replace(/-/g, '_')))
  return (
    node.kind === 'call' &&
    lastName(node.callee) === 'get' &&
    pathOf(node.callee).at(-2) === 'environ' &&
    [...nodesOf(node.args.map(({ value }) => value))].some((each) => each.kind === 'text' && name(each.value))
  )
}

/** A token that is pasted where an MCP host keeps its servers. */
function pastedIn(path: string, text: string): number | undefined {
  if (!/(?:mcp|claude|cursor|settings)[^/]*\.json$/i.test(path) || !/mcpServers|"servers"/.test(text)) return undefined
  const at = text
    .split('\n')
    .findIndex((line) =>
      /"(?:[A-Z0-9_]*TOKEN|[A-Z0-9_]*PAT|Authorization)"\s*:\s*"(?:Bearer\s+)?(?:gh[pousr]_|github_pat_|glpat-|xox[bp]-|sk-|eyJ)[\w.-]{12,}"/.test(
        line,
      ),
    )
  return at < 0 ? undefined : at + 1
}
