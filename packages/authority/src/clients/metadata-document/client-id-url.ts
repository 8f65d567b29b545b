/** Which client ids are addresses of metadata documents (CIMD draft section 3). Judged as text: what two parsers could read differently is refused. */

const LONGEST = 512
// RFC 3986 section 2, without what this kind of address must not have: a number sign, and the @ that ends a user name.
const address = /^https:\/\/([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?(\/[A-Za-z0-9\-._~:/?@!$&'()*+,;=%]*)?$/

/** An absolute https URL without user name and fragment, its host in lower case: fit to be fetched, if the guard agrees. */
export function isDocumentUrl(text: string): boolean {
  return text.length <= LONGEST && address.test(text) && URL.canParse(text)
}

/**
 * Whether this client id is the address of a metadata document. A path is required, and dot segments are refused however they are
 * escaped. A port may stand there; so may a query, which is merely discouraged.
 */
export function isClientIdUrl(clientId: string): boolean {
  if (!isDocumentUrl(clientId)) return false
  const [path = ''] = (address.exec(clientId)?.[2] ?? '').split('?')
  const segments = path.split('/').map((segment) => segment.replace(/%2e/gi, '.'))
  // "/" alone names a host and no document.
  return path.length > 1 && !segments.some((segment) => segment === '.' || segment === '..')
}

/** Host, and a port that is not the usual one: what the person is shown and the operator lists. */
export function hostOf(clientIdUrl: string): string {
  return new URL(clientIdUrl).host
}
