/** The names of headers as the rest of the server calls them: in lower case (RFC 9110 section 5.1: a name has no case). */

/** What clients, browsers and proxies send with most requests. */
const USUAL = [
  'accept',
  'accept-encoding',
  'accept-language',
  'authorization',
  'cache-control',
  'connection',
  'content-length',
  'content-type',
  'cookie',
  'dpop',
  'forwarded',
  'host',
  'origin',
  'referer',
  'sec-fetch-dest',
  'sec-fetch-mode',
  'sec-fetch-site',
  'sec-fetch-user',
  'transfer-encoding',
  'upgrade-insecure-requests',
  'user-agent',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
] as const

interface Spellings {
  readonly lower: string
  /** As programs that speak HTTP/1.1 write it. */
  readonly title: string
}

/** By length: one or two comparisons find a usual name, and making a copy in lower case of each takes longer than all else. */
const SPELLINGS: readonly (readonly Spellings[])[] = Array.from({ length: 32 }, (_, length) =>
  USUAL.filter((name) => name.length === length).map((lower) => ({ lower, title: titleOf(lower) })),
)

/** The name of a header in lower case. */
export function headerName(sent: string): string {
  const spellings = SPELLINGS[sent.length]
  if (spellings !== undefined) for (const { lower, title } of spellings) if (sent === title || sent === lower) return lower
  return sent.toLowerCase()
}

function titleOf(name: string): string {
  return name === 'dpop' ? 'DPoP' : name.replace(/(?:^|-)[a-z]/g, (start) => start.toUpperCase())
}
