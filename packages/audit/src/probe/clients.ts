/** The clients that a probe asks as. They are registered at the server for this, and for nothing else. */

export interface ProbeClient {
  readonly id: string
  /** Of a confidential client. */
  readonly secret?: string
  /** What it is called on the page, when that is not its id. */
  readonly name?: string
  /** What it may ask for, names between spaces. */
  readonly scope?: string
}

export interface ProbeClients {
  /** Has the device grant: everything is asked as this one. */
  readonly a: ProbeClient
  /** Another one with the device grant, which tries to redeem what is not its own. */
  readonly b?: ProbeClient
  /** Without the device grant. */
  readonly n?: ProbeClient
  /** With the device grant and a secret. */
  readonly k?: ProbeClient
}

/** How a client proves who it is (RFC 6749 section 2.3.1), and the parameters it adds to the body. */
export function identified(
  client: ProbeClient,
  given: { readonly secret?: string | undefined } = client,
): { headers: Record<string, string>; form: Record<string, string> } {
  const { secret } = given
  if (secret === undefined) return { headers: {}, form: { client_id: client.id } }
  const encoded = [client.id, secret].map((part) => encodeURIComponent(part).replaceAll('%20', '+')).join(':')
  return { headers: { authorization: `Basic ${Buffer.from(encoded).toString('base64')}` }, form: {} }
}
